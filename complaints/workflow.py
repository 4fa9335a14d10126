"""Transitions of clues, suspected sites, refund disputes and rewards."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from complaints import guards
from complaints.models import ClueStatus as S
from complaints.models import DisputeStatus as D
from complaints.models import RewardStatus as R
from complaints.models import SiteStatus as P

DISPUTE_EDIT, SITE_EDIT = "complaints.dispute_edit", "complaints.site_edit"

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
            requires=("rejected_reason",), stamp="rejected_at", needs_reason=True, is_danger=True,
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

DISPUTE = Workflow(
    model="complaints.RefundDispute",
    label="退费纠纷",
    states=D,
    initial=D.CLAIMED,
    transitions=(
        Transition(
            "mediate", "开始调解", (D.CLAIMED,), D.MEDIATING, permission=DISPUTE_EDIT,
            requires=("mediator",), stamp="mediated_at", is_primary=True,
        ),
        Transition(
            "agree", "登记协议", (D.MEDIATING,), D.AGREED, permission=DISPUTE_EDIT,
            guards=(guards.amounts_agreed,), requires=("agreement", "pay_by"), stamp="agreed_at",
            is_primary=True,
        ),
        Transition(
            "pay", "确认已退款", (D.AGREED,), D.PAID, permission=DISPUTE_EDIT,
            guards=(guards.all_paid, guards.payment_proved), stamp="paid_at", is_primary=True,
        ),
        Transition(
            "fail", "调解不成", (D.MEDIATING, D.AGREED), D.FAILED, permission=DISPUTE_EDIT,
            requires=("end_reason",), stamp="ended_at", is_danger=True,
        ),
        Transition(
            "withdraw", "登记撤回", (D.CLAIMED, D.MEDIATING), D.WITHDRAWN, permission=DISPUTE_EDIT,
            requires=("end_reason",), stamp="ended_at",
        ),
        Transition(
            "resume", "重新调解", (D.FAILED, D.WITHDRAWN), D.MEDIATING, permission=DISPUTE_EDIT,
            requires=("mediator",), stamp="mediated_at", needs_reason=True,
        ),
    ),
)  # fmt: skip

REWARD = Workflow(
    model="complaints.Reward",
    label="举报奖励",
    states=R,
    initial=R.PROPOSED,
    transitions=(
        Transition(
            "approve", "批准奖励", (R.PROPOSED,), R.APPROVED, permission="complaints.reward_approve",
            guards=(guards.second_person,), stamp="decided_at", is_primary=True,
        ),
        Transition(
            "refuse", "不予奖励", (R.PROPOSED,), R.REFUSED, permission="complaints.reward_approve",
            guards=(guards.second_person,), stamp="decided_at", needs_reason=True,
        ),
        Transition(
            "pay", "登记发放", (R.APPROVED,), R.PAID, permission="complaints.reward_propose",
            requires=("paid_on", "voucher_no"), stamp="paid_at", is_primary=True,
        ),
    ),
)  # fmt: skip

SITE = Workflow(
    model="complaints.SuspectedSite",
    label="疑似培训点",
    states=P,
    initial=P.OPEN,
    transitions=(
        Transition(
            "watch", "列入关注", (P.OPEN, P.WATCHED, P.DISMISSED), P.WATCHED, permission=SITE_EDIT,
            requires=("review_on",), stamp="decided_at", needs_reason=True,
        ),
        Transition(
            "confirm", "认定为培训点", (P.OPEN, P.WATCHED), P.CONFIRMED, permission=SITE_EDIT,
            requires=("status_note",), stamp="decided_at", needs_reason=True, is_primary=True,
        ),
        Transition(
            "dismiss", "排除", (P.OPEN, P.WATCHED), P.DISMISSED, permission=SITE_EDIT, requires=("status_note",),
            stamp="decided_at", needs_reason=True, is_danger=True,
        ),
        Transition(
            "reopen", "重新研判", (P.WATCHED, P.CONFIRMED, P.DISMISSED), P.OPEN, permission=SITE_EDIT,
            needs_reason=True,
        ),
        Transition(
            "absorb", "并入另一培训点", (P.OPEN, P.WATCHED, P.CONFIRMED, P.DISMISSED), P.MERGED,
            requires=("merged_into",), is_system=True,
        ),
        Transition(
            "withdraw", "撤销建立", (P.OPEN, P.WATCHED, P.CONFIRMED, P.DISMISSED), P.UNDONE, is_system=True
        ),
    ),
)  # fmt: skip
