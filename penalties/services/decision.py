"""From the proposal to the decision: review, notice, defence, hearing, discussion, decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction as database

from accounts.models import User
from casework import audit, events
from casework.documents.services import document_withdraw
from casework.errors import Unlawful, WrongState
from casework.models import OfficialDocument
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from penalties import clock, guards, guards_decision, papers, terms
from penalties.events import PenaltyDecided
from penalties.models import (
    Case,
    Discussion,
    Hearing,
    LegalReview,
    MeasureKind,
    MeasureStage,
    Outcome,
    StatementPoint,
)
from penalties.services.base import (
    DECIDE,
    PAY,
    SERVE,
    add_row,
    end_term,
    issue,
    local,
    open_case,
    save_row,
    start_term,
)
from penalties.services.credit import credit_prepare
from penalties.services.inquiry import copy_measures

READY = ("ENDED", "NOTIFIED")


@database.atomic
def review_request(*, actor: User, case: Case, note: str = "", at: datetime | None = None) -> LegalReview:
    """Send the case to 法制审核 (G25). Raises WrongState while one is open."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_edit", *READY)
        if locked.legalreviews.filter(status="OPEN").exists():
            raise WrongState("法制审核正在进行，请等待审核意见。")
        grounds = (
            "；".join([*terms.review_grounds(locked), *([note] if note else [])]) or "办案机构认为需要审核"
        )
        row = LegalReview(case=locked, grounds=grounds[:200], requested_at=moment)
        return add_row(row, actor=actor, verb="penalties.review_request", at=moment)


@database.atomic
def review_give(
    *,
    actor: User,
    review: LegalReview,
    passed: bool,
    opinions: dict[str, str],
    conclusion: str,
    qualification: str,
    at: datetime | None = None,
) -> LegalReview:
    """Give the opinion aspect by aspect and issue it. The reviewer did not investigate (G25)."""
    with clock.acting_at(at) as moment:
        require(actor, "penalties.legal_review")
        case = lock(review.case)
        refuse(guards.is_own_organ(case, actor))
        refuse(guards_decision.review_qualified(case, actor))
        if passed and not qualification.strip():
            raise Unlawful("请填写审核人资格（初次从事法制审核的须有法律职业资格）。")
        given = transition(
            review,
            "pass" if passed else "return",
            actor=actor,
            at=moment,
            values={
                "reviewer": actor,
                "opinions": opinions,
                "conclusion": conclusion.strip(),
                "qualification": qualification.strip(),
            },
        )
        given.document = issue(case, papers.legal_review(given, at=moment), actor=actor, at=moment)
        given.save(update_fields=["document"])
        return given


@database.atomic
def notice_issue(*, actor: User, case: Case, at: datetime | None = None) -> Case:
    """事先告知, with the hearing advice where the threshold is reached (G17 to G21, G24)."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "notify", actor)
        _recall(locked, ("PENALTY_PRIOR_NOTICE", "HEARING_RIGHTS"), actor, moment)
        issue(locked, papers.prior_notice(locked, at=moment), actor=actor, at=moment)
        if terms.needs_hearing_notice(locked):
            issue(locked, papers.hearing_rights(locked, at=moment), actor=actor, at=moment)
        copy_measures(locked, MeasureStage.PROPOSED, MeasureStage.TOLD, actor)
        values = {"statement_until": None, "hearing_until": None, "statement_waived": ""}
        return transition(locked, "notify", actor=actor, at=moment, values=values)


def _recall(case: Case, kinds: tuple[str, ...], actor: User, at: datetime) -> None:
    """An earlier notice of the same kind is withdrawn when a new one is told."""
    for document in OfficialDocument.objects.filter(subject_uid=case.uid, kind__in=kinds, state="VALID"):
        document_withdraw(
            actor=actor, document=document, reason="补充调查后重新告知", at=at, about=case.file_uid
        )


@database.atomic
def statement_add(
    *, actor: User, case: Case, text: str, made_on: date, at: datetime | None = None
) -> StatementPoint:
    """Write down one point that the party argued; it is never refused for being late before the decision."""
    locked = open_case(case, actor, "penalties.case_edit", "NOTIFIED")
    row = StatementPoint(case=locked, text=text, made_on=made_on)
    return add_row(row, actor=actor, verb="penalties.statement_add", at=at)


@database.atomic
def statement_answer(
    *, actor: User, point: StatementPoint, answer: str, is_accepted: bool, at: datetime | None = None
) -> StatementPoint:
    """Answer one point (G22); once all are answered the record of the answers is issued."""
    with clock.acting_at(at) as moment:
        locked = open_case(point.case, actor, "penalties.case_edit", "NOTIFIED")
        if not answer.strip():
            raise Unlawful("请写明复核意见和理由。")
        values = {"answer": answer.strip(), "is_accepted": is_accepted}
        saved = save_row(point, values, actor=actor, verb="penalties.statement_answer", at=moment)
        if not locked.statementpoints.filter(answer="").exists():
            _recall(locked, ("STATEMENT_RECORD",), actor, moment)
            issue(locked, papers.statement_record(locked, at=moment), actor=actor, at=moment)
        return saved


@database.atomic
def statement_waive(*, actor: User, case: Case, paper: str, at: datetime | None = None) -> Case:
    """Record the written waiver of defence and hearing."""
    locked = open_case(case, actor, "penalties.case_edit", "NOTIFIED")
    if terms.service_of(locked, "PENALTY_PRIOR_NOTICE") is None:
        raise WrongState("事先告知书送达后，当事人才能书面放弃陈述申辩。")
    if not paper.strip():
        raise Unlawful("请写明书面声明的名称和日期。")
    before, locked.statement_waived = locked.statement_waived, paper.strip()[:120]
    locked.version += 1
    locked.save()
    audit.record(
        actor=actor,
        verb="penalties.statement_waive",
        target=locked,
        changes={"statement_waived": [before, locked.statement_waived]},
        about=locked.file_uid,
        at=at,
    )
    return locked


@database.atomic
def hearing_request(*, actor: User, case: Case, requested_on: date, at: datetime | None = None) -> Hearing:
    """The party asks for a hearing within five working days of being told (G24). Raises Unlawful when late."""
    with clock.acting_at(at):
        locked = open_case(case, actor, "penalties.case_edit", "NOTIFIED")
        service = terms.service_of(locked, "HEARING_RIGHTS")
        if service is None or locked.hearing_until is None:
            raise WrongState("本案没有送达听证告知书。")
        if requested_on > locked.hearing_until:
            raise Unlawful(
                f"听证申请期限 {locked.hearing_until:%Y-%m-%d} 已过。确有正当理由的，请报负责人决定。"
            )
        return add_row(
            Hearing(case=locked, requested_on=requested_on),
            actor=actor,
            verb="penalties.hearing_request",
            at=at,
        )


@dataclass(frozen=True)
class HearingPlan:
    """When and where a hearing is held, and by whom."""

    held_at: datetime
    place: str
    chair: User
    recorder: str
    is_public: bool = True


@database.atomic
def hearing_schedule(
    *, actor: User, hearing: Hearing, plan: HearingPlan, at: datetime | None = None
) -> Hearing:
    """Notify time and place seven working days ahead; the chair is no investigator (G24). Raises Blocked."""
    with clock.acting_at(at) as moment:
        case = open_case(hearing.case, actor, "penalties.case_manage", "NOTIFIED")
        refuse(guards_decision.chair_reasons(case, plan.chair))
        refuse(guards_decision.hearing_notice_days(case, local(moment), local(plan.held_at)))
        values = {**vars(plan), "notified_on": local(moment)}
        scheduled = transition(hearing, "schedule", actor=actor, at=moment, values=values)
        issue(case, papers.hearing_notice(scheduled, at=moment), actor=actor, at=moment)
        return scheduled


@database.atomic
def hearing_hold(
    *,
    actor: User,
    hearing: Hearing,
    record: str,
    opinion: str,
    signature: str,
    at: datetime | None = None,
) -> Hearing:
    """Record the hearing; the record is signed or the refusal noted."""
    with clock.acting_at(at) as moment:
        case = open_case(hearing.case, actor, "penalties.case_manage", "NOTIFIED")
        if hearing.held_at and moment < hearing.held_at:
            raise WrongState("听证还没有到举行时间。")
        values = {"record": record, "opinion": opinion, "signature": signature}
        held = transition(hearing, "hold", actor=actor, at=moment, values=values)
        refuse(guards_decision.hearing_reasons(held))
        issue(case, papers.hearing_record(held, at=moment), actor=actor, at=moment)
        return held


@database.atomic
def hearing_miss(*, actor: User, hearing: Hearing, reason: str, at: datetime | None = None) -> Hearing:
    """Absence without good cause is a waiver."""
    return transition(hearing, "miss", actor=actor, reason=reason, at=at)


@database.atomic
def hearing_withdraw(*, actor: User, hearing: Hearing, reason: str, at: datetime | None = None) -> Hearing:
    """The party takes the application back."""
    return transition(hearing, "withdraw", actor=actor, reason=reason, at=at)


@database.atomic
def discussion_record(
    *, actor: User, case: Case, values: dict[str, Any], at: datetime | None = None
) -> Discussion:
    """集体讨论 by the heads (G26)."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_manage", *READY)
        row = add_row(
            Discussion(case=locked, **values), actor=actor, verb="penalties.discussion_record", at=moment
        )
        row.document = issue(locked, papers.discussion_record(row, at=moment), actor=actor, at=moment)
        row.save(update_fields=["document"])
        return row


@database.atomic
def extension_record(*, actor: User, case: Case, ground: str, at: datetime | None = None) -> Case:
    """Record why the ninety days may be exceeded (G28); the head grants it."""
    require(actor, "penalties.case_approve")
    locked = lock(case)
    refuse(guards.is_own_organ(locked, actor))
    if not ground.strip():
        raise Unlawful("请写明延长办案期限的理由。")
    before, locked.extension_ground = (
        locked.extension_ground,
        f"{ground.strip()}（批准人 {actor.name}）"[:300],
    )
    locked.version += 1
    locked.save()
    audit.record(
        actor=actor,
        verb="penalties.extension_record",
        target=locked,
        changes={"extension_ground": [before, locked.extension_ground]},
        reason=ground,
        about=locked.file_uid,
        at=at,
    )
    return locked


@database.atomic
def case_decide(*, actor: User, case: Case, note: str = "", at: datetime | None = None) -> Case:
    """决定处罚: every gate of G17 to G31, the approval form, the decision, the frozen income, 双公示 prepared."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "decide", actor)
        income = terms.income_of(locked, local(moment))
        locked.income_snapshot = _frozen(income, local(moment))
        copy_measures(locked, MeasureStage.PROPOSED, MeasureStage.DECIDED, actor)
        issue(
            locked,
            papers.decision_approval(locked, at=moment, approver=actor.name, note=note),
            actor=actor,
            at=moment,
        )
        document = issue(locked, papers.decision(locked, at=moment), actor=actor, at=moment)
        decided = _decided(locked, "decide", document, Outcome.PENALTY, actor, moment, note)
        credit_prepare(actor=actor, case=decided, at=moment)
        _announce(decided, local(moment))
        return decided


def _frozen(income: Any, on: date) -> dict[str, Any]:
    if not income.charged:
        return {}
    return {
        "on": on.isoformat(),
        "charged": income.charged,
        "refunded": income.refunded,
        "deducted": income.deducted,
        "amount": income.amount,
        "lines": list(income.lines),
    }


def _decided(
    case: Case,
    name: str,
    document: OfficialDocument,
    outcome: str,
    actor: User,
    moment: datetime,
    note: str,
) -> Case:
    end_term(case, DECIDE, local(moment), actor=actor)
    served_by = start_term(case, SERVE, "送达决定书", "penalty.service", local(moment), actor=actor)
    return transition(
        case,
        name,
        actor=actor,
        at=moment,
        reason=note,
        values={
            "decision": document,
            "decision_no": document.number,
            "outcome": outcome,
            "decided_by": actor,
            "serve_due_on": served_by.due_on,
            "income_snapshot": case.income_snapshot,
        },
    )


def _announce(case: Case, on: date) -> None:
    rows = {row.kind: row for row in terms.measures_at(case, MeasureStage.DECIDED)}
    amounts = {kind: row.amount_fen for kind, row in rows.items()}
    events.publish(
        PenaltyDecided(
            case.uid,
            case.file_uid,
            case.decision_no,
            on,
            tuple(rows),
            amounts.get(MeasureKind.FINE, 0),
            amounts.get(MeasureKind.CONFISCATION, 0),
            case.violation.code,
        )
    )


@database.atomic
def case_decide_no_penalty(*, actor: User, case: Case, note: str = "", at: datetime | None = None) -> Case:
    """不予处罚 on a ground of law, with the education given (G19)."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "decide_no_penalty", actor)
        locked.measures.filter(stage=MeasureStage.PROPOSED).delete()
        issue(
            locked,
            papers.decision_approval(locked, at=moment, approver=actor.name, note=note),
            actor=actor,
            at=moment,
        )
        document = issue(locked, papers.no_penalty(locked, at=moment), actor=actor, at=moment)
        return _decided(locked, "decide_no_penalty", document, Outcome.NO_PENALTY, actor, moment, note)


@database.atomic
def case_decide_on_spot(*, actor: User, case: Case, place: str, at: datetime | None = None) -> Case:
    """当场处罚 within the caps: decided, handed over and reported in one step (G29, 行政处罚法 第五十一、五十二条)."""
    from penalties.services.execution import Service, receipt_record, words_done

    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "decide_on_spot", actor)
        copy_measures(locked, MeasureStage.PROPOSED, MeasureStage.DECIDED, actor)
        document = issue(locked, papers.on_spot(locked, at=moment, place=place), actor=actor, at=moment)
        officers = guards.handlers(locked)
        service = Service(
            method="DIRECT",
            place=place,
            server_one=officers[0],
            server_two=officers[1],
            receiver=locked.party_head or locked.party_name[:40],
            receiver_relation="当事人",
        )
        receipt_record(
            actor=actor, case=locked, document=document, service=service, served_at=moment, at=moment
        )
        words_done(locked, local(moment))
        pay = start_term(locked, PAY, "缴纳罚款", "penalty.payment", local(moment), actor=actor)
        decided = transition(
            locked,
            "decide_on_spot",
            actor=actor,
            at=moment,
            values={
                "decision": document,
                "decision_no": document.number,
                "outcome": Outcome.PENALTY,
                "decided_at": moment,
                "decided_by": actor,
                "payment_due_on": pay.due_on,
                "payment_explanation": pay.explanation,
            },
        )
        credit_prepare(actor=actor, case=decided, at=moment)
        _announce(decided, local(moment))
        return decided


for code, sentence in {
    "review_request": "送法制审核",
    "legalreview_pass": "法制审核通过",
    "legalreview_return": "法制审核退回补正",
    "case_notify": "制发行政处罚事先告知书",
    "statement_add": "登记陈述申辩",
    "statement_answer": "复核陈述申辩",
    "statement_waive": "登记放弃陈述申辩",
    "hearing_request": "登记听证申请",
    "hearing_schedule": "通知听证",
    "hearing_hold": "登记听证笔录",
    "hearing_miss": "登记当事人未到场",
    "hearing_withdraw": "登记撤回听证申请",
    "discussion_record": "登记集体讨论",
    "extension_record": "延长办案期限",
    "case_decide": "作出行政处罚决定",
    "case_decide_no_penalty": "决定不予行政处罚",
    "case_decide_on_spot": "当场作出行政处罚决定",
}.items():
    audit.verb(f"penalties.{code}", sentence)
