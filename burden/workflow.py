"""Transitions of yearly plans."""

from __future__ import annotations

from burden import guards
from casework.workflow import Workflow
from casework.yearly import PlanStatus as P
from casework.yearly import plan_transitions

YEARLY_PLAN = Workflow(
    model="burden.YearlyPlan",
    label="年度检查计划",
    states=P,
    initial=P.DRAFT,
    transitions=plan_transitions("burden", guards.organ_enforces, guards.has_items),
)
