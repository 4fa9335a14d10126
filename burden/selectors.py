"""Scoped reads of this room, and what the public may read of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Bureau, Organisation, User
from accounts.querysets import ScopedQuerySet
from burden.models import (
    EntryScan,
    OfficerRating,
    PlanItem,
    PlannedOuting,
    RatingTicket,
    VisitMerge,
    YearlyPlan,
)
from burden.saving import Saving, public_saving
from casework.indicators import Period
from casework.models import PolicyValue
from casework.yearly import PlanStatus
from inspections import guards
from inspections.models import CAP_EXEMPT_KINDS, Deployment, DeploymentStatus, Visit, VisitStatus
from inspections.selectors import enforcing_organs
from institutions.models import Institution
from institutions.selectors import public_url

MERGE_WINDOW = timedelta(days=31)


def plans_visible(actor: User) -> ScopedQuerySet[YearlyPlan]:
    """Yearly plans with their sums."""
    rows: Any = YearlyPlan.objects.visible_to(actor).select_related("organ", "document", "created_by")
    counted: ScopedQuerySet[YearlyPlan] = rows.annotate(
        item_n=Count("items"), visit_n=Sum("items__planned_n")
    )
    return counted


def plan_file(actor: User) -> ScopedQuerySet[YearlyPlan]:
    """Plans with all that their page shows."""
    return YearlyPlan.objects.visible_to(actor).select_related(
        "organ", "document", "created_by", "approved_by", "bureau"
    )


def items_of(plan: YearlyPlan) -> QuerySet[PlanItem]:
    """Lines of a plan with the visits carried out under each."""
    done = Count(
        "outings__deployment__visits",
        filter=Q(outings__deployment__visits__status__in=["STARTED", "RECORDED", "CLOSED"]),
        distinct=True,
    )
    return plan.items.annotate(done_n=done).prefetch_related("partners").order_by("position")


def item_get(actor: User, uid: UUID) -> PlanItem | None:
    """One line inside the actor's reach."""
    return PlanItem.objects.visible_to(actor).filter(uid=uid).select_related("plan", "plan__organ").first()


def organ_choices(actor: User) -> QuerySet[Organisation]:
    """Organs whose plan the actor may draw up."""
    return Organisation.objects.filter(pk__in=[organ.pk for organ in enforcing_organs(actor)]).order_by("pk")


def partner_choices(actor: User) -> QuerySet[Organisation]:
    """Departments of the bureau that may take part."""
    counterparts = ["INSTITUTION", "SCHOOL", "BANK"]
    rows = Organisation.objects.filter(bureau=actor.bureau, is_active=True)
    return rows.exclude(kind__in=counterparts).order_by("pk")


def item_choices(deployment: Deployment) -> QuerySet[PlanItem]:
    """Published items under which an outing may run: of its organ, its year and its month."""
    day = deployment.planned_on
    return PlanItem.objects.filter(
        plan__organ=deployment.lead_organ,
        plan__year=day.year,
        plan__status=PlanStatus.PUBLISHED,
        month_from__lte=day.month,
        month_to__gte=day.month,
    ).order_by("position")


def planned_of(deployment: Deployment) -> PlannedOuting | None:
    """What was said about an outing and the plan."""
    return PlannedOuting.objects.filter(deployment=deployment).select_related("item", "item__plan").first()


def mergeable_visits(actor: User) -> ScopedQuerySet[Visit]:
    """Planned visits of drafts."""
    return (
        Visit.objects.visible_to(actor)
        .filter(status=VisitStatus.PLANNED, deployment__status=DeploymentStatus.DRAFT)
        .select_related("institution", "region", "deployment", "deployment__lead_organ")
    )


@dataclass(frozen=True)
class MergeProposal:
    """Several drafts want to visit one place within a month."""

    institution: Institution
    visits: tuple[Visit, ...]


def merge_proposals(actor: User) -> list[MergeProposal]:
    """Places with two or more planned visits within a month of each other, the busiest first."""
    by_place: dict[int, list[Visit]] = defaultdict(list)
    for visit in mergeable_visits(actor).order_by("planned_on", "pk"):
        by_place[visit.institution_id].append(visit)
    found = []
    for visits in by_place.values():
        near = [visit for visit in visits if visit.planned_on - visits[0].planned_on <= MERGE_WINDOW]
        if len(near) > 1:
            found.append(MergeProposal(near[0].institution, tuple(near)))
    return sorted(found, key=lambda item: (-len(item.visits), item.institution.name))


def visits_among(visits: tuple[Visit, ...]) -> QuerySet[Visit]:
    """The same visits as choices of a form."""
    rows = Visit.objects.filter(pk__in=[visit.pk for visit in visits])
    return rows.select_related("deployment__lead_organ").order_by("planned_on", "pk")


def merges_visible(actor: User) -> ScopedQuerySet[VisitMerge]:
    """Merges that were made."""
    return VisitMerge.objects.visible_to(actor).select_related(
        "given_up__deployment__lead_organ", "kept__deployment__lead_organ", "kept__institution", "merged_by"
    )


def visits_to_enter(actor: User, public_id: str, today: date) -> list[Visit]:
    """Visits to a place that the actor's teams have open today or overdue, or have just begun."""
    own = Q(deployment__members__user=actor, deployment__members__removed_at__isnull=True)
    rows = Visit.objects.visible_to(actor).filter(own, institution__public_id=public_id)
    rows = rows.filter(
        Q(
            status=VisitStatus.PLANNED,
            deployment__status__in=[DeploymentStatus.NOTIFIED, DeploymentStatus.UNDERWAY],
        )
        | Q(status=VisitStatus.STARTED)
    )
    found = rows.filter(planned_on__lte=today).select_related("institution", "deployment").distinct()
    return list(found.order_by("planned_on", "pk"))


def place_by_code(actor: User, public_id: str) -> Institution | None:
    """The place whose door sign was scanned."""
    return Institution.objects.visible_to(actor).filter(public_id=public_id.strip().upper()).first()


def scan_of(visit: Visit) -> EntryScan | None:
    """The trace of the scan of a visit."""
    return EntryScan.objects.filter(visit=visit).select_related("scanned_by").first()


def tickets_of(actor: User) -> list[RatingTicket]:
    """Finished visits of the actor's institution that may still be rated."""
    rows = RatingTicket.objects.visible_to(actor).filter(is_used=False)
    return list(rows.select_related("visit__deployment__lead_organ").order_by("-visit__closed_at")[:20])


def officers_named(keys: tuple[int, ...]) -> list[User]:
    """Officers that a voucher names."""
    return list(User.objects.filter(pk__in=keys).select_related("organisation").order_by("name"))


def rating_rows(actor: User, year: int) -> list[dict[str, Any]]:
    """Averages per officer of the ratings shown; whoever has fewer than five is not in it."""
    rows = OfficerRating.objects.visible_to(actor).filter(year=year, is_shown=True)
    sums = rows.values("officer__name", "officer__organisation__short_name").annotate(
        n=Count("pk"), lawful=Avg("lawful"), civil=Avg("civil"), light=Avg("light")
    )
    return [dict(row) for row in sums.order_by("officer__name", "officer")]


@dataclass(frozen=True)
class CapLine:
    """A place at or above its yearly cap, and the leave that was given."""

    institution: Institution
    done: int
    cap: int
    overrides: tuple[Deployment, ...]

    @property
    def is_over(self) -> bool:
        """Whether it was visited more often than the cap."""
        return self.done > self.cap

    @property
    def url(self) -> str:
        """Its public page."""
        return public_url(self.institution)


def counted_visits(bureau: Bureau, year: int) -> QuerySet[Visit]:
    """Visits of a year that count towards the cap."""
    rows = Visit.objects.filter(bureau=bureau, planned_on__year=year).carried_out()
    counted: QuerySet[Visit] = rows.exclude(deployment__kind__in=CAP_EXEMPT_KINDS)
    return counted


def cap_of_year(bureau: Bureau, year: int) -> PolicyValue | None:
    """The cap of a year, in visits, as it stands today or stood at its end; None where none was."""
    return guards.cap_on(bureau.region, min(date(year, 12, 31), timezone.localdate()))


def cap_lines(bureau: Bureau, year: int) -> list[CapLine]:
    """Places whose visits of the year have reached the cap, the most visited first."""
    row = cap_of_year(bureau, year)
    if row is None:
        return []
    cap = int(row.value)
    counted = counted_visits(bureau, year)
    reached = counted.order_by().values("institution").annotate(n=Count("pk")).filter(n__gte=cap)
    done = dict(reached.values_list("institution", "n"))
    overrides: dict[int, list[Deployment]] = defaultdict(list)
    visits = counted.filter(institution__in=reached.values("institution"))
    visits = visits.exclude(deployment__cap_override_reason="")
    for visit in visits.select_related("deployment__cap_override_by__organisation"):
        overrides[visit.institution_id].append(visit.deployment)
    places = Institution.objects.filter(pk__in=reached.values("institution")).select_related("bureau")
    lines = [
        CapLine(place, done[place.pk], cap, tuple(overrides[place.pk]))
        for place in places.order_by("name_norm")
    ]
    return sorted(lines, key=lambda line: -line.done)


@dataclass(frozen=True)
class YearOfVisits:
    """What the public reads about one year."""

    year: int
    cap: PolicyValue | None
    visits: int
    places: int
    exempt: int
    merged: Saving
    scanned: int
    outside: tuple[PlannedOuting, ...]


def year_of_visits(bureau: Bureau, year: int) -> YearOfVisits:
    """Counts of a bureau's year: 家次 and 家 that count, exempt ones, merged and scanned ones."""
    counted = counted_visits(bureau, year)
    carried_out = Visit.objects.filter(bureau=bureau, planned_on__year=year).carried_out()
    sums = counted.aggregate(visits=Count("pk"), places=Count("institution", distinct=True))
    outside = PlannedOuting.objects.filter(
        deployment__bureau=bureau, deployment__starts_at__year=year, item__isnull=True
    ).filter(deployment__status__in=["UNDERWAY", "DONE"])
    return YearOfVisits(
        year=year,
        cap=cap_of_year(bureau, year),
        visits=sums["visits"],
        places=sums["places"],
        exempt=carried_out.filter(deployment__kind__in=CAP_EXEMPT_KINDS).count(),
        merged=public_saving(bureau, Period(date(year, 1, 1), date(year + 1, 1, 1))),
        scanned=carried_out.filter(entry_scan__isnull=False).count(),
        outside=tuple(outside.select_related("deployment", "deployment__lead_organ").order_by("pk")),
    )


def public_plans(bureau: Bureau, year: int) -> list[YearlyPlan]:
    """Published plans of a year with their items."""
    rows = YearlyPlan.objects.filter(bureau=bureau, year=year, status=PlanStatus.PUBLISHED)
    return list(
        rows.select_related("organ", "document")
        .prefetch_related("items", "items__partners")
        .order_by("organ")
    )


def plans_waiting(actor: User) -> list[YearlyPlan]:
    """Plans that wait for a step of the actor."""
    wanted = []
    if actor.may("burden.plan_approve"):
        wanted.append(PlanStatus.SUBMITTED)
    if actor.may("burden.plan_publish"):
        wanted.append(PlanStatus.APPROVED)
    return list(plan_file(actor).filter(status__in=wanted).order_by("pk")) if wanted else []
