"""Reads of patrols: registers, quotas, what has not been seen for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet
from casework import policy
from fieldwork.models import ChecklistVersion
from fieldwork.selectors import version_in_force
from institutions.models import Institution
from institutions.querysets import InstitutionQuerySet
from institutions.selectors import institution_search, institutions_visible
from monitors import rules
from monitors.models import Monitor, Outing, OutingMember, PatrolTask, Squad, Stop, Tie
from monitors.querysets import MonitorQuerySet, OutingQuerySet, StopQuerySet

CHECKLIST = "DAILY_43"


def outings_visible(actor: User) -> OutingQuerySet:
    """Outings that the actor sees with their counts, the newest first."""
    stops = Stop.objects.filter(outing=OuterRef("pk")).order_by().values("outing")
    rows: Any = (
        Outing.objects.visible_to(actor)
        .select_related("squad", "task", "region", "bureau")
        .annotate(
            stop_count=Coalesce(Subquery(stops.annotate(n=Count("pk")).values("n")), 0),
            problems=Coalesce(Subquery(stops.annotate(n=Sum("problem_count")).values("n")), 0),
            clue_count=Coalesce(Subquery(stops.annotate(n=Count("clue")).values("n")), 0),
        )
        .order_by("-started_at", "-pk")
    )
    found: OutingQuerySet = rows
    return found


def stops_visible(actor: User) -> StopQuerySet:
    """Stops that the actor sees, the newest first."""
    rows: StopQuerySet = Stop.objects.visible_to(actor)
    return rows.select_related(
        "outing__squad", "institution__region", "region", "clue", "checklist_version", "bureau"
    ).order_by("-arrived_at", "-pk")


def tasks_visible(actor: User) -> ScopedQuerySet[PatrolTask]:
    """Tasks with how many outings came of them, the newest first."""
    rows: Any = PatrolTask.objects.visible_to(actor).select_related("squad", "region")
    counted: ScopedQuerySet[PatrolTask] = rows.annotate(
        outing_count=Count("outings", filter=Q(outings__status="SUBMITTED")),
        window_count=Count("outings", filter=Q(outings__status="SUBMITTED", outings__is_in_window=True)),
    ).order_by("-starts_on", "-pk")
    return counted


def tasks_of(monitor: Monitor, today: date) -> list[PatrolTask]:
    """Open tasks of the monitor's squad that may be done today."""
    if monitor.squad_id is None:
        return []
    rows = PatrolTask.objects.filter(
        squad=monitor.squad_id, status="OPEN", starts_on__lte=today, ends_on__gte=today
    )
    return list(rows.prefetch_related("places").order_by("ends_on", "pk"))


def companions(monitor: Monitor, today: date) -> MonitorQuerySet:
    """Who may come along: monitors of the bureau in office today, the own squad first."""
    rows = Monitor.objects.filter(bureau=monitor.bureau_id).in_office_on(today).exclude(pk=monitor.pk)
    near = Case(When(squad=monitor.squad_id, then=Value(0)), default=Value(1))
    return rows.select_related("person", "squad").order_by(near, "person__name", "pk")


def places_found(bureau: Bureau, words: str) -> list[Institution]:
    """Institutions for the phone's search; the register is public, so a monitor may read names and addresses."""
    return institution_search(bureau, words, 20) if words.strip() else []


def place_of(bureau: Bureau, uid: Any) -> Institution | None:
    """One institution of the bureau."""
    return Institution.objects.filter(bureau=bureau, uid=uid).select_related("region").first()


def ties_open(monitors: QuerySet[OutingMember]) -> set[int]:
    """Institutions that somebody of a group has a tie with."""
    rows = Tie.objects.filter(monitor__in=monitors.values("monitor"), ended_at__isnull=True)
    return set(rows.values_list("institution", flat=True))


def checklist_on(bureau: Bureau, day: date) -> ChecklistVersion | None:
    """The patrol checklist in force."""
    return version_in_force(code=CHECKLIST, on=day, bureau=bureau)


def month_bounds(day: date) -> tuple[datetime, datetime]:
    """First moment of the month and of the next."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return (
        timezone.make_aware(datetime.combine(first, time())),
        timezone.make_aware(datetime.combine(following, time())),
    )


@dataclass(frozen=True)
class Quota:
    """How often each monitor should go out in a month."""

    least: int
    most: int
    basis: str


def quota_of(bureau: Bureau, day: date) -> Quota | None:
    """The policy value in force, if any."""
    try:
        row = policy.value(rules.QUOTA, region=bureau.region, on=day)
    except policy.PolicyMissing:
        return None
    return Quota(int(row.value["min"]), int(row.value["max"]), row.basis)


def quota_rows(actor: User, month: date) -> MonitorQuerySet:
    """Monitors in office in the month with their outings 人次 and stops 家次 of the month."""
    since, until = month_bounds(month)
    gone = OutingMember.objects.filter(
        monitor=OuterRef("pk"),
        # What started in the month lies in it with its span; the exclusion constraint's index answers by it.
        is_void=False,
        span__overlap=DateTimeTZRange(since, until),
        outing__status="SUBMITTED",
        outing__started_at__gte=since,
        outing__started_at__lt=until,
    ).order_by()
    outings = gone.values("monitor").annotate(n=Count("pk")).values("n")
    stops = gone.values("monitor").annotate(n=Count("outing__stops")).values("n")
    rows: Any = (
        Monitor.objects.visible_to(actor)
        .filter(term__overlap=(since.date(), until.date()))
        .select_related("person", "squad", "region")
        .annotate(
            outing_count=Coalesce(Subquery(outings), 0),
            stop_count=Coalesce(Subquery(stops), 0),
        )
        .order_by("squad__name", "outing_count", "pk")
    )
    found: MonitorQuerySet = rows
    return found


def squad_totals(actor: User, month: date) -> list[dict[str, Any]]:
    """For each squad: people in office in the month, outings, 人次, 家次."""
    since, until = month_bounds(month)
    in_month = Q(status="SUBMITTED", started_at__gte=since, started_at__lt=until)
    outings = Outing.objects.visible_to(actor).filter(in_month)
    counted: dict[int | None, Any] = {
        row["squad"]: row
        for row in outings.order_by().values("squad").annotate(n=Count("pk"), heads=Sum("people"))
    }
    stops = {
        row["outing__squad"]: row["n"]
        for row in Stop.objects.visible_to(actor)
        .filter(outing__in=outings)
        .order_by()
        .values("outing__squad")
        .annotate(n=Count("pk"))
    }
    people = {
        row["squad"]: row["n"]
        for row in Monitor.objects.visible_to(actor)
        .filter(term__overlap=(since.date(), until.date()))
        .order_by()
        .values("squad")
        .annotate(n=Count("person", distinct=True))
    }
    names = dict(Squad.objects.visible_to(actor).order_by("name").values_list("pk", "name"))
    return [
        {
            "name": names[pk],
            "people": people.get(pk, 0),
            "outings": counted[pk]["n"] if pk in counted else 0,
            "heads": counted[pk]["heads"] if pk in counted else 0,
            "stops": stops.get(pk, 0),
        }
        for pk in names
    ]


def unseen(actor: User, today: date) -> InstitutionQuerySet:
    """Operating institutions with the day of the last patrol, those never seen and longest ago first."""
    stops = Stop.objects.filter(institution=OuterRef("pk"), outing__status="SUBMITTED")
    last = stops.order_by("-arrived_at").values("arrived_at")[:1]
    squads = Squad.objects.filter(is_active=True, towns=OuterRef("region")).order_by("pk").values("name")[:1]
    rows: Any = (
        institutions_visible(actor)
        .operating()
        .annotate(last_seen=Subquery(last), squad_name=Subquery(squads))
        .order_by(F("last_seen").asc(nulls_first=True), "region__code", "pk")
    )
    found: InstitutionQuerySet = rows
    return found


def running_of(user: User) -> Outing | None:
    """The outing that the monitor is on now."""
    return Outing.objects.visible_to(user).filter(status="RUNNING").order_by("-pk").first()
