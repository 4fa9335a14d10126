"""Recordings of body cameras and exchanges with other departments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    posted_version,
)
from measures import forms, selectors, services
from measures.filters import CameraFilter, ExchangeFilter
from measures.views import kit
from measures.views.kit import OFFICER_TABS, Register

CAMERA_COLUMNS = (
    Column("检查日期", lambda row: row.visit.visited_on),
    Column("机构", lambda row: row.visit.institution.name, 32),
    Column("佩戴人", lambda row: row.user.name),
    Column("记录仪", lambda row: row.device_no),
    Column("文件名", lambda row: row.file_name, 28),
    Column("开始时间", lambda row: row.starts_at),
    Column("结束时间", lambda row: row.ends_at),
    Column("字节数", lambda row: row.size),
    Column("SHA-256", lambda row: row.sha256, 40),
    Column("存放位置", lambda row: row.kept_at or "系统内", 28),
)


def _camera_cells(row: Any) -> list[dict[str, Any]]:
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    url = reverse("casework:evidence_file", args=[row.evidence.uid]) if row.evidence else ""
    return [
        {
            "text": row.visit.institution.name,
            "url": reverse("inspections:visit_detail", kwargs={"uid": row.visit.uid}),
            "sub": f"{row.visit.visited_on:%Y-%m-%d}",
        },
        {"text": row.user.name, "sub": row.device_no},
        {"text": f"{start:%Y-%m-%d %H:%M} 至 {end:%H:%M}", "nowrap": True},
        {"text": row.file_name, "url": url, "sub": row.kept_at},
        {"text": f"{row.sha256[:16]}…"},
    ]


CAMERAS = Register(("检查", "佩戴人", "录制时间", "文件", "摘要（SHA-256）"), _camera_cells)


@desk_page("measures.camera_view")
def camera_list(request: AuthedRequest) -> HttpResponseBase:
    """Recordings by visit."""
    return kit.list_page(
        request,
        rows=selectors.cameras_visible(request.user),
        title="执法记录仪文件",
        subtitle="每个文件登记到检查并保存摘要，日后调取可以核对有没有改动",
        register=CAMERAS,
        columns=CAMERA_COLUMNS,
        filterset=CameraFilter,
        unit="个",
        here="measures:camera_list",
        which=OFFICER_TABS,
        create=("登记文件", "measures:camera_create", "measures.camera_edit"),
    )


@desk_page("measures.camera_edit")
def camera_create(request: AuthedRequest) -> HttpResponse:
    """Register a recording."""
    form = forms.CameraForm(**data(request), actor=request.user, initial={"user": request.user.pk})

    def work(values: dict[str, Any]) -> str:
        services.camera_register(
            actor=request.user,
            visit=values["visit"],
            user=values["user"],
            values=form.values("visit", "user"),
            upload=values["upload"] or None,
        )
        return reverse("measures:camera_list")

    return form_page(
        request,
        form,
        work,
        heading="登记执法记录仪文件",
        submit="登记",
        cancel_url=reverse("measures:camera_list"),
        done="已登记。",
        two_columns=True,
        crumbs=crumbs(("记录仪文件", reverse("measures:camera_list")), ("登记", "")),
    )


EXCHANGE_COLUMNS = (
    Column("日期", lambda row: row.exchanged_on),
    Column("方向", lambda row: row.get_direction_display()),
    Column("类别", lambda row: row.get_matter_display()),
    Column("对方单位", lambda row: row.partner_words, 28),
    Column("内容", lambda row: row.content, 40),
    Column("条数", lambda row: row.count),
    Column("渠道", lambda row: row.channel),
    Column("回执", lambda row: row.receipt_no),
)


@desk_page("measures.exchange_view")
def exchange_list(request: AuthedRequest) -> HttpResponseBase:
    """Exchanges with other departments and levels."""
    may = request.user.may("measures.exchange_edit")

    def cells(row: Any) -> list[dict[str, Any]]:
        link = reverse("measures:exchange_edit", kwargs={"uid": row.uid})
        return [
            {"text": row.content, "url": link if may else "", "sub": row.get_matter_display()},
            {"text": row.get_direction_display()},
            {"text": row.partner_words},
            {"text": f"{row.exchanged_on:%Y-%m-%d}", "nowrap": True},
            {"text": f"{row.count}" if row.count is not None else "—", "num": True},
            {"text": row.receipt_no or "待回执", "sub": row.channel},
        ]

    return kit.list_page(
        request,
        rows=selectors.exchanges_visible(request.user),
        title="部门交换",
        subtitle="与协同部门、上下级之间送出和收到的数据、名单、线索、文件",
        register=Register(("内容", "方向", "对方单位", "日期", "条数", "回执"), cells),
        columns=EXCHANGE_COLUMNS,
        filterset=ExchangeFilter,
        unit="次",
        here="measures:exchange_list",
        which=OFFICER_TABS,
        create=("登记交换", "measures:exchange_create", "measures.exchange_edit"),
    )


def _exchange_form(request: AuthedRequest, row: Any) -> HttpResponse:
    form = forms.ExchangeForm(
        **data(request),
        actor=request.user,
        instance=row,
        initial={} if row else {"exchanged_on": timezone.localdate()},
    )

    def work(values: dict[str, Any]) -> str:
        if row is None:
            services.exchange_log(actor=request.user, values=form.values())
        else:
            services.exchange_edit(
                actor=request.user, exchange=row, values=form.values(), version=posted_version(request)
            )
        return reverse("measures:exchange_list")

    return form_page(
        request,
        form,
        work,
        heading="修改部门交换" if row else "登记部门交换",
        submit="保存",
        cancel_url=reverse("measures:exchange_list"),
        done="已保存。",
        version=row.version if row else None,
        two_columns=True,
        crumbs=crumbs(("部门交换", reverse("measures:exchange_list")), ("填写", "")),
    )


@desk_page("measures.exchange_edit")
def exchange_create(request: AuthedRequest) -> HttpResponse:
    """Log an exchange."""
    return _exchange_form(request, None)


@desk_page("measures.exchange_edit")
def exchange_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Correct an exchange."""
    return _exchange_form(request, kit.found(selectors.exchanges_visible(request.user), request, uid))
