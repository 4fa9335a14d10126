"""Desk pages of signals from banks, courts and registers: register, entering one, clearing one."""

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
from funds import selectors, services
from funds.filters.signals import SignalFilter
from funds.forms.signals import ClearForm, SignalForm
from funds.views.common import VIEW, named_place, risk_path, risk_tabs

EDIT = "funds.signal_edit"
COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("信号", lambda row: row.get_kind_display()),
    Column("来源", lambda row: _told_by(row)),
    Column("来源编号", lambda row: row.reference, 24),
    Column("发生日期", lambda row: row.happened_on),
    Column("情况", lambda row: row.summary, 40),
    Column("消除日期", lambda row: row.cleared_on),
    Column("消除依据", lambda row: row.cleared_note, 30),
)


def _told_by(row: Any) -> str:
    return f"{row.get_source_display()}（接口推送）" if row.key_id else str(row.get_source_display())


def _cells(row: Any, *, actor: User) -> list[dict[str, Any]]:
    links = []
    if actor.may(EDIT) and row.cleared_on is None:
        links = [{"label": "登记消除", "url": reverse("funds:signal_clear", kwargs={"uid": row.uid})}]
    place = row.institution
    ended = f"{row.cleared_on:%Y-%m-%d} {row.cleared_note}" if row.cleared_on else ""
    return [
        {"text": place.name, "url": object_link(actor, "institutions.institution", place.uid)},
        {"word": row.get_kind_display(), "tone": row.status_tone, "sub": _told_by(row)},
        {"text": row.summary, "sub": row.reference},
        {"text": f"{row.happened_on:%Y-%m-%d}", "nowrap": True},
        {"text": ended or ("" if links else "未消除"), "links": links},
    ]


@desk_page(VIEW)
def signal_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of signals."""
    return kit.register_page(
        request,
        rows=selectors.signals_visible(request.user),
        title="外部风险信号",
        subtitle="银行、法院、市场监管、人社、税务等告知的欠薪、欠租、涉诉等情况；未消除的计入资金预警",
        register=Register(
            ("机构", "信号", "情况和编号", "发生日期", "消除"), partial(_cells, actor=request.user)
        ),
        columns=COLUMNS,
        filterset=SignalFilter,
        unit="条",
        create=("登记信号", "funds:signal_create", EDIT),
        more=(
            [{"label": "导入表格", "url": reverse("funds:signal_sheet")}] if request.user.may(EDIT) else []
        ),
        empty="还没有登记外部风险信号。",
        **risk_tabs(request, "funds:signal_list"),
    )


@desk_page(EDIT)
def signal_create(request: AuthedRequest) -> HttpResponse:
    """A new signal."""
    home = reverse("funds:signal_list")
    form = SignalForm(**data(request), actor=request.user, place=named_place(request))

    def work(values: dict[str, Any]) -> str:
        place = values.pop("institution")
        services.signal_register(actor=request.user, institution=place, values=values)
        return home

    return form_page(
        request, form, work, heading="登记外部风险信号", submit="登记", cancel_url=home,
        done="已登记，今晚计入资金预警。", crumbs=risk_path(("外部风险信号", home), ("登记", "")),
    )  # fmt: skip


@desk_page(EDIT)
def signal_clear(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A signal that counts no longer."""
    row: Any = get_visible(selectors.signals_visible(request.user), request.user, uid)
    home = reverse("funds:signal_list")

    def work(values: dict[str, Any]) -> str:
        services.signal_clear(actor=request.user, signal=row, **values)
        return home

    return form_page(
        request, ClearForm(**data(request)), work, heading=f"登记消除：{row}", submit="登记", cancel_url=home,
        done="已登记消除。", crumbs=risk_path(("外部风险信号", home), (str(row), "")),
    )  # fmt: skip
