"""After the decision: payment, deferral, remedies, 催告, court, orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction as database

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.steps import lock, ready, refuse
from casework.workflow import transition
from penalties import clock, guards, money, papers, terms
from penalties.models import (
    Case,
    CorrectiveOrder,
    CreditStatus,
    Deferral,
    Measure,
    MeasureStage,
    Payment,
    PaymentKind,
    Proceeding,
)
from penalties.services.base import (
    PAY,
    add_row,
    end_term,
    issue,
    local,
    open_case,
    save_row,
)
from penalties.services.credit import credit_withdraw_start
from penalties.services.serving import LIVING

OWING = ("SERVED", "URGED", "IN_COURT")
AFTER_DECISION = ("DECIDED", "SERVED", "URGED", "IN_COURT", "PERFORMED", "CLOSED", "ARCHIVED")


@dataclass(frozen=True)
class PaymentInput:
    """One payment; amount in fen."""

    kind: str
    amount_fen: int
    paid_on: date
    receipt_no: str
    is_on_spot: bool = False
    on_spot_ground: str = ""


@database.atomic
def payment_record(*, actor: User, case: Case, payment: PaymentInput, at: datetime | None = None) -> Payment:
    """Record a payment. On the spot only up to the cap or on a lawful ground, handed in within 2 working days (G30)."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_edit", *OWING)
        if payment.paid_on > local(moment):
            raise Unlawful("缴款日期不能晚于今天。")
        balance = terms.balance_of(locked, payment.paid_on)
        room = balance.late_left if payment.kind == PaymentKind.LATE_FINE else balance.left
        if payment.amount_fen > room:
            raise Unlawful(f"该项尚欠 {money.yuan(room)} 元，缴款不能超过。")
        values = {**vars(payment)}
        if payment.is_on_spot:
            values |= _on_spot(locked, payment)
        return add_row(
            Payment(case=locked, **values), actor=actor, verb="penalties.payment_record", at=moment
        )


def _on_spot(case: Case, payment: PaymentInput) -> dict[str, Any]:
    cap = terms.number(case, "penalty.collect_on_spot.cap", payment.paid_on)
    if payment.amount_fen > cap and not payment.on_spot_ground.strip():
        raise Unlawful(
            f"当场收缴罚款不超过 {money.yuan(cap)} 元；超过的须有不当场收缴事后难以执行等法定理由（行政处罚法第六十八条）。"
        )
    return {
        "on_spot_ground": payment.on_spot_ground.strip() or f"罚款不超过 {money.yuan(cap)} 元",
        "hand_in_by": terms.term_end(case, "penalty.collect_on_spot.hand_in", payment.paid_on),
    }


@database.atomic
def payment_hand_in(*, actor: User, payment: Payment, on: date, at: datetime | None = None) -> Payment:
    """A fine collected on the spot reached the bank."""
    open_case(payment.case, actor, "penalties.case_edit")
    if not payment.is_on_spot or payment.handed_in_on:
        raise WrongState("这笔缴款不需要登记交付。")
    return save_row(payment, {"handed_in_on": on}, actor=actor, verb="penalties.payment_hand_in", at=at)


@database.atomic
def measure_done(
    *, actor: User, measure: Measure, on: date, note: str, at: datetime | None = None
) -> Measure:
    """A measure other than money was carried out."""
    open_case(measure.case, actor, "penalties.case_edit", *OWING)
    if measure.stage != MeasureStage.DECIDED or measure.amount_fen:
        raise WrongState("这一项不需要登记执行。")
    return save_row(
        measure, {"done_on": on, "done_note": note[:200]}, actor=actor, verb="penalties.measure_done", at=at
    )


@database.atomic
def deferral_grant(
    *,
    actor: User,
    case: Case,
    reason: str,
    schedule: Sequence[tuple[date, int]],
    at: datetime | None = None,
) -> Deferral:
    """The head grants later or divided payment (行政处罚法 第六十六条); the last day becomes the day of payment."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_approve", "SERVED")
        balance = terms.balance_of(locked, local(moment))
        if not schedule or sum(amount for _, amount in schedule) != balance.left:
            raise Unlawful(f"分期金额合计须等于未缴的 {money.yuan(balance.left)} 元。")
        last = max(day for day, _ in schedule)
        if locked.payment_due_on and last <= locked.payment_due_on:
            raise Unlawful(f"延期须晚于原缴款期限 {locked.payment_due_on:%Y-%m-%d}。")
        plan = [{"due_on": day.isoformat(), "amount_fen": amount} for day, amount in sorted(schedule)]
        row = add_row(
            Deferral(case=locked, reason=reason, schedule=plan, due_on=last, approved_by=actor),
            actor=actor,
            verb="penalties.deferral_grant",
            at=moment,
        )
        row.document = issue(locked, papers.deferral_notice(row, at=moment), actor=actor, at=moment)
        row.save(update_fields=["document"])
        end_term(locked, PAY, local(moment), actor=actor)
        lines = [*locked.payment_explanation, f"经批准延期（分期）缴纳至 {last:%Y-%m-%d}：{reason}"]
        Case.objects.filter(pk=locked.pk).update(payment_due_on=last, payment_explanation=lines)
        return row


@database.atomic
def proceeding_record(
    *, actor: User, case: Case, values: dict[str, Any], at: datetime | None = None
) -> Proceeding:
    """The party asked for review or sued: the late fine stands still (G33)."""
    locked = open_case(case, actor, "penalties.case_edit", *AFTER_DECISION)
    return add_row(Proceeding(case=locked, **values), actor=actor, verb="penalties.proceeding_record", at=at)


@database.atomic
def proceeding_end(
    *,
    actor: User,
    proceeding: Proceeding,
    ended_on: date,
    result: str,
    changes_decision: bool = False,
    at: datetime | None = None,
) -> Proceeding:
    """The remedy ended. A changed decision must come off the credit platform within three working days (G36)."""
    with clock.acting_at(at) as moment:
        case = open_case(proceeding.case, actor, "penalties.case_edit", *AFTER_DECISION)
        if proceeding.ended_on:
            raise WrongState("已经登记终结。")
        values = {"ended_on": ended_on, "result": result, "changes_decision": changes_decision}
        saved = save_row(proceeding, values, actor=actor, verb="penalties.proceeding_end", at=moment)
        if changes_decision:
            for record in case.creditrecords.filter(status=CreditStatus.PUBLISHED):
                credit_withdraw_start(actor=actor, record=record, on=ended_on, at=moment)
        return saved


@database.atomic
def case_urge(*, actor: User, case: Case, at: datetime | None = None) -> Case:
    """催告 after the term of payment (行政强制法 第五十四条)."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "urge", actor)
        issue(locked, papers.urge_notice(locked, at=moment), actor=actor, at=moment)
        return transition(locked, "urge", actor=actor, at=moment)


@database.atomic
def case_apply_court(*, actor: User, case: Case, court: str, at: datetime | None = None) -> Case:
    """申请人民法院强制执行 (G34)."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "apply_court", actor)
        if not court.strip():
            raise Unlawful("请填写受理的人民法院。")
        locked.court_name = court.strip()[:100]
        issue(locked, papers.court_application(locked, at=moment), actor=actor, at=moment)
        return transition(
            locked, "apply_court", actor=actor, at=moment, values={"court_name": locked.court_name}
        )


@database.atomic
def case_perform(*, actor: User, case: Case, at: datetime | None = None) -> Case:
    """Everything was paid and carried out."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "perform", actor)
        end_term(locked, PAY, local(moment), actor=actor)
        return transition(locked, "perform", actor=actor, at=moment)


@database.atomic
def order_issue(
    *, actor: User, case: Case, kind: str, content: str, due_on: date, at: datetime | None = None
) -> CorrectiveOrder:
    """责令改正、停止或者退费: an order of its own, never a penalty (行政处罚法 第二十八条)."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_edit", *LIVING)
        refuse(guards.two_handlers(locked, actor))
        if due_on < local(moment):
            raise Unlawful("期限不能早于今天。")
        row = CorrectiveOrder(case=locked, kind=kind, content=content, due_on=due_on)
        added = add_row(row, actor=actor, verb="penalties.order_issue", at=moment)
        added.document = issue(locked, papers.order_letter(added, at=moment), actor=actor, at=moment)
        added.save(update_fields=["document"])
        return added


@database.atomic
def order_done(
    *, actor: User, order: CorrectiveOrder, on: date, note: str, at: datetime | None = None
) -> CorrectiveOrder:
    """An order was verified as carried out."""
    open_case(order.case, actor, "penalties.case_edit")
    return save_row(
        order,
        {"done_on": on, "done_note": note.strip()[:200]},
        actor=actor,
        verb="penalties.order_done",
        at=at,
    )


for code, sentence in {
    "payment_record": "登记缴款",
    "payment_hand_in": "登记当场收缴交付",
    "measure_done": "登记执行情况",
    "deferral_grant": "准予延期分期缴纳",
    "proceeding_record": "登记复议诉讼",
    "proceeding_end": "登记复议诉讼终结",
    "case_urge": "催告",
    "case_apply_court": "申请强制执行",
    "case_perform": "确认履行完毕",
    "order_issue": "制发责令改正文书",
    "order_done": "登记责令改正完成",
}.items():
    audit.verb(f"penalties.{code}", sentence)
