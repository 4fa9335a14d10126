"""Scoped reads of the year's plan: its rows, and how far each has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet
from casework import policy
from casework.yearly import PlanStatus
from draws.models import Draw, DrawPlan, DrawPlanRow
from draws.selectors.draws import LONG, draws_visible
from fieldwork.models import Checklist

WARNING = "draw.plan.warning"
ROW_STATES = {
    "DONE": ("已抽查", "ok"),
    "OVERDUE": ("已过期限，没有抽查", "bad"),
    "DUE": ("应抽查", "warn"),
    "IN_HAND": ("正在办理", "info"),
    "LATER": ("未到时间", "mute"),
}


def draw_plans_visible(actor: User) -> ScopedQuerySet[DrawPlan]:
    """Plans with the number of their rows, the newest first."""
    rows: Any = DrawPlan.objects.visible_to(actor).select_related("organ", "document", "created_by")
    counted: ScopedQuerySet[DrawPlan] = rows.annotate(row_n=Count("rows", distinct=True))
    return counted.order_by("-year", "-pk")


def draw_plan_file(actor: User) -> ScopedQuerySet[DrawPlan]:
    """Plans with all that their page shows."""
    return DrawPlan.objects.visible_to(actor).select_related(
        "organ", "document", "created_by", "approved_by", "bureau", "region"
    )


def plan_row_get(actor: User, uid: UUID) -> DrawPlanRow | None:
    """One row inside the actor's reach."""
    rows = DrawPlanRow.objects.visible_to(actor).filter(uid=uid)
    return rows.select_related("plan", "plan__organ", "lead_organ").distinct().first()


def plan_rows_in_force(actor: User) -> QuerySet[DrawPlanRow]:
    """Rows of published plans, which a draw may carry out."""
    reach = DrawPlanRow.objects.visible_to(actor).filter(plan__status=PlanStatus.PUBLISHED).values("pk")
    rows = DrawPlanRow.objects.filter(pk__in=reach).select_related("plan", "lead_organ")
    return rows.order_by("-plan__year", "position")


def checklists_of(actor: User) -> QuerySet[Checklist]:
    """Checklists that a row may name: national ones and those of the bureau."""
    national = Checklist.objects.filter(bureau__isnull=True)
    own = Checklist.objects.filter(bureau=actor.bureau) if actor.bureau else Checklist.objects.none()
    return (national | own).order_by("name", "pk")


@dataclass(frozen=True)
class RowProgress:
    """One row of a plan with its draws and where it stands."""

    row: DrawPlanRow
    draws: tuple[Draw, ...]
    state: str

    @property
    def label(self) -> str:
        """Its state in words."""
        return ROW_STATES[self.state][0]

    @property
    def tone(self) -> str:
        """Colour of its state."""
        return ROW_STATES[self.state][1]

    @property
    def drawn(self) -> int:
        """Places drawn for it so far (家次)."""
        return sum(draw.drawn_count for draw in self.draws if is_drawn(draw))


def is_drawn(draw: Draw) -> bool:
    """Whether a draw has a result that stands."""
    return draw.drawn_at is not None and draw.status != "ABORTED"


def progress_of(plan: DrawPlan, day: date | None = None) -> list[RowProgress]:
    """Rows of a plan with the draws made for each, under this plan or the one that it replaced."""
    rows = list(
        plan.rows.select_related("lead_organ", "checklist").prefetch_related("partners").order_by("position")
    )
    found: dict[UUID, list[Draw]] = defaultdict(list)
    draws = Draw.objects.filter(
        plan_row__key__in=[row.key for row in rows], plan_row__plan__bureau=plan.bureau_id
    )
    for draw in draws.defer(*LONG).select_related("plan_row", "lead_organ").order_by("planned_on", "pk"):
        if draw.plan_row is not None:
            found[draw.plan_row.key].append(draw)
    return [_progress(row, found[row.key], day or timezone.localdate()) for row in rows]


def reachable(actor: User, lines: Iterable[RowProgress]) -> set[UUID]:
    """Which draws of the lines the actor may open; of others a plan shows number and state only."""
    pks = [draw.pk for line in lines for draw in line.draws]
    return set(draws_visible(actor).filter(pk__in=pks).values_list("uid", flat=True))


def _progress(row: DrawPlanRow, draws: list[Draw], day: date) -> RowProgress:
    drawn = sum(1 for draw in draws if is_drawn(draw))
    in_hand = sum(1 for draw in draws if draw.status in {"DRAFT", "FROZEN"})
    return RowProgress(row, tuple(draws), row.state_on(day, drawn, in_hand))


def draw_plans_waiting(actor: User) -> list[DrawPlan]:
    """Plans that wait for a step of the actor."""
    wanted = []
    if actor.may("draws.plan_approve"):
        wanted.append(PlanStatus.SUBMITTED)
    if actor.may("draws.plan_publish"):
        wanted.append(PlanStatus.APPROVED)
    if not wanted:
        return []
    return list(draw_plan_file(actor).filter(status__in=wanted).distinct().order_by("pk"))


def rows_ending(actor: User, today: date) -> list[RowProgress]:
    """Rows of plans in force without a draw whose window ends soon, or has ended; the first to end first.

    Soon is a policy value (`draw.plan.warning`, days); without one, from the first day of the window.
    """
    plans = draw_plan_file(actor).filter(status=PlanStatus.PUBLISHED, year=today.year).distinct()
    found = []
    for plan in plans.order_by("pk"):
        try:
            ahead = int(policy.value(WARNING, region=plan.region, on=today).value)
        except policy.PolicyMissing:
            ahead = 366
        found += [
            line
            for line in progress_of(plan, today)
            if line.state in {"OVERDUE", "DUE", "LATER"}
            and line.row.window_until <= today + timedelta(days=ahead)
            and actor.organisation_id in {line.row.lead_organ_id, plan.organ_id}
        ]
    return sorted(found, key=lambda line: (line.row.window_until, line.row.pk))


def public_draw_plans(bureau: Bureau) -> QuerySet[DrawPlan]:
    """Published plans and those that a later one replaced, the newest first."""
    rows = DrawPlan.objects.filter(bureau=bureau, published_at__isnull=False)
    return rows.select_related("organ", "document").order_by("-year", "-published_at")


def public_draw_plan(bureau: Bureau, uid: UUID) -> DrawPlan | None:
    """One published plan."""
    return public_draw_plans(bureau).filter(uid=uid).first()
