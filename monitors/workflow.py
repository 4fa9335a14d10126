"""Transitions of a monitor's life."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from monitors import guards
from monitors.models import AuditStatus as A
from monitors.models import MonitorStatus as S
from monitors.models import OutingStatus as O
from monitors.models import SweepStatus as W
from monitors.models import TaskStatus as T

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

OUTING = Workflow(
    model="monitors.Outing",
    label="巡查",
    states=O,
    initial=O.RUNNING,
    transitions=(
        Transition(
            "submit", "提交巡查", (O.RUNNING,), O.SUBMITTED, permission="monitors.patrol_submit",
            guards=(guards.has_stop,), requires=("ended_at",), stamp="submitted_at", is_primary=True,
        ),
        Transition(
            "void", "作废", (O.RUNNING, O.SUBMITTED), O.VOID, permission="monitors.monitor_edit",
            requires=("void_reason",), needs_reason=True, is_danger=True,
        ),
    ),
)  # fmt: skip

TASK = Workflow(
    model="monitors.PatrolTask",
    label="巡查任务",
    states=T,
    initial=T.OPEN,
    transitions=(
        Transition(
            "finish", "完成任务", (T.OPEN,), T.DONE, permission="monitors.monitor_edit", stamp="ended_at",
            is_primary=True,
        ),
        Transition(
            "cancel", "取消任务", (T.OPEN,), T.CANCELLED, permission="monitors.monitor_edit", stamp="ended_at",
            needs_reason=True, is_danger=True,
        ),
    ),
)  # fmt: skip

SWEEP = Workflow(
    model="monitors.GridSweep",
    label="拉网排查",
    states=W,
    initial=W.OPEN,
    transitions=(
        Transition(
            "close", "结束排查", (W.OPEN,), W.CLOSED, permission="monitors.sweep_run",
            guards=(guards.own_sweep,), requires=("summary",),
            stamp="closed_at", is_primary=True,
        ),
    ),
)  # fmt: skip

AUDIT = Workflow(
    model="monitors.PatrolAudit",
    label="巡查督查",
    states=A,
    initial=A.FROZEN,
    transitions=(
        Transition(
            "enter", "录入公开值", (A.FROZEN,), A.ENTERED, permission="monitors.audit_run",
            guards=(guards.other_person_enters,), requires=("entropy", "drawn_by"), is_primary=True,
        ),
        Transition(
            "draw", "确认公开值并抽取", (A.ENTERED,), A.DRAWN, permission="monitors.audit_run",
            guards=(guards.other_person_confirms,), requires=("confirmed_by",), stamp="drawn_at", is_primary=True,
        ),
        Transition(
            "reject", "公开值有误，退回", (A.ENTERED,), A.FROZEN, permission="monitors.audit_run", needs_reason=True,
        ),
        Transition(
            "finish", "完成督查", (A.DRAWN,), A.DONE, permission="monitors.audit_run",
            guards=(guards.all_checked,), stamp="finished_at", is_primary=True,
        ),
        Transition(
            "abort", "中止", (A.FROZEN, A.ENTERED, A.DRAWN), A.ABORTED, permission="monitors.audit_run",
            requires=("ended_reason",), stamp="finished_at", needs_reason=True, is_danger=True,
        ),
    ),
)  # fmt: skip
