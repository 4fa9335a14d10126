"""Desk pages of the national platform: who stands at which milestone, entering and leaving one."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import User
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit, object_link
from casework.web.kit import Register
from institutions import selectors, services
from institutions.filters import PlatformFilter
from institutions.forms.registers import LeaveForm, MilestoneForm
from institutions.models import Institution, Milestone
from institutions.views.common import parts, path_to

VIEW, EDIT = "institutions.platform_view", "institutions.platform_edit"


def _stands_at(row: Any, milestone: str) -> dict[str, str] | None:
    return next((item for item in row.milestones_now if item["milestone"] == milestone), None)


def _day(milestone: str) -> Any:
    def value(row: Institution) -> date | None:
        found = _stands_at(row, milestone)
        return date.fromisoformat(found["reached_on"]) if found else None

    return value


COLUMNS = (
    Column("机构名称", lambda row: row.name, 36),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("办学许可证号", lambda row: row.licence_no, 24),
    *(Column(f"{word}日期", _day(code)) for code, word in Milestone.choices),
)


def _cells(row: Any, *, actor: User) -> list[dict[str, Any]]:
    def cell(milestone: str) -> dict[str, Any]:
        found = _stands_at(row, milestone)
        if found is None:
            return {"text": "未达到", "muted": True}
        leave = reverse("institutions:milestone_leave", args=[found["uid"]])
        links = [{"label": "登记退出", "url": leave}] if actor.may(EDIT) else []
        return {"text": found["reached_on"], "nowrap": True, "links": links}

    name = {
        "text": row.name,
        "sub": row.region.name,
        "url": object_link(actor, "institutions.institution", row.uid),
    }
    return [name, *(cell(code) for code in Milestone.values)]


def _sentence(rates: dict[str, int]) -> str:
    total = rates["total"]
    told = [
        f"{word} {rates[code]} 家" + (f"（{rates[code] * 100 / total:.1f}%）" if total else "")
        for code, word in Milestone.choices
    ]
    return f"有办学许可证、未终止的机构 {total} 家，其中" + "，".join(told)


@desk_page(VIEW)
def platform_list(request: AuthedRequest) -> HttpResponseBase:
    """Institutions and their milestones."""
    return kit.register_page(
        request,
        rows=selectors.platform_places(request.user),
        title="国家平台进度",
        subtitle=_sentence(selectors.platform_rates(request.user)),
        register=Register(("机构", *Milestone.labels), partial(_cells, actor=request.user)),
        columns=COLUMNS,
        filterset=PlatformFilter,
        unit="家",
        create=("登记进度", "institutions:milestone_reach", EDIT),
        **parts(request.user, "institutions:platform_list"),
    )


@desk_page(EDIT)
def milestone_reach(request: AuthedRequest) -> HttpResponse:
    """Institutions that reached a milestone."""
    home = reverse("institutions:platform_list")

    def work(values: dict[str, Any]) -> str:
        services.milestones_reach(actor=request.user, **values)
        return home

    return form_page(
        request, MilestoneForm(**data(request), actor=request.user), work, heading="登记国家平台进度",
        submit="登记", cancel_url=home, done="已登记；已经登记过的机构没有改动。",
        crumbs=path_to(("国家平台", home), ("登记进度", "")),
    )  # fmt: skip


@desk_page(EDIT)
def milestone_leave(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A milestone that holds no longer."""
    row: Any = get_visible(selectors.milestones_visible(request.user), request.user, uid)
    home = reverse("institutions:platform_list")

    def work(values: dict[str, Any]) -> str:
        services.milestone_leave(actor=request.user, milestone=row, **values)
        return home

    return form_page(
        request, LeaveForm(**data(request)), work, heading=f"登记退出：{row.get_milestone_display()}",
        submit="登记退出", cancel_url=home, done="已登记退出。", danger=True,
        sentence=f"{row.institution.name}，{row.reached_on:%Y-%m-%d} 达到。",
        crumbs=path_to(("国家平台", home), (row.institution.name, "")),
    )  # fmt: skip
