"""What the pages of grids share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web import AuthedRequest, crumbs, kit
from monitors.models import GridEvent, GridSweep, GridUnit

VIEW, EDIT, DO = "monitors.grid_view", "monitors.grid_edit", "monitors.grid_do"
PHONE, SWEEP, CALL = "monitors.grid_phone", "monitors.sweep_run", "measures.whistle_call"
TABS = (
    ("网格", "monitors:unit_list", VIEW),
    ("责任查询", "monitors:duty_map", VIEW),
    ("拉网排查", "monitors:sweep_list", VIEW),
    ("网格事件", "monitors:event_list", VIEW),
    ("报到答复", "monitors:call_page", "measures.whistle_answer"),
    ("人员导入", "monitors:sheet_list", EDIT),
)


def grid_tabs(request: AuthedRequest, here: str) -> dict[str, Any]:
    """Context of a list's tabs."""
    shown = [tab for tab in TABS if tab[2] != EDIT or manages(request.user)]
    return {"tabs": kit.tabs(request.user, here, shown), "tabs_label": "网格"}


def manages(actor: User) -> bool:
    """Whether the actor sets up grids somewhere: the bureau and townships do, other departments take part."""
    return actor.may(EDIT) and bool(actor.reach.region_path)


def grid_path(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """The path from the tree."""
    return crumbs(("网格", reverse("monitors:unit_list")), *pairs)


def unit_url(row: GridUnit) -> str:
    """The unit's page."""
    return reverse("monitors:unit_detail", kwargs={"uid": row.uid})


def sweep_url(row: GridSweep) -> str:
    """The sweep's page."""
    return reverse("monitors:sweep_detail", kwargs={"uid": row.uid})


def event_url(row: GridEvent) -> str:
    """The event's page."""
    return reverse("monitors:event_detail", kwargs={"uid": row.uid})


def moment(value: Any) -> str:
    """A time as read."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""
