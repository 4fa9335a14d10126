"""Whistles of townships, joint conferences and the follow-up of their decisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, OrganisationKind, User
from accounts.services import system_user
from casework import audit, policy
from casework.deadlines import compute, load_calendar
from casework.documents.services import document_issue
from casework.errors import Unlawful, WrongState
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from measures import guards, papers
from measures.models import (
    CallStatus,
    Decision,
    Meeting,
    MeetingParticipant,
    MeetingStatus,
    Rating,
    Whistle,
    WhistleCall,
    WhistleUrgency,
)

ARRIVAL = {
    WhistleUrgency.URGENT: "whistle.arrival.urgent",
    WhistleUrgency.ORDINARY: "whistle.arrival.ordinary",
}


@database.atomic
def whistle_blow(
    *, actor: User, values: dict[str, Any], departments: Iterable[Organisation], at: datetime | None = None
) -> Whistle:
    """A township calls departments; their clocks run from now by the policy values of today."""
    at = at or timezone.now()
    require(actor, "measures.whistle_call")
    caller = actor.organisation
    if caller is None or caller.kind != OrganisationKind.TOWNSHIP:
        raise Unlawful("只有乡镇（街道）可以吹哨。")
    called = list(departments)
    if not called:
        raise Unlawful("请至少选择一个报到部门。")
    today = timezone.localdate(at)
    computed = compute(policy.term("whistle.closure", region=caller.region, on=today), today, load_calendar())
    whistle = Whistle(
        **root_fields(actor=actor, region=caller.region),
        caller=caller,
        called_at=at,
        close_due_on=computed.due_on,
        close_explanation=list(computed.explanation),
        **values,
    )
    record_create(actor=actor, obj=whistle, verb="measures.whistle_blow", at=at)
    row = policy.value(ARRIVAL[WhistleUrgency(whistle.urgency)], region=caller.region, on=today)
    for department in called:
        call = WhistleCall(
            bureau=whistle.bureau,
            whistle=whistle,
            organisation=department,
            arrive_due_at=at + timedelta(hours=int(row.value)),
            arrive_basis=f"{row.label} {row.value} {row.unit}（{row.cited}）"[:200],
        )
        clean(call)
        call.save(force_insert=True)
    return whistle


@database.atomic
def call_acknowledge(*, actor: User, call: WhistleCall, at: datetime | None = None) -> WhistleCall:
    """The department answers the call."""
    return transition(call, "acknowledge", actor=actor, at=at)


@database.atomic
def call_arrive(
    *, actor: User, call: WhistleCall, arrived_at: datetime, people: str, at: datetime | None = None
) -> WhistleCall:
    """The department is there; late is late, but still told."""
    at = at or timezone.now()
    if not call.whistle.called_at.replace(second=0, microsecond=0) <= arrived_at <= at:
        raise Unlawful("到场时间须在吹哨之后，且不晚于现在。")
    values: dict[str, Any] = {"arrived_at": arrived_at, "people": people.strip()}
    if call.acknowledged_at is None:
        values["acknowledged_at"] = at
    return transition(call, "arrive", actor=actor, at=at, values=values)


@database.atomic
def call_finish(*, actor: User, call: WhistleCall, action: str, at: datetime | None = None) -> WhistleCall:
    """The department settled its part; the last one hands the whistle back to the township."""
    lock(call.whistle)
    finished = transition(call, "finish", actor=actor, at=at, values={"action": action.strip()})
    _handled(finished.whistle, at)
    return finished


@database.atomic
def call_return(*, actor: User, call: WhistleCall, reason: str, at: datetime | None = None) -> WhistleCall:
    """Not the department's business, with the reason."""
    lock(call.whistle)
    given_back = transition(
        call, "return", actor=actor, reason=reason, at=at, values={"returned_reason": reason.strip()}
    )
    _handled(given_back.whistle, at)
    return given_back


def _handled(whistle: Whistle, at: datetime | None) -> None:
    if not whistle.calls.exclude(status__in=[CallStatus.DONE, CallStatus.RETURNED]).exists():
        transition(whistle, "handle", actor=system_user(), at=at)


@database.atomic
def whistle_close(
    *,
    actor: User,
    whistle: Whistle,
    result: str,
    ratings: dict[int, tuple[str, str]],
    at: datetime | None = None,
) -> Whistle:
    """The township evaluates each department that came (`ratings` maps call ids) and closes."""
    locked = lock(whistle)
    ready(locked, "close", actor)
    for call in locked.calls.select_related("organisation"):
        rating, comment = ratings.get(call.pk, ("", ""))
        if call.status == CallStatus.DONE and not rating:
            raise Unlawful(f"请评价{call.organisation.short_name}。")
        if rating == Rating.POOR and not comment.strip():
            raise Unlawful(f"对{call.organisation.short_name}评价“不满意”的，须写明原因。")
        call.rating, call.comment = rating, comment.strip()
        clean(call)
        call.save()
    return transition(locked, "close", actor=actor, at=at, values={"result": result.strip()})


@database.atomic
def whistle_cancel(*, actor: User, whistle: Whistle, reason: str, at: datetime | None = None) -> Whistle:
    """The township needs nobody any more."""
    return transition(whistle, "cancel", actor=actor, reason=reason, at=at)


@database.atomic
def meeting_draft(
    *,
    actor: User,
    organ: Organisation,
    values: dict[str, Any],
    bodies: Iterable[Organisation],
    at: datetime | None = None,
) -> Meeting:
    """Enter a meeting with the bodies that took part."""
    at = at or timezone.now()
    require(actor, "measures.meeting_edit")
    meeting = Meeting(**root_fields(actor=actor, region=organ.bureau.region), organ=organ, **values)
    refuse(guards.own("organ")(meeting, actor))
    if meeting.held_at > at:
        raise Unlawful("会议时间不能晚于现在，会后再登记纪要。")
    record_create(actor=actor, obj=meeting, verb="measures.meeting_draft", at=at)
    for body in bodies:
        MeetingParticipant.objects.create(meeting=meeting, organisation=body)
    return meeting


@database.atomic
def meeting_edit(
    *,
    actor: User,
    meeting: Meeting,
    values: dict[str, Any],
    bodies: Iterable[Organisation] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Change minutes that are not issued yet."""
    locked = _draft(actor, meeting)
    edited = record_update(
        actor=actor, obj=locked, values=values, verb="measures.meeting_edit", version=version, at=at
    )
    if bodies is not None:
        wanted = {body.pk: body for body in bodies}
        edited.participants.exclude(organisation__in=wanted).delete()
        present = set(edited.participants.values_list("organisation_id", flat=True))
        for pk in wanted.keys() - present:
            MeetingParticipant.objects.create(meeting=edited, organisation=wanted[pk])
    return edited


def _draft(actor: User, meeting: Meeting) -> Meeting:
    require(actor, "measures.meeting_edit")
    locked = lock(meeting)
    refuse(guards.own("organ")(locked, actor))
    if locked.status != MeetingStatus.DRAFT:
        raise WrongState("会议纪要已印发，不能修改。")
    return locked


@database.atomic
def decision_add(
    *,
    actor: User,
    meeting: Meeting,
    text: str,
    assignee: Organisation,
    due_on: date,
    at: datetime | None = None,
) -> Decision:
    """One decision with who carries it out and until when."""
    locked = _draft(actor, meeting)
    if due_on < timezone.localdate(locked.held_at):
        raise Unlawful("完成期限不能早于会议当日。")
    decision = Decision(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        meeting=locked,
        position=locked.decisions.count() + 1,
        text=text.strip(),
        assignee=assignee,
        due_on=due_on,
    )
    return record_create(actor=actor, obj=decision, verb="measures.decision_add", at=at)


@database.atomic
def meeting_issue(*, actor: User, meeting: Meeting, at: datetime | None = None) -> Meeting:
    """Number and issue the minutes; the decisions bind from now."""
    at = at or timezone.now()
    locked = lock(meeting)
    ready(locked, "issue", actor)
    document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind="MEETING_MINUTES",
        subject=locked,
        content=papers.source(papers.meeting_minutes(locked, at=at)),
        title=f"{locked.title}纪要",
        at=at,
        is_public=False,
    )
    return transition(locked, "issue", actor=actor, at=at, values={"document": document})


@database.atomic
def meeting_finish(*, actor: User, meeting: Meeting, at: datetime | None = None) -> Meeting:
    """Everything decided is settled."""
    return transition(meeting, "finish", actor=actor, at=at)


@database.atomic
def decision_report(*, actor: User, decision: Decision, report: str, at: datetime | None = None) -> Decision:
    """The assignee tells what was done."""
    return transition(decision, "report", actor=actor, at=at, values={"report": report.strip()})


@database.atomic
def decision_confirm(*, actor: User, decision: Decision, at: datetime | None = None) -> Decision:
    """The convening body confirms."""
    return transition(decision, "confirm", actor=actor, at=at)


@database.atomic
def decision_send_back(
    *, actor: User, decision: Decision, reason: str, at: datetime | None = None
) -> Decision:
    """The report does not suffice."""
    return transition(decision, "send_back", actor=actor, reason=reason, at=at)


@database.atomic
def decision_drop(*, actor: User, decision: Decision, reason: str, at: datetime | None = None) -> Decision:
    """It need not be carried out any more."""
    return transition(decision, "drop", actor=actor, reason=reason, at=at)


for code, sentence in {
    "whistle_blow": "吹哨",
    "whistle_handle": "部门全部办结吹哨事项",
    "whistle_close": "评价并办结吹哨事项",
    "whistle_cancel": "撤销吹哨",
    "whistlecall_acknowledge": "响应吹哨",
    "whistlecall_arrive": "到场报到",
    "whistlecall_finish": "办结吹哨事项",
    "whistlecall_return": "退回吹哨事项",
    "meeting_draft": "登记会议",
    "meeting_edit": "修改会议纪要",
    "meeting_issue": "印发会议纪要",
    "meeting_finish": "会议事项全部落实",
    "decision_add": "登记议定事项",
    "decision_report": "报告议定事项落实情况",
    "decision_confirm": "确认议定事项落实",
    "decision_send_back": "退回议定事项",
    "decision_drop": "议定事项不再落实",
}.items():
    audit.verb(f"measures.{code}", sentence)
