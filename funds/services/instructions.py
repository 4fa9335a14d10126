"""Outgoing money in two phases: prepared (reserves), sent, then posted once or voided; unknown until asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, events
from casework.errors import Blocked, Reason, Unlawful, WrongState
from casework.models.base import uuid7
from casework.money import in_yuan
from casework.records import record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from funds import ledger
from funds.events import InstructionEnded
from funds.ledger import Leg, credit, debit
from funds.models import (
    AccountKind,
    Contract,
    Entry,
    EntryKind,
    EscrowAccount,
    FundKind,
    Instruction,
    InstructionKind,
    InstructionStatus,
    new_order_no,
)
from funds.selectors.contracts import contract_money
from funds.selectors.money import Position, position_of
from funds.services.bank_days import booked_day_check

PREFIXES = {
    InstructionKind.RELEASE: "BF",
    InstructionKind.MANUAL_RELEASE: "RG",
    InstructionKind.REFUND_PAY: "TF",
}
BOOKS = "funds.instruction_book"


@dataclass(frozen=True)
class Payee:
    """Who is to be paid: a masked name for screens, digests for comparison."""

    masked: str
    digest: str = ""
    account_digest: str = ""
    account_tail: str = ""


@database.atomic
def instruction_prepare(
    *,
    actor: User,
    account: EscrowAccount,
    kind: InstructionKind,
    amount_fen: int,
    payee: Payee,
    subject_uid: UUID,
    prepared_by: User,
    contract: Contract | None = None,
    at: datetime | None = None,
) -> Instruction:
    """Reserve money for one payment; `actor` lets it go and is another person than `prepared_by` (not for refunds).

    The supervised account is locked, so that two instructions never count on the same money. Raises
    NotAllowed, Blocked (with every reason why the money may not leave), Unlawful.
    """
    require(actor, "funds.instruction_prepare")
    locked = lock(account)
    today = timezone.localdate(at or timezone.now())
    if locked.kind != FundKind.CUSTODY:
        raise Unlawful("只有预收费托管账户才能发出支付指令。")
    stops = stops_of(locked, kind, amount_fen, contract, today)
    if stops:
        raise Blocked(stops)
    row = Instruction(
        **{**root_fields(actor=actor, region=locked.region, bureau=locked.bureau), "created_by": prepared_by},
        number=f"{PREFIXES[InstructionKind(kind)]}{new_order_no()}",
        account=locked,
        contract=contract,
        kind=kind,
        amount_fen=amount_fen,
        payee_masked=payee.masked,
        payee_digest=payee.digest,
        payee_account_digest=payee.account_digest,
        payee_account_tail=payee.account_tail,
        subject_uid=subject_uid,
        approved_by=actor,
    )
    return record_create(actor=actor, obj=row, verb="funds.instruction_prepare", at=at)


def stops_of(
    account: EscrowAccount, kind: str, fen: int, contract: Contract | None, on: date
) -> list[Reason]:
    """Every reason why `fen` may not leave the account now."""
    position = position_of(account, on)
    if kind == InstructionKind.REFUND_PAY:
        return _stops_of_refund(position, fen, contract)
    return list(_stops_of_release(position, fen))


def _stops_of_release(position: Position, fen: int) -> list[Reason]:
    found = []
    if position.is_held:
        found.append(Reason("账户已冻结，不能拨付。家长退费不受影响。", cleared_by="请先解除冻结。"))
    elif fen > position.available_releasable:
        found.append(
            Reason(f"已确认消课、还可拨付 {in_yuan(position.available_releasable)}，不足 {in_yuan(fen)}。")
        )
    if fen > position.free_of_families:
        owed = position.unearned + position.refundable
        found.append(
            Reason(
                f"拨付后账户余额会低于家长未消课和应退的 {in_yuan(owed)}（现可动用 {in_yuan(position.free_of_families)}，"
                "在途款到账前不能拨付）。",
                basis="批量拨付后的余额不低于未消课金额",
                cleared_by="请先追回无指令支出或等在途款到账。",
            )
        )
    return found


def _stops_of_refund(position: Position, fen: int, contract: Contract | None) -> list[Reason]:
    if contract is None:
        return [Reason("退费须对应一份合同。")]
    money = contract_money(contract)
    found = []
    if fen > money.refundable - money.pending_refund:
        found.append(
            Reason(
                f"合同已审定应退 {in_yuan(money.refundable - money.pending_refund)}，不足 {in_yuan(fen)}。"
            )
        )
    if fen > position.available_bank:
        found.append(
            Reason(
                f"账户可用余额 {in_yuan(position.available_bank)}，不足 {in_yuan(fen)}。",
                cleared_by="请等在途款到账，或动用风险保证金。",
            )
        )
    return found


def instruction_send(*, actor: User, instruction: Instruction, at: datetime | None = None) -> Instruction:
    """It was handed to the bank. Raises WrongState, NotAllowed, Blocked (a freeze came in between)."""
    return transition(instruction, "send", actor=actor, at=at)


def instruction_accept(*, actor: User, instruction: Instruction, at: datetime | None = None) -> Instruction:
    """The bank has taken it in; whether it paid is not known yet. Raises WrongState, NotAllowed."""
    return transition(instruction, "accept", actor=actor, at=at)


@database.atomic
def instruction_unknown(
    *, actor: User, instruction: Instruction, reason: str, at: datetime | None = None
) -> Instruction:
    """The bank's answer did not come; the money stays reserved until the bank is asked. Raises WrongState."""
    return transition(instruction, "unknown", actor=actor, at=at, values={"failure": reason.strip()})


@database.atomic
def instruction_post(
    *,
    actor: User,
    instruction: Instruction,
    booked_on: date,
    bank_serial: str = "",
    at: datetime | None = None,
) -> Instruction:
    """The bank paid: post it once, whether its answer or its statement comes first, or either twice.

    A repeat gives the posted row; a serial that the answer did not carry is filled in from the statement.
    Raises WrongState (never sent, voided, or posted under another serial), Unlawful (a day to come or closed),
    NotAllowed, Overdrawn.
    """
    require(actor, BOOKS)
    lock(instruction.account)
    locked = lock(instruction)
    serial = bank_serial.strip()
    if locked.status == InstructionStatus.POSTED:
        return _again(actor, locked, serial, at)
    booked_day_check(locked.account, booked_on, today=timezone.localdate(at or timezone.now()))
    _check_serial(locked, booked_on, serial)
    uid = uuid7()
    posted = transition(
        locked,
        "post",
        actor=actor,
        at=at,
        values={"entry_uid": uid, "booked_on": booked_on, "bank_serial": serial},
    )
    _tell(posted)
    entry = ledger.entry_post(
        actor=actor,
        kind=EntryKind(posted.kind),
        key=posted.number,
        legs=_legs(posted),
        booked_on=booked_on,
        memo=posted.payee_masked,
        at=at,
        uid=uid,
    )
    if entry.uid != uid:
        raise WrongState(f"指令 {posted.number} 已经入账，不能重复入账。")
    return posted


def _check_serial(locked: Instruction, booked_on: date, serial: str) -> None:
    used = Instruction.objects.filter(
        account=locked.account_id, booked_on=booked_on, bank_serial=serial, status=InstructionStatus.POSTED
    )
    if serial and used.exclude(pk=locked.pk).exists():
        raise WrongState(f"流水号 {serial} 已经用于另一笔指令，请核对。")


def _again(actor: User, locked: Instruction, serial: str, at: datetime | None) -> Instruction:
    if serial and locked.bank_serial and serial != locked.bank_serial:
        raise WrongState(
            f"指令 {locked.number} 已按流水号 {locked.bank_serial} 入账。这笔流水可能是银行重复支付，请列入无指令支出核查。"
        )
    if serial and not locked.bank_serial:
        locked.bank_serial = serial
        locked.save(update_fields=["bank_serial"])
        audit.record(
            actor=actor,
            verb="funds.instruction_serial",
            target=locked,
            changes={"bank_serial": ["", serial]},
            about=locked.file_uid,
            at=at,
        )
    return locked


def _legs(row: Instruction) -> tuple[Leg, Leg]:
    place = row.account.institution
    bank = ledger.account_of(kind=AccountKind.ESCROW_BANK, subject_uid=row.account.uid, institution=place)
    if row.contract is not None and row.kind == InstructionKind.REFUND_PAY:
        owed = ledger.account_of(
            kind=AccountKind.REFUND_PAYABLE, subject_uid=row.contract.uid, institution=place
        )
    else:
        owed = ledger.account_of(kind=AccountKind.INST_RELEASABLE, subject_uid=place.uid, institution=place)
    return debit(owed, row.amount_fen), credit(bank, row.amount_fen)


@database.atomic
def instruction_void(
    *, actor: User, instruction: Instruction, reason: str, at: datetime | None = None
) -> Instruction:
    """The bank did not pay, or it was never sent: the reserved money is free again. Raises WrongState, NotAllowed."""
    lock(instruction.account)
    gone = transition(instruction, "void", actor=actor, at=at, values={"failure": reason.strip()})
    _tell(gone)
    return gone


@database.atomic
def instruction_return(
    *,
    actor: User,
    instruction: Instruction,
    booked_on: date,
    reason: str,
    at: datetime | None = None,
) -> Instruction:
    """The payee's bank sent the money back (退汇): what was owed is owed again.

    Raises WrongState, NotAllowed, Unlawful (a typed day before the payment, to come, or closed).
    """
    account = lock(instruction.account)
    if not actor.is_system:  # statements bring the bank's own day
        today = timezone.localdate(at or timezone.now())
        booked_day_check(account, booked_on, today=today, since=lock(instruction).booked_on)
    uid = uuid7()
    back = transition(
        instruction, "return", actor=actor, at=at, values={"failure": reason.strip(), "return_uid": uid}
    )
    _tell(back)
    paid, bank = _legs(back)
    is_refund = back.kind == InstructionKind.REFUND_PAY
    entry: Entry = ledger.entry_post(
        actor=actor,
        kind=EntryKind.REFUND_RETURNED if is_refund else EntryKind.RELEASE_RETURNED,
        key=back.number,
        legs=(debit(bank.account, bank.fen), credit(paid.account, paid.fen)),
        booked_on=booked_on,
        memo=back.failure,
        at=at,
        uid=uid,
    )
    if entry.uid != uid:
        raise WrongState(f"指令 {back.number} 的退汇已经入账。")
    return back


def _tell(row: Instruction) -> None:
    """Tell batch or refund (and its contract) before the ledger is locked: business rows first, accounts last."""
    events.publish(InstructionEnded(row.uid, row.kind, row.subject_uid, row.status))


for code, sentence in {
    "instruction_prepare": "生成支付指令",
    "instruction_send": "发送支付指令",
    "instruction_accept": "银行受理支付指令",
    "instruction_unknown": "支付结果不明，待查询",
    "instruction_post": "支付指令入账",
    "instruction_void": "支付指令作废",
    "instruction_return": "支付退汇",
    "instruction_serial": "补记银行流水号",
}.items():
    audit.verb(f"funds.{code}", sentence)
