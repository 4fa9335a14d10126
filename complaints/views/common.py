"""What the pages of this room share: tabs on top of its lists, the address of a clue, the clue that a link names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse

from casework.web import AuthedRequest, kit
from complaints.models import Clue

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


def clue_url(row: Clue) -> str:
    """The page of a clue."""
    return reverse("complaints:clue_detail", kwargs={"uid": row.uid})


def plain_form(kind: Any) -> Any:
    """A step's form that asks neither who acts nor on what."""
    return lambda *, actor, row, **bound: kind(**bound)


def named_clue(request: AuthedRequest) -> Clue | None:
    """The clue whose page led here (`?clue=`), when the reader sees it."""
    try:
        uid = UUID(request.GET.get("clue", ""))
    except ValueError:
        return None
    return Clue.objects.visible_to(request.user).filter(uid=uid).first()
