"""What the pages of this room share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import User
from casework.web import AuthedRequest, crumbs, kit

VIEW, EDIT = "monitors.monitor_view", "monitors.monitor_edit"
LABEL = "社会监督"
TABS = (
    ("监督员", "monitors:monitor_list", VIEW),
    ("拟聘公示", "monitors:notice_list", VIEW),
    ("履职记录", "monitors:entry_list", VIEW),
    ("小分队", "monitors:squad_list", VIEW),
    ("培训", "monitors:training_list", VIEW),
    ("工作手册", "monitors:manual_list", VIEW),
    ("年度考核", "monitors:assessment_list", VIEW),
)


def seen(actor: User, rows: Any) -> set[int]:
    """Keys of those of `rows` (a queryset) that the actor may open: links lead nowhere else."""
    return set(
        rows.model._default_manager.visible_to(actor)
        .filter(pk__in=rows.values("pk"))
        .values_list("pk", flat=True)
    )


def link(actor: User, row: Any, url: str) -> str:
    """`url` when the actor may open the row, else ""."""
    if row is None:
        return ""
    return url if seen(actor, type(row)._default_manager.filter(pk=row.pk)) else ""


def tabs(request: AuthedRequest, here: str) -> dict[str, Any]:
    """Context of a list's tabs."""
    return {"tabs": kit.tabs(request.user, here, TABS), "tabs_label": LABEL}


def path(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """The path from the register of monitors."""
    return crumbs(("社会监督员", reverse("monitors:monitor_list")), *pairs)
