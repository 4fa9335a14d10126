"""Parts of this room, on top of each of its lists."""

from __future__ import annotations

from typing import Any

from casework.web import AuthedRequest, kit

LABEL = "线索和随手拍"
TABS = (
    ("线索台账", "complaints:clue_list", "complaints.clue_view"),
    ("待筛查", "complaints:quarantine_list", "complaints.clue_triage"),
    ("收件导入", "complaints:intake", "complaints.intake"),
    ("统计", "complaints:statistics", "complaints.clue_view"),
    ("隐形变异", "complaints:pattern_list", "complaints.clue_view"),
    ("分派规则", "complaints:rule_list", "complaints.clue_assign"),
    ("查看反映人", "complaints:reveal_list", "complaints.reveal_open"),
    ("举报奖励", "complaints:reward_list", "complaints.reward_view"),
)


def tabs(request: AuthedRequest, here: str) -> list[dict[str, Any]]:
    """Those that the reader may open."""
    return kit.tabs(request.user, here, TABS)
