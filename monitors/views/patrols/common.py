"""What the pages of patrols share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    crumbs,
    kit,
)
from monitors.models import Outing, PatrolTask, Stop

VIEW = "monitors.patrol_view"

TABS = (
    ("巡查", "monitors:outing_list", VIEW),
    ("家次", "monitors:stop_list", VIEW),
    ("任务", "monitors:task_list", VIEW),
    ("月度次数", "monitors:quota", VIEW),
    ("片区月度", "monitors:areas", VIEW),
    ("多久没看", "monitors:unseen", VIEW),
    ("人流观察", "monitors:observation_list", VIEW),
    ("核查请求", "monitors:look_list", VIEW),
    ("督查", "monitors:audit_list", VIEW),
)


def patrol_tabs(request: AuthedRequest, here: str) -> dict[str, Any]:
    """Context of a list's tabs."""
    return {"tabs": kit.tabs(request.user, here, TABS), "tabs_label": "巡查"}


def patrol_path(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """The path from the register of patrols."""
    return crumbs(("巡查", reverse("monitors:outing_list")), *pairs)


def outing_url(row: Outing) -> str:
    """The outing's page."""
    return reverse("monitors:outing_detail", kwargs={"uid": row.uid})


def stop_url(row: Stop) -> str:
    """The stop's page."""
    return reverse("monitors:stop_detail", kwargs={"uid": row.uid})


def moment(value: Any) -> str:
    """A time as read."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def task_url(row: PatrolTask) -> str:
    """The task's page."""
    return reverse("monitors:task_detail", kwargs={"uid": row.uid})
