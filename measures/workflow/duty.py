"""Transitions of duty swaps and mystery visits."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from measures import guards
from measures.models import (
    MysteryStatus,
    SwapStatus,
)

SWAP = Workflow(
    model="measures.Swap",
    label="换班",
    states=SwapStatus,
    initial=SwapStatus.ASKED,
    transitions=(
        Transition(
            "agree",
            "同意换班",
            (SwapStatus.ASKED,),
            SwapStatus.AGREED,
            permission="measures.duty_swap",
            stamp="decided_at",
            is_primary=True,
        ),
        Transition(
            "refuse",
            "不同意",
            (SwapStatus.ASKED,),
            SwapStatus.REFUSED,
            permission="measures.duty_swap",
            stamp="decided_at",
        ),
    ),
)

MYSTERY = Workflow(
    model="measures.MysteryVisit",
    label="明察暗访",
    states=MysteryStatus,
    initial=MysteryStatus.DRAFT,
    transitions=(
        Transition(
            "report",
            "报告",
            (MysteryStatus.DRAFT,),
            MysteryStatus.REPORTED,
            permission="measures.mystery_edit",
            guards=(guards.own("organ"),),
            stamp="reported_at",
            is_primary=True,
        ),
        Transition(
            "hand_on",
            "转检查核实",
            (MysteryStatus.REPORTED,),
            MysteryStatus.HANDED,
            permission="measures.mystery_decide",
            guards=(guards.own("organ"), guards.mystery_has_place),
            requires=("brief",),
            stamp="handed_at",
            is_primary=True,
        ),
        Transition(
            "file",
            "存档",
            (MysteryStatus.REPORTED,),
            MysteryStatus.FILED,
            permission="measures.mystery_decide",
            guards=(guards.own("organ"),),
            needs_reason=True,
            stamp="handed_at",
        ),
    ),
)
