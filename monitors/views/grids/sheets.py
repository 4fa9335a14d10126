"""Sheets of grid staff: upload, preview, confirm."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework.web import (
    AuthedRequest,
    Column,
    data,
    desk_page,
    export_response,
    form_page,
    get_visible,
    kit,
    run_transition,
)
from casework.web.kit import Register
from monitors import services
from monitors.filters import SheetFilter
from monitors.forms import grids as forms
from monitors.gridsheet import COLUMNS as TARGETS
from monitors.gridsheet import blank_sheet
from monitors.models import GridKind
from monitors.selectors import grids as selectors
from monitors.services.grids.sheets import KIND_WORDS
from monitors.views.grids.common import EDIT, grid_path, grid_tabs, manages, moment

TONES = {"NEW": "ok", "CHANGED": "info", "UNCHANGED": "mute", "REJECTED": "bad"}


def _url(uid: UUID) -> str:
    return reverse("monitors:sheet_detail", kwargs={"uid": uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    counts = row.counts
    return [
        {"text": row.file_name, "url": _url(row.uid), "sub": row.created_by.name},
        {"text": moment(row.created_at), "nowrap": True},
        *[{"text": f"{counts.get(kind, 0)} 行", "num": True} for kind in KIND_WORDS],
        {"status": row, "status_field": "state"},
    ]


SHEETS = Register(("文件", "上传", *KIND_WORDS.values(), "状态"), _cells)


@desk_page(EDIT)
def sheet_list(request: AuthedRequest) -> HttpResponseBase:
    """Sheets that were uploaded."""
    return kit.register_page(
        request,
        rows=selectors.sheets_visible(request.user),
        title="网格人员导入",
        subtitle="乡镇（街道）的人员表：上传后先核对，确认后才写入；同一张表再传一次不会改变什么",
        register=SHEETS,
        columns=(
            Column("文件", lambda row: row.file_name, 34),
            Column("上传时间", lambda row: row.created_at),
            *[Column(f"{word}（行）", _counted(kind)) for kind, word in KIND_WORDS.items()],
            Column("状态", lambda row: row.get_state_display()),
        ),
        filterset=SheetFilter,
        unit="张",
        create=("上传人员表", "monitors:sheet_create", EDIT) if manages(request.user) else None,
        more=[{"label": "下载模板", "url": reverse("monitors:sheet_template")}],
        empty="下载模板填写，或者直接上传乡镇（街道）现有的表。",
        **grid_tabs(request, "monitors:sheet_list"),
    )


def _counted(kind: str) -> Any:
    return lambda row: row.counts.get(kind, 0)


@desk_page(EDIT)
def sheet_template(request: AuthedRequest) -> HttpResponseBase:
    """A blank sheet."""
    return FileResponse(BytesIO(blank_sheet()), as_attachment=True, filename="网格人员模板.xlsx")


@desk_page(EDIT)
def sheet_create(request: AuthedRequest) -> HttpResponse:
    """Upload a sheet."""

    def work(values: dict[str, Any]) -> str:
        upload = values["upload"]
        return _url(services.sheet_receive(actor=request.user, upload=upload, name=upload.name).uid)

    columns = "、".join(label for _, label, _ in TARGETS)
    return form_page(
        request,
        forms.SheetForm(**data(request)),
        work,
        heading="上传网格人员表",
        submit="上传并核对",
        cancel_url=reverse("monitors:sheet_list"),
        done="已读取，请核对后确认。",
        sentence=f"能识别的列：{columns}。须有姓名和网格编码（或名称）；新设网格另须级别和上级编码。",
        crumbs=grid_path(("人员导入", reverse("monitors:sheet_list")), ("上传", "")),
    )


def _line(row: dict[str, Any]) -> dict[str, Any]:
    values = row["values"]
    kind = values["kind"]
    return {
        **row,
        "word": KIND_WORDS[row["kind"]],
        "tone": TONES[row["kind"]],
        "unit": " ".join(part for part in (values["code"], values["unit"]) if part),
        "level": GridKind(kind).label if kind in GridKind.values else "",
        "span": " 至 ".join(part for part in (values["since"], values["until"]) if part),
    }


@desk_page(EDIT)
def sheet_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """What each row would do, or did."""
    sheet = get_visible(selectors.sheets_visible(request.user), request.user, uid)
    asked = request.GET.get("tab", "")
    kind = asked if asked in KIND_WORDS else next((key for key in KIND_WORDS if sheet.counts.get(key)), "NEW")
    rows = [_line(row) for row in sheet.rows if row["kind"] == kind]
    context = {
        "sheet": sheet,
        "rows": rows[:500],
        "left": max(0, len(rows) - 500),
        "kind": kind,
        "is_open": sheet.state == "CHECKED",
        "to_write": sheet.counts.get("NEW", 0) + sheet.counts.get("CHANGED", 0),
        "tabs": [
            {"label": word, "url": f"?tab={key}", "active": key == kind, "count": sheet.counts.get(key, 0)}
            for key, word in KIND_WORDS.items()
        ],
        "crumbs": grid_path(("人员导入", reverse("monitors:sheet_list")), (sheet.file_name, "")),
    }
    return render(request, "monitors/sheet_detail.html", context)


@desk_page(EDIT)
def sheet_rows(request: AuthedRequest, uid: UUID) -> HttpResponseBase:
    """The refused rows with their reasons, in the columns of the template, ready to be put right."""
    sheet = get_visible(selectors.sheets_visible(request.user), request.user, uid)
    rows = [row for row in sheet.rows if row["kind"] == "REJECTED"]
    columns = (
        Column("原行号", lambda row: row["number"], 8),
        Column("说明", lambda row: "；".join(row["reasons"]), 50),
        *[Column(label, _value(key)) for key, label, _ in TARGETS],
    )
    return export_response(rows, columns, "不予导入的行", "xlsx")


def _value(key: str) -> Any:
    return lambda row: row["values"].get(key, "")


@require_POST
@desk_page(EDIT)
def sheet_apply(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Write the rows."""
    sheet = get_visible(selectors.sheets_visible(request.user), request.user, uid)
    run_transition(request, lambda: services.sheet_apply(actor=request.user, sheet=sheet), "已导入。")
    return redirect(_url(uid))


@require_POST
@desk_page(EDIT)
def sheet_drop(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Give the sheet up."""
    sheet = get_visible(selectors.sheets_visible(request.user), request.user, uid)
    run_transition(
        request, lambda: services.sheet_drop(actor=request.user, sheet=sheet), "已放弃，没有写入。"
    )
    return redirect(_url(uid))
