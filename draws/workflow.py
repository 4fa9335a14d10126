"""Transitions of a draw and of the year's plan."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from casework.yearly import PlanStatus as P
from casework.yearly import plan_transitions
from draws import guards
from draws.models import DrawStatus as D

DRAW = Workflow(
    model="draws.Draw",
    label="双随机抽取",
    states=D,
    initial=D.DRAFT,
    transitions=(
        Transition(
            "freeze",
            "冻结名录并公布校验值",
            (D.DRAFT,),
            D.FROZEN,
            permission="draws.draw_freeze",
            guards=(guards.has_pool, guards.has_officers, guards.within_cap, guards.within_plan),
            requires=("entropy_source",),
            stamp="frozen_at",
            is_primary=True,
        ),
        Transition(
            "enter",
            "录入公开值",
            (D.FROZEN,),
            D.FROZEN,
            permission="draws.draw_enter",
            guards=(guards.value_exists, guards.not_confirmed),
            requires=("entropy_value", "entropy_note"),
            stamp="entropy_entered_at",
            is_primary=True,
        ),
        Transition(
            "confirm",
            "复核公开值",
            (D.FROZEN,),
            D.FROZEN,
            permission="draws.draw_enter",
            guards=(guards.value_entered, guards.not_confirmed, guards.second_person),
            stamp="entropy_confirmed_at",
            is_primary=True,
        ),
        Transition(
            "draw",
            "抽取",
            (D.FROZEN,),
            D.DRAWN,
            permission="draws.draw_run",
            guards=(guards.value_confirmed,),
            stamp="drawn_at",
            is_primary=True,
        ),
        Transition(
            "publish",
            "公示抽查结果",
            (D.DRAWN,),
            D.PUBLISHED,
            permission="draws.draw_publish",
            guards=(guards.checks_done,),
            stamp="published_at",
            is_primary=True,
        ),
        Transition(
            "abort",
            "中止",
            (D.DRAFT, D.FROZEN, D.DRAWN),
            D.ABORTED,
            permission="draws.draw_abort",
            guards=(guards.nobody_is_out,),
            needs_reason=True,
            stamp="aborted_at",
            is_danger=True,
        ),
    ),
)

DRAW_PLAN = Workflow(
    model="draws.DrawPlan",
    label="年度双随机抽查计划",
    states=P,
    initial=P.DRAFT,
    transitions=plan_transitions("draws", guards.plan_has_rows),
)
