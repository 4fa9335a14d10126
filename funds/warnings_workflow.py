"""Transitions of warnings over supervised money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from casework.errors import Reason
from casework.workflow import Transition, Workflow
from funds.models import WarningStatus as W

if TYPE_CHECKING:
    from accounts.models import User
    from funds.models import FundWarning

WORK, CLOSE = "funds.warning_work", "funds.warning_close"


def is_owner(warning: FundWarning, actor: User) -> Iterator[Reason]:
    """Whoever took a warning reports what was done."""
    if warning.owner_id != actor.pk:
        yield Reason("这条预警由别人认领，请由认领人填报，或先由负责人退回。")


def not_the_disposer(warning: FundWarning, actor: User) -> Iterator[Reason]:
    """Who dealt with a warning does not close it alone."""
    if warning.disposed_by_id == actor.pk:
        yield Reason("处置情况由您本人填报，须由另一人销去。")


WARNING = Workflow(
    model="funds.FundWarning",
    label="资金预警",
    states=W,
    initial=W.OPEN,
    transitions=(
        Transition(
            "take", "认领", (W.OPEN,), W.TAKEN, permission=WORK, requires=("owner",), stamp="taken_at",
            is_primary=True,
        ),
        Transition(
            "dispose", "填报处置", (W.TAKEN,), W.DISPOSED, permission=WORK, guards=(is_owner,),
            requires=("disposition", "outcome", "disposed_by"), stamp="disposed_at", is_primary=True,
        ),
        Transition(
            "close", "销去预警", (W.DISPOSED,), W.CLOSED, permission=CLOSE, guards=(not_the_disposer,),
            requires=("close_reason", "closed_by"), stamp="closed_at", needs_reason=True, is_primary=True,
        ),
        Transition(
            "send_back", "退回再查", (W.TAKEN, W.DISPOSED), W.OPEN, permission=CLOSE, needs_reason=True,
        ),
        Transition(
            "dismiss", "排除预警", (W.OPEN, W.TAKEN), W.DISMISSED, permission=CLOSE,
            requires=("close_reason", "closed_by"), stamp="closed_at", needs_reason=True, is_danger=True,
        ),
        Transition(
            "lapse", "条件已消除", (W.OPEN,), W.CLOSED, is_system=True,
            requires=("close_reason", "closed_by"), stamp="closed_at",
        ),
    ),
)  # fmt: skip
