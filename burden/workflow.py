"""Transitions of yearly plans."""

from __future__ import annotations

from burden import guards
from burden.models import PlanStatus as P
from casework.workflow import Transition, Workflow

YEARLY_PLAN = Workflow(
    model="burden.YearlyPlan",
    label="年度检查计划",
    states=P,
    initial=P.DRAFT,
    transitions=(
        Transition(
            "submit",
            "送审",
            (P.DRAFT,),
            P.SUBMITTED,
            permission="burden.plan_edit",
            guards=(guards.organ_enforces, guards.has_items),
            stamp="submitted_at",
            is_primary=True,
        ),
        Transition(
            "approve",
            "批准",
            (P.SUBMITTED,),
            P.APPROVED,
            permission="burden.plan_approve",
            guards=(guards.not_own_plan,),
            stamp="approved_at",
            is_primary=True,
        ),
        Transition(
            "return",
            "退回修改",
            (P.SUBMITTED, P.APPROVED),
            P.DRAFT,
            permission="burden.plan_approve",
            needs_reason=True,
        ),
        Transition(
            "publish",
            "公布",
            (P.APPROVED,),
            P.PUBLISHED,
            permission="burden.plan_publish",
            requires=("document",),
            stamp="published_at",
            is_primary=True,
        ),
        Transition(
            "supersede",
            "由新计划代替",
            (P.PUBLISHED,),
            P.SUPERSEDED,
            is_system=True,
            stamp="superseded_at",
        ),
    ),
)
