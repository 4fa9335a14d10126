"""Transitions of a suspected site."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from complaints.models import SiteStatus as S

EDIT = "complaints.site_edit"

SITE = Workflow(
    model="complaints.SuspectedSite",
    label="疑似培训点",
    states=S,
    initial=S.OPEN,
    transitions=(
        Transition(
            "watch", "列入关注", (S.OPEN, S.WATCHED, S.DISMISSED), S.WATCHED, permission=EDIT,
            requires=("review_on",), stamp="decided_at", needs_reason=True,
        ),
        Transition(
            "confirm", "认定为培训点", (S.OPEN, S.WATCHED), S.CONFIRMED, permission=EDIT,
            requires=("status_note",), stamp="decided_at", needs_reason=True, is_primary=True,
        ),
        Transition(
            "dismiss", "排除", (S.OPEN, S.WATCHED), S.DISMISSED, permission=EDIT, requires=("status_note",),
            stamp="decided_at", needs_reason=True, is_danger=True,
        ),
        Transition(
            "reopen", "重新研判", (S.WATCHED, S.CONFIRMED, S.DISMISSED), S.OPEN, permission=EDIT,
            needs_reason=True,
        ),
        Transition(
            "absorb", "并入另一培训点", (S.OPEN, S.WATCHED, S.CONFIRMED, S.DISMISSED), S.MERGED,
            requires=("merged_into",), is_system=True,
        ),
        Transition(
            "withdraw", "撤销建立", (S.OPEN, S.WATCHED, S.CONFIRMED, S.DISMISSED), S.UNDONE, is_system=True
        ),
    ),
)  # fmt: skip
