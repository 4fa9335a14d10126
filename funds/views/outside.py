"""Desk pages of sheets from outside: upload, columns and preview, and the list of those taken in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from casework.errors import DomainError
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit
from casework.web.access import require
from casework.web.kit import Register
from casework.web.transitions import run_transition
from funds import services
from funds.filters.outside import OutsideFilter
from funds.forms.outside import ColumnsForm, PlatformSheetForm, SignalSheetForm
from funds.models import OutsideSheet
from funds.outside_sheets import KINDS, OutsideRow
from funds.selectors import outside as reads
from funds.services.outside_sheets import permission_of
from funds.views.common import VIEW, risk_path, risk_tabs

HOME = "funds:outside_list"
TONES = {"NEW": "ok", "SAME": "mute", "REJECTED": "bad"}
SHOWN = 500
COLUMNS = (
    Column("内容", lambda row: row.get_kind_display()),
    Column("文件名", lambda row: row.file_name, 40),
    Column("数据起日", lambda row: row.covers_from),
    Column("数据止日", lambda row: row.covers_to),
    Column("状态", lambda row: row.get_status_display()),
    Column("导入（行）", lambda row: row.counts.get("NEW", 0)),
    Column("重复（行）", lambda row: row.counts.get("SAME", 0)),
    Column("不予导入（行）", lambda row: row.counts.get("REJECTED", 0)),
    Column("新差异（条）", lambda row: row.counts.get("raised", 0)),
    Column("上传人", lambda row: row.created_by.name),
    Column("上传时间", lambda row: row.created_at),
    Column("导入时间", lambda row: row.applied_at),
)


def outside_url(row: OutsideSheet) -> str:
    """The sheet's page."""
    return reverse("funds:outside_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    days = f"{row.covers_from:%Y-%m-%d} 至 {row.covers_to:%Y-%m-%d}" if row.covers_to else ""
    taken = f"{row.counts.get('NEW', 0)} 行" if row.status == "APPLIED" else "—"
    return [
        {"text": row.get_kind_display(), "url": outside_url(row), "sub": days},
        {"text": row.file_name},
        {"text": row.created_by.name, "sub": f"{row.created_at:%Y-%m-%d}"},
        {"text": taken, "sub": f"不予导入 {row.counts['REJECTED']} 行" if row.counts.get("REJECTED") else "",
         "num": True},
        {"status": row},
    ]  # fmt: skip


@desk_page(VIEW)
def outside_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of sheets from outside."""
    more = [
        {"label": label, "url": reverse(name)}
        for label, name, permission in (
            ("导入信号表", "funds:signal_sheet", permission_of("SIGNALS")),
            ("导入平台表", "funds:platform_sheet", permission_of("ORDERS")),
        )
        if request.user.may(permission)
    ]
    return kit.register_page(
        request,
        rows=reads.outside_visible(request.user),
        title="外部表格",
        subtitle="银行、法院、登记机关给的信号表，国家平台的订单、课消、退费表；先核对，确认后才导入",
        register=Register(("内容", "文件名", "上传", "导入", "状态"), _cells),
        columns=COLUMNS,
        filterset=OutsideFilter,
        unit="份",
        more=[*more, {"label": "平台差异", "url": reverse("funds:difference_list")}],
        empty="还没有导入过外部表格。",
        **risk_tabs(request, "funds:difference_list"),
    )


@desk_page(permission_of("SIGNALS"))
def signal_sheet(request: AuthedRequest) -> HttpResponse:
    """A sheet of signals."""
    home = reverse("funds:signal_list")

    def work(values: dict[str, Any]) -> str:
        defaults = {"kind": values["kind"], "source": values["source"]}
        row = services.outside_receive(
            actor=request.user, kind="SIGNALS", upload=values["upload"], defaults=defaults
        )
        return outside_url(row)

    return form_page(
        request, SignalSheetForm(**data(request)), work, heading="导入外部风险信号", submit="核对",
        cancel_url=home, done="已核对，请看每一行的结果，确认后才登记。",
        crumbs=risk_path(("外部风险信号", home), ("导入表格", "")),
    )  # fmt: skip


@desk_page(permission_of("ORDERS"))
def platform_sheet(request: AuthedRequest) -> HttpResponse:
    """A sheet of the national platform."""
    home = reverse("funds:difference_list")

    def work(values: dict[str, Any]) -> str:
        return outside_url(services.outside_receive(actor=request.user, **values))

    return form_page(
        request, PlatformSheetForm(**data(request)), work, heading="导入国家平台表格", submit="核对",
        cancel_url=home, done="已核对，请看每一行的结果，确认后才比对。",
        sentence="只用于比对，不改动账簿。表格在导入或放弃后删除，系统只留订单号、金额和课时。",
        crumbs=risk_path(("平台差异", home), ("导入表格", "")),
    )  # fmt: skip


@desk_page(VIEW)
def outside_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The columns and the judged rows of a sheet, and its confirmation."""
    row: Any = get_visible(reads.outside_visible(request.user), request.user, uid)
    here = outside_url(row)
    if request.method == "POST":
        require(request.user, permission_of(row.kind))
        return _posted(request, row, here)
    rows, problem = _judged(row)
    labels = reads.outside_labels(row)
    earlier = reads.earlier_same_file(row)
    may = request.user.may(permission_of(row.kind))
    context = {
        "row": row,
        "form": ColumnsForm(kind=row.kind, labels=labels, columns=row.columns) if labels and may else None,
        "problem": problem,
        "lines": [{"row": item, "word": KINDS[item.kind], "tone": TONES[item.kind]} for item in rows[:SHOWN]],
        "hidden": max(0, len(rows) - SHOWN),
        "counts": [
            (KINDS[kind], sum(item.kind == kind for item in rows) or row.counts.get(kind, 0))
            for kind in KINDS
        ],
        "will": sum(item.kind == "NEW" for item in rows) if may else 0,
        "may": may,
        "earlier": earlier,
        "verb": "登记" if row.kind == "SIGNALS" else "比对",
        "back": reverse("funds:signal_list" if row.kind == "SIGNALS" else "funds:difference_list"),
        "crumbs": risk_path(("外部表格", reverse(HOME)), (row.get_kind_display(), "")),
    }
    return render(request, "funds/outside_detail.html", context)


def _judged(row: OutsideSheet) -> tuple[list[OutsideRow], str]:
    try:
        return reads.outside_rows(row), ""
    except DomainError as error:
        return [], error.message


def _posted(request: AuthedRequest, row: OutsideSheet, here: str) -> HttpResponse:
    actor = request.user
    if "discard" in request.POST:
        gone = run_transition(
            request, lambda: services.outside_discard(actor=actor, sheet=row), "已放弃，文件已删除。"
        )
        return redirect(reverse(HOME) if gone else here)
    if "columns" in request.POST:
        labels = reads.outside_labels(row)
        form = ColumnsForm(request.POST, kind=row.kind, labels=labels, columns=row.columns)
        if form.is_valid():
            run_transition(
                request,
                lambda: services.outside_columns(actor=actor, sheet=row, columns=form.cleaned_data),
                "列已重新对应。",
            )
        return redirect(here)
    run_transition(request, lambda: services.outside_apply(actor=actor, sheet=row), "已导入。")
    return redirect(here)
