"""From a result to the outings, and from the last visit to the term of publication."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction as database
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit, policy
from casework.deadlines import CalendarMissing, deadline_start
from casework.deadlines.services import DeadlineMoved
from casework.errors import WrongState
from casework.records import record_update
from casework.steps import lock, require
from draws import pools
from draws.models import Draw, DrawnOfficer, DrawnPlace, DrawStatus
from draws.services.draws import RESULTS
from inspections.events import VisitOutcomeRecorded
from inspections.models import Deployment, InspectionKind, MemberRole
from inspections.services import deployment_draft, member_add

SOURCE = "DRAW"
FIRST_HOUR, LAST_HOUR = time(9), time(18)


@database.atomic
def plans_make(*, actor: User, draw: Draw, at: datetime | None = None) -> list[Deployment]:
    """Draft one outing per drawn team with its places and officers; a second time makes only what is missing.

    The drafts go the ordinary way: submit, approve, notify, visit. Raises NotAllowed, WrongState, Blocked.
    """
    require(actor, "inspections.deployment_edit")
    locked = lock(draw)
    if locked.status != DrawStatus.DRAWN:
        raise WrongState(f"抽取现在是“{locked.get_status_display()}”，抽取之后、公示之前才能生成检查方案。")
    made = []
    waiting = locked.places.filter(deployment__isnull=True, organ__isnull=False)
    for number in sorted(set(waiting.values_list("team_number", flat=True))):
        places = list(waiting.filter(team_number=number).select_related("institution", "organ"))
        officers = locked.drawn_officers.filter(team_number=number).select_related(
            "certificate__user", "certificate__organ"
        )
        made.append(_outing(actor, locked, number, places, list(officers), at))
    if made:
        changes = {"outings": [None, [row.name for row in made]]}
        audit.record(actor=actor, verb="draws.draw_plan", target=locked, changes=changes, at=at)
    return made


def _outing(
    actor: User,
    draw: Draw,
    number: int,
    places: list[DrawnPlace],
    officers: list[DrawnOfficer],
    at: datetime | None,
) -> Deployment:
    deployment = deployment_draft(
        actor=actor,
        values=_values(draw, number, places[0]),
        institutions=[row.institution for row in places],
        at=at,
    )
    for row in officers:
        member_add(
            actor=actor,
            deployment=deployment,
            organisation=row.certificate.organ,
            role=MemberRole.OFFICER,
            user=row.certificate.user,
            at=at,
        )
    DrawnPlace.objects.filter(pk__in=[row.pk for row in places]).update(deployment=deployment)
    return deployment


def _values(draw: Draw, number: int, place: DrawnPlace) -> dict[str, Any]:
    return {
        "name": f"{draw.title}第{number}组"[:100],
        "kind": InspectionKind.DOUBLE_RANDOM,
        "lead_organ": place.organ,
        "campaign": draw.campaign,
        "checklist_version": draw.checklist_version,
        "task_source": f"双随机抽查 {draw.number}"[:100],
        "basis": draw.basis,
        "item": draw.item,
        "starts_at": timezone.make_aware(datetime.combine(draw.planned_on, FIRST_HOUR)),
        "ends_at": timezone.make_aware(datetime.combine(draw.planned_until, LAST_HOUR)),
        "source_kind": SOURCE,
        "source_no": draw.number,
    }


def visit_recorded(event: VisitOutcomeRecorded) -> None:
    """A visit of a draw was recorded: perhaps it was the last one."""
    if event.source_kind != SOURCE:
        return
    draw = Draw.objects.filter(bureau_id=event.bureau_id, number=event.source_no).first()
    if draw is not None:
        checks_follow(draw=draw)


@database.atomic
def checks_follow(*, draw: Draw) -> Draw:
    """Start the term of publication when the last visit is over; nothing happens before, or twice.

    When the working days of the coming year are not known yet, the daily job tries again.
    """
    locked = lock(draw)
    is_waiting = locked.status == DrawStatus.DRAWN and locked.checks_ended_on is None
    if not is_waiting or locked.places.filter(deployment__isnull=True, problem="").exists():
        return locked
    visits = pools.visits_of(locked)
    ended = _last_day(locked)
    if ended is None or pools.open_visits(locked).exists() or not visits.exists():
        return locked
    actor = system_user()
    try:
        deadline = deadline_start(
            actor=actor,
            bureau=locked.bureau,
            subject=locked,
            kind=RESULTS,
            label="公示双随机抽查结果",
            term=policy.term("publicity.random_result", region=locked.region, on=ended),
            starts_on=ended,
        )
    except CalendarMissing:
        return locked
    values = {
        "checks_ended_on": ended,
        "results_due_on": deadline.due_on,
        "due_explanation": deadline.explanation,
    }
    return record_update(actor=actor, obj=locked, values=values, verb="draws.draw_checks_ended")


def _last_day(draw: Draw) -> date | None:
    last = pools.visits_of(draw).exclude(status="CANCELLED").aggregate(last=Max("ended_at"))["last"]
    return timezone.localdate(last) if last else None


def checks_follow_all() -> int:
    """Look after every draw whose visits may be over, cancelled last visits included. Returns terms started."""
    rows = Draw.objects.filter(status=DrawStatus.DRAWN, checks_ended_on__isnull=True).order_by("pk")
    return sum(checks_follow(draw=draw).checks_ended_on is not None for draw in rows)


def deadline_copy(event: DeadlineMoved) -> None:
    """A changed calendar moved the term: copy the new day."""
    if event.subject_type != "draws.draw" or event.kind != RESULTS:
        return
    draw = Draw.objects.filter(uid=event.subject_uid).first()
    if draw is not None:
        record_update(
            actor=system_user(),
            obj=draw,
            values={"results_due_on": event.due_on},
            verb="draws.draw_due_moved",
        )
