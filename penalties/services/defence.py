"""What the party is told and answers: prior notice, statements, waiver, hearing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction as database

from accounts.models import User
from casework import audit
from casework.documents.services import document_withdraw
from casework.errors import Unlawful, WrongState
from casework.models import OfficialDocument
from casework.steps import lock, ready, refuse
from casework.workflow import transition
from penalties import clock, guards, papers, terms
from penalties.models import (
    Case,
    Hearing,
    MeasureStage,
    StatementPoint,
)
from penalties.services.base import (
    add_row,
    issue,
    local,
    open_case,
    save_row,
)
from penalties.services.inquiry import copy_measures

READY = ("ENDED", "NOTIFIED")


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
        refuse(guards.chair_reasons(case, plan.chair))
        refuse(guards.hearing_notice_days(case, local(moment), local(plan.held_at)))
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
        refuse(guards.hearing_reasons(held))
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


for code, sentence in {
    "case_notify": "制发行政处罚事先告知书",
    "statement_add": "登记陈述申辩",
    "statement_answer": "复核陈述申辩",
    "statement_waive": "登记放弃陈述申辩",
    "hearing_request": "登记听证申请",
    "hearing_schedule": "通知听证",
    "hearing_hold": "登记听证笔录",
    "hearing_miss": "登记当事人未到场",
    "hearing_withdraw": "登记撤回听证申请",
}.items():
    audit.verb(f"penalties.{code}", sentence)
