"""Taking a payment back by reversal: proposed by one person, decided by another; the bank's line waits again."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit
from casework.crypto import blind_index
from casework.errors import NotAllowed, Unlawful
from casework.records import record_create, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from funds import ledger
from funds.ledger import credit, debit
from funds.models import (
    AccountKind,
    Contract,
    Entry,
    EntryKind,
    EscrowAccount,
    LinePosting,
    MatchedBy,
    PaymentCorrection,
    StatementLine,
    SuspenseItem,
)
from funds.selectors.corrections import Payment, contract_payments, correction_stops
from funds.services.matching import item_open, posting_note
from funds.services.posting_lines import books, cash, open_day
from funds.texting import tell

PROPOSE = "funds.suspense_propose"


@database.atomic
def correction_propose(
    *, actor: User, contract: Contract, entry_uid: UUID, reason: str, at: datetime | None = None
) -> PaymentCorrection:
    """Propose to take a payment back. Raises NotAllowed, Unlawful (no reason, no such payment), Blocked."""
    require(actor, PROPOSE)
    if not Contract.objects.visible_to(actor).filter(pk=contract.pk).exists():
        raise NotAllowed("这份合同不在您的辖区内，不能更正缴费。")
    if not reason.strip():
        raise Unlawful("请写明理由：这笔钱为什么不是这份合同的，核对了什么。")
    locked = lock(contract)
    payment = _payment(locked, entry_uid)
    entry = payment.entry
    refuse(correction_stops(locked, payment, timezone.localdate(at or timezone.now())))
    row = PaymentCorrection(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        contract=locked,
        entry_uid=entry.uid,
        via=entry.kind,
        paid_on=entry.booked_on,
        fen=entry.amount_fen,
        reason=reason.strip()[:300],
    )
    return record_create(
        actor=actor, obj=row, verb="funds.paymentcorrection_propose", reason=reason.strip(), at=at
    )


def _payment(contract: Contract, entry_uid: UUID) -> Payment:
    found = next((row for row in contract_payments(contract) if row.entry.uid == entry_uid), None)
    if found is None:
        raise Unlawful("这份合同没有这笔缴费，请刷新页面重新选择。")
    return found


@database.atomic
def correction_post(
    *, actor: User, correction: PaymentCorrection, at: datetime | None = None
) -> PaymentCorrection:
    """Confirm as another person: the payment is reversed today, the bank's line goes back to suspense.

    A closed day stays as it was closed; the reversal stands on the first open day. Raises NotAllowed, WrongState,
    Blocked (the proposer; the money has moved on), Overdrawn.
    """
    at = at or timezone.now()
    ready(correction, "post", actor)
    account = lock(correction.contract.account) if correction.contract.account else None
    contract = lock(correction.contract)
    payment = _payment(contract, correction.entry_uid)
    refuse(correction_stops(contract, payment, timezone.localdate(at)))
    on = _day(account, payment.entry, at)
    item = _line_back(actor, correction, payment, on, at)
    memo = f"更正缴费：{correction.reason}"
    reversal = ledger.entry_reverse(actor=actor, entry=payment.entry, booked_on=on, memo=memo, at=at)
    _count_back(actor, contract, correction, at)
    values = {
        "decided_by": actor, "decided_at": at, "reversal_uid": reversal.uid, "booked_on": on, "item": item,
    }  # fmt: skip
    posted = transition(correction, "post", actor=actor, at=at, values=values)
    tell(actor=actor, contract=contract, kind="PAYMENT", on=timezone.localdate(at))
    return posted


def correction_refuse(
    *, actor: User, correction: PaymentCorrection, reason: str, at: datetime | None = None
) -> PaymentCorrection:
    """The payment stays where it is. Raises NotAllowed, WrongState, Unlawful, Blocked (the proposer)."""
    at = at or timezone.now()
    values = {"decided_by": actor, "decided_at": at, "refusal": reason.strip()[:300]}
    return transition(correction, "refuse", actor=actor, at=at, reason=reason.strip(), values=values)


def _day(account: EscrowAccount | None, entry: Entry, at: datetime) -> date:
    today = max(timezone.localdate(at), entry.booked_on)
    return today if account is None else open_day(account, today)


def _line_back(
    actor: User, correction: PaymentCorrection, payment: Payment, on: date, at: datetime
) -> SuspenseItem | None:
    """The bank's line in suspense again; None for a payment that no line has shown.

    A receipt that was claimed out of suspense has its suspense entry still: only its settling ends. A line that had
    been matched at once is posted as an unknown receipt first, so that the cash never dips.
    """
    if payment.line is None:
        return None
    item = SuspenseItem.objects.select_for_update(of=("self",)).filter(line_uid=payment.line.uid).first()
    if payment.entry.kind != EntryKind.IN_MATCHED:
        _unknown_again(actor, correction, payment.line, on, at)
        if item is None:
            return item_open(payment.line, at)
    if item is None:
        return None
    values = {"way": "", "target_uid": None, "target_label": "", "entry_uid": None}
    return transition(item, "taken_back", actor=system_user(), at=at, reason=correction.reason, values=values)


def _unknown_again(
    actor: User, correction: PaymentCorrection, line: StatementLine, on: date, at: datetime
) -> None:
    posting = LinePosting.objects.select_for_update().get(line_uid=line.uid, undone_at__isnull=True)
    posting.undone_at = at
    posting.save(update_fields=["undone_at"])
    entry = ledger.entry_post(
        actor=actor,
        kind=EntryKind.IN_UNMATCHED,
        key=f"{line.key}/更正/{correction.uid.hex[-12:]}",
        legs=(
            debit(cash(line.account), line.fen),
            credit(books(line.account, AccountKind.SUSPENSE_IN), line.fen),
        ),
        booked_on=on,
        memo="缴费更正，重新待查",
        at=at,
    )
    posting_note(actor=actor, line=line, entry=entry, by=MatchedBy.NONE, at=at)


def _count_back(actor: User, contract: Contract, correction: PaymentCorrection, at: datetime) -> None:
    """What is paid goes down with the reversal; the day of the first payment and the route follow what is left."""
    others = [row for row in contract_payments(contract) if row.stands]
    left = contract.paid_fen - correction.fen
    first = contract.first_paid_on
    if first is None or first >= correction.paid_on:  # an earlier one came with the opening stock and stays
        first = min((row.entry.booked_on for row in others), default=None)
    values = {"paid_fen": left, "first_paid_on": first}
    step = "payment_part_back" if left else "payment_back"
    back = transition(contract, step, actor=actor, at=at, reason=correction.reason, values=values)
    if back.payer_account_digest and not _is_route_of(back, correction, others):
        back.payer_account_sealed, back.payer_account_digest, back.payer_account_tail = b"", "", ""
        back.save(update_fields=["payer_account_sealed", "payer_account_digest", "payer_account_tail"])


def _is_route_of(contract: Contract, correction: PaymentCorrection, others: list[Payment]) -> bool:
    """Whether the account kept as the route of a refund is another payment's, not only the one taken back."""
    if not others:
        return False
    if any(_digest(row.line) == contract.payer_account_digest for row in others):
        return True
    gone = next(row for row in contract_payments(contract) if row.entry.uid == correction.entry_uid)
    return _digest(gone.line) != contract.payer_account_digest


def _digest(line: StatementLine | None) -> str:
    digits = "".join(sign for sign in (line.payer_account if line else "") if sign.isalnum())
    return blind_index(digits) if digits else ""


for code, sentence in {
    "paymentcorrection_propose": "提出更正缴费",
    "paymentcorrection_post": "复核更正缴费并冲正",
    "paymentcorrection_refuse": "不予更正缴费",
    "contract_payment_back": "缴费冲正，合同回到待缴费",
    "contract_payment_part_back": "缴费冲正，合同回到部分缴费",
    "suspenseitem_taken_back": "缴费更正，款项重新待查",
}.items():
    audit.verb(f"funds.{code}", sentence)
