"""Refunds that do not leave custody: paid by the institution itself, or out of its risk deposit."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit
from casework.errors import Unlawful
from casework.steps import lock
from casework.workflow import transition
from funds import ledger
from funds.ledger import credit, debit
from funds.models import (
    AccountKind,
    ChargingMode,
    Contract,
    EntryKind,
    EscrowAccount,
    FundKind,
    LedgerAccount,
    Refund,
)
from funds.services.bank_days import booked_day_check


@database.atomic
def refund_paid_by_place(
    *, actor: User, refund: Refund, paid_on: date, reference: str, at: datetime | None = None
) -> Refund:
    """The institution that keeps its fees itself has paid the family, by the slip `reference`.

    Raises WrongState, NotAllowed, Unlawful (custody money is paid by the bank; a day to come), Overdrawn.
    """
    contract = refund.contract
    if contract.mode != ChargingMode.DEPOSIT:
        raise Unlawful("学费在银行托管，退费由监管账户支付。")
    done = _paid(actor, refund, "paid_by_place", paid_on, at)
    ledger.entry_post(
        actor=actor,
        kind=EntryKind.REFUND_PAY,
        key=done.number,
        legs=(
            debit(_of(AccountKind.REFUND_PAYABLE, contract), done.amount_fen),
            credit(_claim(contract), done.amount_fen),
        ),
        booked_on=paid_on,
        memo=f"机构自付 {reference.strip()}",
        at=at,
    )
    return done


@database.atomic
def refund_paid_by_deposit(
    *, actor: User, refund: Refund, paid_on: date, reference: str, at: datetime | None = None
) -> Refund:
    """The family is paid out of the institution's risk deposit by a decision of another person than who set the
    amount; the deposit is short from now on. Raises WrongState, NotAllowed, Blocked, Unlawful (a day that is
    closed or to come), Overdrawn.
    """
    contract = refund.contract
    account = (
        EscrowAccount.objects.filter(institution=contract.institution, kind=FundKind.DEPOSIT)
        .exclude(status="CLOSED")
        .first()
    )
    if account is None:
        raise Unlawful("机构没有风险保证金账户。")
    if not reference.strip():
        raise Unlawful("动用保证金须写明决定文号。")
    booked_day_check(lock(account), paid_on, today=timezone.localdate(at or timezone.now()))
    done = _paid(actor, refund, "paid_by_deposit", paid_on, at)
    place, fen = contract.institution, done.amount_fen
    bank, owed = (
        ledger.account_of(kind=kind, subject_uid=account.uid, institution=place)
        for kind in (AccountKind.DEPOSIT_BANK, AccountKind.DEPOSIT_OBLIG)
    )
    ledger.entry_post(
        actor=actor,
        kind=EntryKind.DEPOSIT_USE,
        key=done.number,
        legs=(
            debit(_of(AccountKind.REFUND_PAYABLE, contract), fen),
            debit(owed, fen),
            credit(bank, fen),
            credit(_claim(contract), fen),
        ),
        booked_on=paid_on,
        memo=reference.strip(),
        at=at,
    )
    return done


def _paid(actor: User, refund: Refund, step: str, paid_on: date, at: datetime | None) -> Refund:
    if paid_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("支付日期不能晚于今天。")
    done = transition(refund, step, actor=actor, at=at, values={"paid_on": paid_on, "failure": ""})
    transition(done.contract, "refund_paid", actor=system_user(), at=at, values={"ended_on": paid_on})
    return done


def _of(kind: AccountKind, contract: Contract) -> LedgerAccount:
    return ledger.account_of(kind=kind, subject_uid=contract.uid, institution=contract.institution)


def _claim(contract: Contract) -> LedgerAccount:
    place = contract.institution
    return ledger.account_of(kind=AccountKind.CLAIM_ON_INST, subject_uid=place.uid, institution=place)


for code, sentence in {
    "refund_paid_by_place": "机构自付退费",
    "refund_paid_by_deposit": "动用保证金退费",
}.items():
    audit.verb(f"funds.{code}", sentence)
