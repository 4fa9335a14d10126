"""Transitions of a monitor's life."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from monitors import guards
from monitors.models import MonitorStatus as S

CHECK, APPOINT = "monitors.monitor_check", "monitors.monitor_appoint"

MONITOR = Workflow(
    model="monitors.Monitor",
    label="社会监督员",
    states=S,
    initial=S.NOMINATED,
    transitions=(
        Transition(
            "qualify", "通过资格审核", (S.NOMINATED,), S.QUALIFIED, permission=CHECK,
            guards=(guards.has_identity, guards.age_fits), requires=("qualify_note",), stamp="qualified_at",
            is_primary=True,
        ),
        Transition(
            "publicise", "列入公示", (S.QUALIFIED,), S.PUBLICISED, permission=APPOINT, requires=("notice",),
        ),
        Transition(
            "appoint", "聘任", (S.PUBLICISED,), S.APPOINTED, permission=APPOINT,
            guards=(guards.window_over, guards.objections_settled, guards.ties_declared, guards.has_photo),
            requires=("term", "term_no", "term_planned_until", "certificate", "card", "card_no"),
            stamp="appointed_at", is_primary=True,
        ),
        Transition(
            "refuse", "不予通过", (S.NOMINATED, S.QUALIFIED, S.PUBLICISED), S.REFUSED, permission=CHECK,
            requires=("end_reason",), stamp="ended_at", needs_reason=True, is_danger=True,
        ),
        Transition(
            "dismiss", "解聘", (S.APPOINTED,), S.DISMISSED, permission=APPOINT, requires=("end_reason",),
            stamp="ended_at", needs_reason=True, is_danger=True,
        ),
        Transition(
            "resign", "登记辞任", (S.APPOINTED,), S.RESIGNED, permission="monitors.monitor_edit",
            requires=("end_reason",), stamp="ended_at", needs_reason=True,
        ),
        Transition("expire", "任期届满", (S.APPOINTED,), S.EXPIRED, is_system=True, stamp="ended_at"),
    ),
)  # fmt: skip
