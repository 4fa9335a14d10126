"""Refunds: applied for by the family, answered by the institution, decided by the bureau, paid once."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit, policy
from casework.deadlines import CalendarMissing, Term, TermUnit, compute, load_calendar
from casework.deadlines.services import DeadlineMoved, deadline_cancel, deadline_finish, deadline_start
from casework.errors import NotAllowed, Reason, Unlawful, WrongState
from casework.records import record_create, root_fields
from casework.steps import lock, refuse, require
from casework.workflow import transition
from funds import ledger
from funds.events import InstructionEnded
from funds.ledger import credit, debit
from funds.models import (
    AccountKind,
    ChargingMode,
    Contract,
    EntryKind,
    Instruction,
    InstructionKind,
    Refund,
    new_order_no,
)
from funds.refunding import refund_working
from funds.services.instructions import Payee, instruction_prepare
from funds.services.payments import unearned
from funds.texting import tell

logger = logging.getLogger(__name__)
AGREE = "fund.refund.auto_agree"
ANSWER = "FUND_REFUND_ANSWER"
MAY_REFUND = ("PARTLY_PAID", "ACTIVE", "SUSPENDED")


@database.atomic
def refund_apply(
    *,
    actor: User,
    contract: Contract,
    ground: str,
    statement: str = "",
    at: datetime | None = None,
) -> Refund:
    """The family asks for the rest of a contract: itself by its link (the system acts), or the bureau for it.

    The institution's time to answer starts; the calculation as of today is shown to both. Raises NotAllowed,
    WrongState (nothing to refund), Unlawful (one is under way).
    """
    require(actor, "funds.refund_apply")
    at = at or timezone.now()
    locked = lock(contract)
    if locked.status not in MAY_REFUND:
        raise WrongState(f"合同现在是“{locked.get_status_display()}”，不能申请退费。")
    working = refund_working(locked, ground, timezone.localdate(at))
    if working.rest <= 0:
        raise WrongState("学费已经消完，没有可退的余额。对已确认的课时有异议，请联系教育局。")
    row = Refund(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        contract=locked,
        number=f"T{new_order_no()}",
        ground=ground,
        statement=statement.strip()[:300],
        is_by_family=actor.is_system,
        applied_at=at,
        working=working.stored(),
        amount_fen=working.amount,
        kept_fen=working.kept,
    )
    record_create(actor=actor, obj=row, verb="funds.refund_apply", at=at)
    _start(actor, row, timezone.localdate(at))
    return row


def _start(actor: User, row: Refund, today: date) -> None:
    term = policy.term(AGREE, region=row.region, on=today)
    try:
        deadline = deadline_start(
            actor=actor, bureau=row.bureau, subject=row, kind=ANSWER, label="机构答复退费申请", term=term,
            starts_on=today,
        )  # fmt: skip
        row.answer_due_on, row.due_explanation = deadline.due_on, list(deadline.explanation)
    except CalendarMissing as missing:
        row.due_explanation = [missing.message]
    row.save(update_fields=["answer_due_on", "due_explanation"])


@database.atomic
def refund_agree(*, actor: User, refund: Refund, answer: str = "", at: datetime | None = None) -> Refund:
    """The institution agrees. Raises WrongState, NotAllowed."""
    return _answered(actor, refund, "agree", answer, at)


@database.atomic
def refund_refuse(*, actor: User, refund: Refund, answer: str, at: datetime | None = None) -> Refund:
    """The institution does not agree, with its reason; the bureau mediates. Raises WrongState, NotAllowed, Unlawful."""
    return _answered(actor, refund, "refuse", answer, at)


def _answered(actor: User, refund: Refund, step: str, answer: str, at: datetime | None) -> Refund:
    if not Refund.objects.visible_to(actor).filter(pk=refund.pk).exists():
        raise NotAllowed("只能答复本机构的退费申请。")
    at = at or timezone.now()
    values = {"answer": answer.strip()[:300], "answered_at": at}
    done = transition(refund, step, actor=actor, at=at, values=values)
    deadline_finish(actor=actor, subject_uid=done.uid, kind=ANSWER, on=timezone.localdate(at))
    tell(actor=actor, contract=done.contract, kind="REFUND", on=timezone.localdate(at))
    return done


def refunds_auto_agree(*, actor: User, today: date, at: datetime, failed: list[str] | None = None) -> int:
    """Silence after the last day counts as consent; how many. Safe to run again.

    One that cannot be carried out is logged and named in `failed`; it does not hold up the others.
    """
    done = 0
    for row in Refund.objects.filter(status="APPLIED", answer_due_on__lt=today).order_by("pk"):
        try:
            with database.atomic():
                agreed = transition(row, "auto_agree", actor=actor, at=at)
                deadline_finish(actor=actor, subject_uid=agreed.uid, kind=ANSWER, on=today)
        except Exception:
            logger.exception("refund %s could not be taken as agreed", row.number)
            if failed is not None:
                failed.append(row.number)
            continue
        done += 1
    return done


@database.atomic
def refund_due_moved(event: DeadlineMoved) -> None:
    """Copy a moved term of the institution's answer."""
    if event.kind != ANSWER:
        return
    row = Refund.objects.select_for_update().filter(uid=event.subject_uid, status="APPLIED").first()
    if row is None or row.answer_due_on == event.due_on:
        return
    changes = {"answer_due_on": [row.answer_due_on, event.due_on]}
    row.answer_due_on = event.due_on
    row.save(update_fields=["answer_due_on"])
    audit.record(
        actor=system_user(), verb="funds.refund_due_moved", target=row, changes=changes, about=row.file_uid
    )


def refund_mediate(*, actor: User, refund: Refund, at: datetime | None = None) -> Refund:
    """The bureau takes it up; before an answer only when no term for it could be computed.

    Raises WrongState, NotAllowed, Blocked.
    """
    return transition(refund, "mediate", actor=actor, at=at)


@database.atomic
def refund_withdraw(*, actor: User, refund: Refund, at: datetime | None = None) -> Refund:
    """The family takes it back (by its link, or the bureau for it); the term ends. Raises WrongState, NotAllowed."""
    at = at or timezone.now()
    gone = transition(refund, "withdraw", actor=actor, at=at)
    deadline_cancel(
        actor=actor, subject_uid=gone.uid, kind=ANSWER, on=timezone.localdate(at), reason="家长撤回退费申请"
    )
    return gone


def refund_reject(*, actor: User, refund: Refund, decision: str, at: datetime | None = None) -> Refund:
    """The bureau finds that nothing is due, with the reason. Raises WrongState, NotAllowed, Unlawful."""
    values = {"decision": decision.strip()[:300], "decided_by": actor}
    return transition(refund, "reject", actor=actor, at=at, values=values)


@database.atomic
def refund_approve(
    *,
    actor: User,
    refund: Refund,
    amount_fen: int | None = None,
    decision: str = "",
    at: datetime | None = None,
) -> Refund:
    """Decide the amount and post it: the family's claim becomes payable, the rest goes over to the institution.

    Without an amount the calculation of today holds; another amount (after mediation) needs a reason and is
    never above the rest. Raises WrongState, NotAllowed, Unlawful, Blocked (lessons not settled).
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    contract = lock(refund.contract)
    working = refund_working(contract, refund.ground, today)
    if working.unsettled:
        refuse([_unsettled(working.unsettled)])
    amount = working.amount if amount_fen is None else amount_fen
    _check_amount(amount, working.amount, working.rest, decision)
    lines = working.stored()
    if amount != working.amount:
        lines.append(["审定", amount, decision.strip()])
    approved = transition(
        refund,
        "approve",
        actor=actor,
        at=at,
        values={
            "decided_by": actor, "decided_at": at, "amount_fen": amount, "kept_fen": working.rest - amount,
            "working": lines, "decision": decision.strip()[:300], "pay_due_on": _pay_due(contract, today),
        },
    )  # fmt: skip
    transition(contract, "refund", actor=actor, at=at)
    _post(actor, approved, contract, at)
    return approved


def _unsettled(count: int) -> Reason:
    return Reason(
        f"还有 {count} 课时等家长确认或有异议没有处理。",
        cleared_by="请家长先确认或提出异议；有异议的和家长没有回应的，由本局认定课时。",
    )


def _check_amount(amount: int, worked: int, rest: int, decision: str) -> None:
    if amount > rest:
        raise Unlawful(f"退费 {amount / 100:,.2f} 元超过尚在监管的 {rest / 100:,.2f} 元。")
    if amount <= 0:
        raise Unlawful("应退金额为零，不能审定退费。请不予退费并写明理由。")
    if amount != worked and not decision.strip():
        raise Unlawful("审定金额与计算结果不同的，须写明理由。")


def _pay_due(contract: Contract, today: date) -> date | None:
    term = Term(contract.refund_days, TermUnit.WORKING_DAY, "合同约定")
    try:
        return compute(term, today, load_calendar()).due_on
    except CalendarMissing:
        return today + timedelta(days=contract.refund_days)


def _post(actor: User, refund: Refund, contract: Contract, at: datetime) -> None:
    place, today = contract.institution, timezone.localdate(at)
    claim = unearned(contract)
    payable = ledger.account_of(kind=AccountKind.REFUND_PAYABLE, subject_uid=contract.uid, institution=place)
    ledger.entry_post(
        actor=actor,
        kind=EntryKind.REFUND_APPROVE,
        key=refund.number,
        legs=(debit(claim, refund.amount_fen), credit(payable, refund.amount_fen)),
        booked_on=today,
        memo=f"合同 {contract.number}",
        at=at,
    )
    if not refund.kept_fen:
        return
    is_custody = contract.mode == ChargingMode.CUSTODY
    earned = ledger.account_of(
        kind=AccountKind.INST_RELEASABLE if is_custody else AccountKind.CLAIM_ON_INST,
        subject_uid=place.uid,
        institution=place,
    )
    ledger.entry_post(
        actor=actor,
        kind=EntryKind.CONSUME if is_custody else EntryKind.CONSUME_DEPOSIT_MODE,
        key=f"退费 {refund.number}",
        legs=(debit(claim, refund.kept_fen), credit(earned, refund.kept_fen)),
        booked_on=today,
        memo=f"合同 {contract.number} 退费时归机构",
        at=at,
    )


@database.atomic
def refund_pay(*, actor: User, refund: Refund, at: datetime | None = None) -> Refund:
    """Instruct the bank to pay the original payer; after a failure again under a new number.

    Raises WrongState, NotAllowed, Blocked (not enough cash), Unlawful (the institution keeps the money itself).
    """
    contract, account = refund.contract, refund.contract.account
    if account is not None:
        lock(account)
    paying = transition(refund, "pay", actor=actor, at=at, values={"failure": ""})
    if account is None:
        raise Unlawful("合同没有托管账户，不能由银行退费。")
    paying.instruction = instruction_prepare(
        actor=actor,
        account=account,
        kind=InstructionKind.REFUND_PAY,
        amount_fen=paying.amount_fen,
        payee=Payee(
            contract.payer_masked or contract.family.name_masked,
            contract.payer_digest,
            contract.payer_account_digest,
            contract.payer_account_tail,
        ),
        subject_uid=paying.uid,
        prepared_by=paying.created_by,
        contract=contract,
        at=at,
    )
    paying.save(update_fields=["instruction"])
    return paying


@database.atomic
def refund_follow(event: InstructionEnded) -> None:
    """The bank's word about a refund: paid, not paid, or sent back."""
    if event.kind != InstructionKind.REFUND_PAY:
        return
    refund = Refund.objects.select_related("contract").filter(uid=event.subject_uid).first()
    if refund is None:
        return
    row, actor = Instruction.objects.get(uid=event.uid), system_user()
    if event.status == "POSTED":
        transition(refund, "paid", actor=actor, values={"paid_on": row.booked_on})
        transition(refund.contract, "refund_paid", actor=actor, values={"ended_on": row.booked_on})
        return
    values: dict[str, object] = {"failure": row.failure}
    if event.status == "RETURNED":
        transition(refund.contract, "refund_back", actor=actor, values={"ended_on": None})
        values["paid_on"] = None
    transition(refund, "fail" if event.status == "VOIDED" else "back", actor=actor, values=values)


for code, sentence in {
    "refund_apply": "申请退费",
    "refund_agree": "机构同意退费",
    "refund_auto_agree": "机构逾期未答复，视为同意退费",
    "refund_refuse": "机构不同意退费",
    "refund_due_moved": "机构答复期限变动",
    "refund_mediate": "教育局调解退费",
    "refund_approve": "审定退费",
    "refund_reject": "不予退费",
    "refund_withdraw": "撤回退费申请",
    "refund_pay": "发起退费支付",
    "refund_paid": "银行已退费",
    "refund_fail": "退费支付未成",
    "refund_back": "退费退汇",
}.items():
    audit.verb(f"funds.{code}", sentence)
audit.verb("funds.contract_refund_back", "退费退汇，合同回到退费中")
