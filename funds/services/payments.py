"""Money of a family that came in: booked to its contract once."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.crypto import blind_index, seal
from casework.errors import Unlawful, WrongState
from casework.models.base import uuid7
from casework.steps import lock, require
from casework.workflow import transition
from funds import ledger
from funds.ledger import credit, debit
from funds.models import (
    TAKES_PAYMENT,
    AccountKind,
    Contract,
    Entry,
    EntryKind,
    EscrowAccount,
    LedgerAccount,
)
from funds.selectors.payments import PAYMENTS

ABOUT_ACCOUNT = (AccountKind.ESCROW_BANK, AccountKind.SUSPENSE_IN)


@database.atomic
def payment_post(
    *,
    actor: User,
    contract: Contract,
    fen: int,
    booked_on: date,
    key: str,
    via: EntryKind,
    payer: str = "",
    payer_account: str = "",
    at: datetime | None = None,
) -> Entry:
    """Book a family's payment to its contract, once per `via` and `key`; a repeat returns the first entry.

    `via` is PAY_DIRECT, PAY_CHANNEL, IN_MATCHED (out of unknown receipts) or, for contracts whose money the
    institution holds itself, PAY_DEPOSIT_MODE. Payer and account number, where the bank gives them, are kept
    sealed as the original route of a refund. Raises NotAllowed, Unlawful (more than is due), WrongState,
    KeyTaken, Overdrawn.
    """
    require(actor, "funds.payment_book")
    via = EntryKind(via)
    locked = lock(contract)
    _check_route(locked, via)
    known = Entry.objects.filter(bureau=locked.bureau_id, kind=via, key=key).exists()
    if not known:
        _check_due(locked, fen)
    uid = uuid7()
    entry = ledger.entry_post(
        actor=actor,
        kind=via,
        key=key,
        legs=(debit(_source(locked, via), fen), credit(unearned(locked), fen)),
        booked_on=booked_on,
        memo=f"合同 {locked.number}",
        at=at,
        uid=uid,
    )
    if entry.uid == uid:
        _count(actor, locked, fen, booked_on, payer, payer_account, at)
    return entry


def _check_route(contract: Contract, via: EntryKind) -> None:
    if via not in PAYMENTS:
        raise Unlawful("这不是缴费的入账方式。")
    if (via == EntryKind.PAY_DEPOSIT_MODE) != (contract.mode == "DEPOSIT"):
        raise Unlawful(f"合同约定的收费方式是“{contract.get_mode_display()}”，不能这样入账。")


def _check_due(contract: Contract, fen: int) -> None:
    if contract.status not in TAKES_PAYMENT:
        raise WrongState(f"合同现在是“{contract.get_status_display()}”，不能入账缴费。")
    if fen > contract.open_fen:
        raise Unlawful(
            f"缴费 {fen / 100:,.2f} 元，超过合同待缴的 {contract.open_fen / 100:,.2f} 元。"
            "多缴的款项先列入来源不明收款，再退回付款人。"
        )


def unearned(contract: Contract) -> LedgerAccount:
    """The family's claim under a contract."""
    return ledger.account_of(
        kind=AccountKind.CONTRACT_UNEARNED, subject_uid=contract.uid, institution=contract.institution
    )


def _source(contract: Contract, via: EntryKind) -> LedgerAccount:
    kind = PAYMENTS[via]
    place = contract.institution
    account: EscrowAccount | None = contract.account
    about = account.uid if kind in ABOUT_ACCOUNT and account is not None else place.uid
    return ledger.account_of(kind=kind, subject_uid=about, institution=place)


def _count(
    actor: User, locked: Contract, fen: int, booked_on: date, payer: str, number: str, at: datetime | None
) -> None:
    values: dict[str, object] = {"paid_fen": locked.paid_fen + fen}
    if locked.first_paid_on is None:
        values["first_paid_on"] = booked_on
    step = "pay" if locked.open_fen == fen else "pay_part"
    paid = transition(locked, step, actor=actor, at=at or timezone.now(), values=values)
    digits = "".join(sign for sign in number if sign.isalnum())
    if digits and not paid.payer_account_digest:
        paid.payer_account_sealed = seal(digits, f"funds.contract.payer_account:{paid.uid}")
        paid.payer_account_digest, paid.payer_account_tail = blind_index(digits), digits[-4:]
        paid.save(update_fields=["payer_account_sealed", "payer_account_digest", "payer_account_tail"])
    if payer and not paid.payer_digest:
        from funds.services.contracts import mask_name

        paid.payer_digest, paid.payer_masked = blind_index(payer), mask_name(payer)
        paid.save(update_fields=["payer_digest", "payer_masked"])


audit.verb("funds.contract_pay", "培训合同缴费入账")
audit.verb("funds.contract_pay_part", "培训合同部分缴费入账")
