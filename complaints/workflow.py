"""Transitions of a clue."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from complaints import guards
from complaints.models import ClueStatus as S

CLUE = Workflow(
    model="complaints.Clue",
    label="线索",
    states=S,
    initial=S.QUARANTINED,
    transitions=(
        Transition(
            "release", "筛查通过", (S.QUARANTINED,), S.RECEIVED, permission="complaints.clue_triage",
            requires=("number",), is_primary=True,
        ),
        Transition(
            "reject", "不予受理", (S.QUARANTINED, S.RECEIVED), S.REJECTED, permission="complaints.clue_triage",
            requires=("rejected_reason",), needs_reason=True, is_danger=True,
        ),
        Transition(
            "readmit", "恢复受理", (S.REJECTED,), S.RECEIVED, permission="complaints.clue_triage",
            requires=("number",), needs_reason=True,
        ),
        Transition(
            "assign", "受理并分派", (S.RECEIVED,), S.ASSIGNED, permission="complaints.clue_assign",
            requires=("assigned_organ",), stamp="assigned_at", is_primary=True,
        ),
        Transition(
            "reassign", "改派", (S.ASSIGNED, S.VERIFYING), S.ASSIGNED, permission="complaints.clue_assign",
            requires=("assigned_organ",), stamp="assigned_at", needs_reason=True,
        ),
        Transition(
            "give_back", "退回分派", (S.ASSIGNED,), S.RECEIVED, permission="complaints.clue_handle",
            guards=(guards.own_organ, guards.still_returnable), needs_reason=True,
        ),
        Transition(
            "start", "开始核查", (S.ASSIGNED,), S.VERIFYING, permission="complaints.clue_handle",
            guards=(guards.own_organ,), is_primary=True,
        ),
        Transition(
            "request_visit", "提请检查", (S.ASSIGNED, S.VERIFYING), S.INSPECTING,
            permission="complaints.clue_handle", guards=(guards.own_organ,), requires=("institution",),
        ),
        Transition("visit_over", "检查已有结果", (S.INSPECTING,), S.VERIFYING, is_system=True),
        Transition(
            "call_off_visit", "撤回提请", (S.INSPECTING,), S.VERIFYING, permission="complaints.clue_handle",
            guards=(guards.own_organ,), needs_reason=True,
        ),
        Transition(
            "close", "办结", (S.VERIFYING,), S.CLOSED, permission="complaints.clue_handle",
            guards=(guards.own_organ, guards.was_looked_into),
            requires=("outcome", "outcome_note", "public_answer"), stamp="closed_at", is_primary=True,
        ),
        Transition(
            "reopen", "重新办理", (S.CLOSED,), S.ASSIGNED, permission="complaints.clue_assign",
            requires=("assigned_organ",), stamp="assigned_at", needs_reason=True,
        ),
        Transition(
            "merge", "并案", (S.RECEIVED, S.ASSIGNED, S.VERIFYING), S.MERGED,
            permission="complaints.clue_triage", requires=("merged_into",), needs_reason=True,
        ),
        Transition(
            "unmerge", "撤销并案", (S.MERGED,), S.RECEIVED, permission="complaints.clue_triage",
            guards=(guards.was_received, guards.main_is_open), needs_reason=True,
        ),
        Transition(
            "unmerge_assigned", "撤销并案，仍为已分派", (S.MERGED,), S.ASSIGNED,
            permission="complaints.clue_triage", guards=(guards.was_assigned, guards.main_is_open),
            needs_reason=True,
        ),
        Transition(
            "unmerge_verifying", "撤销并案，仍在核查", (S.MERGED,), S.VERIFYING,
            permission="complaints.clue_triage", guards=(guards.was_verifying, guards.main_is_open),
            needs_reason=True,
        ),
    ),
)  # fmt: skip
