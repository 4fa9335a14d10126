"""What stops a plan, and what this room asks before an outing is sent for approval."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from accounts.models import User
from burden.models import PlannedOuting, YearlyPlan
from casework.errors import Reason
from casework.yearly import PlanStatus
from inspections.guards import INSPECTION_RULES, enforcing_reasons
from inspections.models import Deployment


def organ_enforces(plan: YearlyPlan, actor: User) -> Iterable[Reason]:
    """Only an organ that may inspect has a plan (G07)."""
    yield from enforcing_reasons(plan.organ)


def has_items(plan: YearlyPlan, actor: User) -> Iterable[Reason]:
    """A plan says what is to be checked."""
    if not plan.items.exists():
        yield Reason("计划中还没有检查事项。", INSPECTION_RULES, "请先添加检查事项。", "items")


def plan_in_force(deployment: Deployment) -> YearlyPlan | None:
    """The published plan of the leading organ for the year of the outing."""
    day: date = deployment.planned_on
    return YearlyPlan.objects.filter(
        organ=deployment.lead_organ, year=day.year, status=PlanStatus.PUBLISHED
    ).first()


def within_plan(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """An outing that counts towards the cap runs under the published plan, or says why it does not."""
    if deployment.is_cap_exempt or PlannedOuting.objects.filter(deployment=deployment).exists():
        return
    if plan := plan_in_force(deployment):
        yield Reason(
            f"这次检查还没有列入《{plan}》。",
            INSPECTION_RULES,
            "请选择计划事项，或写明计划外检查的理由。",
            "plan",
        )
