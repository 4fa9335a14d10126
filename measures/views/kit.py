"""What the screens of this room share beside `casework.web.kit`: its parts, links to lower rooms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import User
from casework.web import AuthedRequest, get_visible
from casework.web.kit import (
    Register,
    Step,
    detail_page,
    facts,
    files,
    plain_steps,
    register_page,
    step_actions,
    step_page,
    table,
    tabs,
    text,
)
from inspections.selectors import notices_visible, visits_visible
from institutions.selectors import institutions_visible

__all__ = [
    "OFFICER_TABS",
    "TABS",
    "Register",
    "Step",
    "detail_page",
    "facts",
    "files",
    "found",
    "list_page",
    "named",
    "notice_fact",
    "place_fact",
    "plain_steps",
    "step_actions",
    "step_page",
    "table",
    "tabs",
    "text",
    "visit_fact",
]

TABS = (
    ("总览", "measures:overview", "measures.view"),
    ("广告清理", "measures:ad_list", "measures.view"),
    ("约谈", "measures:talk_list", "measures.view"),
    ("措施文书", "measures:directive_list", "measures.view"),
    ("吹哨报到", "measures:whistle_list", "measures.view"),
    ("联席会议", "measures:meeting_list", "measures.view"),
    ("应急停课", "measures:closure_list", "measures.view"),
    ("材料移交", "measures:handover_list", "measures.view"),
    ("明察暗访", "measures:mystery_list", "measures.mystery_view"),
)
OFFICER_TABS = (
    ("人员", "measures:officer_list", "measures.officer_view"),
    ("长期回避", "measures:recusal_list", "measures.officer_view"),
    ("记录仪文件", "measures:camera_list", "measures.camera_view"),
    ("部门交换", "measures:exchange_list", "measures.exchange_view"),
)


def list_page(
    request: AuthedRequest, *, here: str, which: tuple[tuple[str, str, str], ...] = TABS, **page: Any
) -> HttpResponseBase:
    """A register of this room under its tabs."""
    return register_page(request, tabs=tabs(request.user, here, which), tabs_label="专项措施", **page)


def reaches(actor: User, region_path: str) -> bool:
    """Whether the reader reads files of that place: not departments, and townships only their own."""
    return not actor.reach.department_id and region_path.startswith(actor.reach.region_path)


def place_fact(actor: User, institution: Any) -> tuple[str, Any, str]:
    """The institution with a link for those who may read its file."""
    if institution is None:
        return ("机构", "", "")
    may = actor.may("institutions.institution_view") and reaches(actor, institution.region_path)
    url = reverse("institutions:institution_detail", kwargs={"uid": institution.uid}) if may else ""
    return ("机构", institution.name, url)


def visit_fact(actor: User, visit: Any) -> tuple[str, Any, str]:
    """The inspection that led here, with a link for those who may read it."""
    if visit is None:
        return ("相关检查", "", "")
    url = reverse("inspections:visit_detail", kwargs={"uid": visit.uid})
    shown = url if reaches(actor, visit.region_path) else ""
    return ("相关检查", f"{visit.visited_on:%Y-%m-%d} {visit.institution.name}", shown)


def notice_fact(actor: User, notice: Any) -> tuple[str, Any, str]:
    """The rectification notice that led here, with a link for those who may read it."""
    if notice is None:
        return ("相关整改", "", "")
    url = reverse("inspections:notice_detail", kwargs={"uid": notice.uid})
    return ("相关整改", notice.number, url if reaches(actor, notice.region_path) else "")


def found(rows: Any, request: AuthedRequest, uid: UUID) -> Any:
    """The row inside the reader's reach, or 404."""
    return get_visible(rows, request.user, uid)


def named(request: AuthedRequest) -> dict[str, Any]:
    """First values that another page's link names: a visit, a notice or a place."""
    found: dict[str, Any] = {}
    for key, rows in (("visit", visits_visible), ("notice", notices_visible)):
        try:
            row = rows(request.user).filter(uid=UUID(request.GET.get(key, ""))).first()
        except ValueError:
            continue
        if row is not None:
            found |= {key: row.pk, "institutions": [row.institution_id], "institution": row.institution_id}
    try:
        place = institutions_visible(request.user).filter(uid=UUID(request.GET.get("place", ""))).first()
    except ValueError:
        place = None
    if place is not None:
        found |= {"institutions": [place.pk], "institution": place.pk}
    return found
