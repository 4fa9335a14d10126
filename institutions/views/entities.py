"""Desk pages of market entities with training words: list, entering, sheet, handing over, settling."""

from __future__ import annotations

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
from institutions.filters import EntityFilter
from institutions.forms.registers import EntityForm, EntitySheetForm, HandOverForm, SettleForm
from institutions.views.common import parts, path_to

VIEW, EDIT = "institutions.entity_view", "institutions.entity_edit"
STAGES = {"FOUND": "待移交", "HANDED": "待处置", "SETTLED": "已处置"}
COLUMNS = (
    Column("主体名称", lambda row: row.name, 36),
    Column("统一社会信用代码", lambda row: row.uscc, 22),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("住所", lambda row: row.address, 40),
    Column("涉及培训的经营范围", lambda row: row.business_scope, 40),
    Column("来源", lambda row: row.get_source_display()),
    Column("发现日期", lambda row: row.found_on),
    Column("进度", lambda row: STAGES[row.stage]),
    Column("移交日期", lambda row: row.handed_on),
    Column("移交文号", lambda row: row.handed_no, 24),
    Column("处置结果", lambda row: row.get_outcome_display()),
    Column("处置日期", lambda row: row.settled_on),
    Column("处置说明", lambda row: row.settled_note, 30),
)


def _home() -> str:
    return reverse("institutions:entity_list")


def _cells(row: Any, *, actor: User) -> list[dict[str, Any]]:
    place = row.institution
    links = []
    if actor.may(EDIT) and row.stage == "HANDED":
        links = [{"label": "登记处置结果", "url": reverse("institutions:entity_settle", args=[row.uid])}]
    handed = f"{row.handed_on:%Y-%m-%d}" if row.handed_on else ""
    settled = f"{row.settled_on:%Y-%m-%d} {row.settled_note}" if row.settled_on else ""
    return [
        {
            "text": row.name,
            "sub": row.uscc,
            "url": object_link(actor, "institutions.institution", place.uid) if place else "",
        },
        {"text": row.region.name, "sub": row.address},
        {"text": row.get_source_display(), "sub": f"{row.found_on:%Y-%m-%d}"},
        {"word": STAGES[row.stage], "tone": row.status_tone},
        {"text": handed, "sub": row.handed_no, "nowrap": True},
        {"text": row.get_outcome_display(), "sub": settled, "links": links},
    ]


@desk_page(VIEW)
def entity_list(request: AuthedRequest) -> HttpResponseBase:
    """Every market entity in reach."""
    more = []
    if request.user.may(EDIT):
        more = [
            {"label": "导入表格", "url": reverse("institutions:entity_import")},
            {"label": "移交市场监管", "url": reverse("institutions:entity_hand_over")},
        ]
    return kit.register_page(
        request,
        rows=selectors.entities_visible(request.user),
        title="教育类市场主体清理",
        subtitle="名称或经营范围含培训、没有办学许可的市场主体：发现后移交市场监管部门处置，结果登记在这里",
        register=Register(
            ("主体", "乡镇（街道）", "来源", "进度", "移交", "处置结果"), partial(_cells, actor=request.user)
        ),
        columns=COLUMNS,
        filterset=EntityFilter,
        unit="家",
        create=("登记主体", "institutions:entity_create", EDIT),
        more=more,
        empty="可以逐家登记，也可以导入市场监管部门的表格。",
        **parts(request.user, "institutions:entity_list"),
    )


@desk_page(EDIT)
def entity_create(request: AuthedRequest) -> HttpResponse:
    """An entity that was found."""

    def work(values: dict[str, Any]) -> str:
        region = values.pop("region")
        services.entity_register(actor=request.user, region=region, values=values)
        return _home()

    return form_page(
        request, EntityForm(**data(request), actor=request.user), work, heading="登记教育类市场主体",
        submit="登记", cancel_url=_home(), done="已登记。", crumbs=path_to(("市场主体清理", _home()), ("登记", "")),
    )  # fmt: skip


@desk_page(EDIT)
def entity_import(request: AuthedRequest) -> HttpResponse:
    """Entities from a sheet: all rows or none, known codes stay as they are."""

    def work(values: dict[str, Any]) -> str:
        services.entities_import(actor=request.user, **values)
        return _home()

    return form_page(
        request, EntitySheetForm(**data(request)), work, heading="导入市场主体", submit="导入",
        cancel_url=_home(), done="已导入；统一社会信用代码已经登记的没有改动。",
        sentence="有一行不符合要求，整张表都不导入，并指出是哪一行。", crumbs=path_to(("市场主体清理", _home()), ("导入", "")),
    )  # fmt: skip


@desk_page(EDIT)
def entity_hand_over(request: AuthedRequest) -> HttpResponse:
    """Several entities to the market regulator under one letter."""

    def work(values: dict[str, Any]) -> str:
        services.entities_hand_over(actor=request.user, **values)
        return _home()

    return form_page(
        request, HandOverForm(**data(request), actor=request.user), work, heading="移交市场监管部门处置",
        submit="登记移交", cancel_url=_home(), done="已登记移交。",
        crumbs=path_to(("市场主体清理", _home()), ("移交", "")),
    )  # fmt: skip


@desk_page(EDIT)
def entity_settle(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """What the regulator answered."""
    row: Any = get_visible(selectors.entities_visible(request.user), request.user, uid)

    def work(values: dict[str, Any]) -> str:
        services.entity_settle(actor=request.user, entity=row, **values)
        return _home()

    return form_page(
        request, SettleForm(**data(request)), work, heading=f"登记处置结果：{row.name}", submit="登记",
        cancel_url=_home(), done="已登记处置结果。", crumbs=path_to(("市场主体清理", _home()), (row.name, "")),
    )  # fmt: skip
