"""Desk pages of what phones sent: the record of a subject, differing answers, phones, import of a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework import registries
from casework.errors import Unlawful
from casework.evidence.checks import JPEG, PNG, sniff
from casework.web import AuthedRequest, Column, ListPage, desk_page, get_visible, guarded, run_transition
from fieldwork import phone_selectors as selectors
from fieldwork import services
from fieldwork.filters import DeviceFilter
from fieldwork.forms import ReasonForm, SheetForm
from fieldwork.models import FieldRecord
from fieldwork.registries import forms

DEVICE_COLUMNS = (
    Column("使用人", lambda row: row.user.name),
    Column("单位", lambda row: str(row.user.organisation or ""), 24),
    Column("手机", lambda row: row.label, 30),
    Column("登记时间", lambda row: row.first_seen_at),
    Column("最近联系", lambda row: row.last_seen_at),
    Column("时钟偏差（秒）", lambda row: "" if row.skew_ms is None else round(row.skew_ms / 1000)),
    Column("停用原因", lambda row: row.revoked_reason, 30),
)


@desk_page("fieldwork.field_view")
def record_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Everything that phones sent about one subject, with what became of it."""
    record = selectors.record_get(request.user, uid)
    form, address = forms[record.form], registries.object_urls.get(record.form)
    is_there = form.is_there(form.load(record.subject_uid))
    subject_url = address(record.subject_uid) if address and is_there else ""
    context = {
        "view": selectors.record_view(record),
        "record": record,
        "may_decide": request.user.may("fieldwork.field_decide"),
        "subject_url": subject_url,
        "subject_word": form.label,
        "crumbs": [
            {"label": record.label, "url": subject_url},
            {"label": "手机记录"},
        ],
    }
    return render(request, "fieldwork/record_detail.html", context)


@desk_page("fieldwork.field_decide")
@require_POST
def difference_decide(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Choose one of the differing answers."""
    record = selectors.record_get(request.user, uid)
    chosen = selectors.operation_of(record, _uid(request.POST.get("operation")))
    if chosen is None:
        raise Http404
    run_transition(
        request,
        lambda: services.difference_decide(
            actor=request.user, record=record, chosen=chosen, reason=request.POST.get("reason", "")
        ),
        "已选定，另一份填写仍保留在手机记录中。",
    )
    return redirect(_address(record))


@desk_page("fieldwork.field_decide")
@require_POST
def record_retry(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Try again what was held."""
    record = selectors.record_get(request.user, uid)
    run_transition(request, lambda: services.record_retry(record=record), "已重新处理。")
    return redirect(_address(record))


@desk_page("fieldwork.field_view")
def record_file(request: AuthedRequest, uid: UUID, sha256: str) -> HttpResponse:
    """A received file of the record, as it came: pictures are shown, everything else is only downloaded."""
    record = selectors.record_get(request.user, uid)
    own_only = forms[record.form].own_files_only
    rows = record.operations.filter(files__contains=[sha256]).select_related("device", "received_by")
    found = (services.bytes_of(row, sha256, own_only=own_only) for row in rows)
    data = next((one for one in found if one is not None), None)
    if data is None:
        raise Http404("文件还没有收到。")
    try:
        mime = sniff(data[:16], data)
    except Unlawful:
        mime = "application/octet-stream"
    response = HttpResponse(data, content_type=mime)
    if mime not in {JPEG, PNG}:
        response["Content-Disposition"] = f'attachment; filename="{sha256[:12]}.bin"'
    response["Cache-Control"] = "private, no-store"
    return response


@desk_page("fieldwork.device_view")
def device_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Phones in use."""
    return ListPage(
        request=request,
        rows=selectors.devices_visible(request.user),
        template="fieldwork/device_list.html",
        title="现场手机",
        columns=DEVICE_COLUMNS,
        filterset=DeviceFilter,
        unit="部",
        context={"may_import": request.user.may("fieldwork.field_import")},
    ).response()


@desk_page("fieldwork.device_view")
def device_revoke(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Take a phone out of use."""
    device = get_visible(selectors.phones_all(), request.user, uid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.device_revoke(actor=request.user, device=device, reason=form.cleaned_data["reason"])
        if form.is_valid():
            return redirect("fieldwork:device_list")
    return _form_page(
        request,
        form,
        heading=f"停用手机：{device}",
        submit="停用",
        cancel_url=reverse("fieldwork:device_list"),
        sentence="停用后，这部手机不能再取用资料，下次联网时删除机内摘录；已经发来的记录不受影响。",
        danger=True,
        crumbs=[{"label": "现场手机", "url": reverse("fieldwork:device_list")}, {"label": "停用"}],
    )


@desk_page("fieldwork.field_import")
def sheet_import(request: AuthedRequest) -> HttpResponse:
    """Take in a file that a phone exported."""
    form = SheetForm(request.POST or None, request.FILES or None)
    outcome: Any = None
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            outcome = services.sheet_import(actor=request.user, data=form.cleaned_data["sheet"].read())
    context = {
        "form": form,
        "outcome": outcome,
        "records": selectors.records_sent(request.user, [row.uid for row in outcome.receipts])
        if outcome
        else [],
        "crumbs": [
            {"label": "现场手机", "url": reverse("fieldwork:device_list")},
            {"label": "导入现场记录文件"},
        ],
    }
    return render(request, "fieldwork/sheet_import.html", context, status=422 if form.errors else 200)


def _form_page(request: AuthedRequest, form: Any, **context: Any) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "ui/form_page.html", {"form": form, **context}, status=status)


def _address(record: FieldRecord) -> str:
    return reverse("fieldwork:record_detail", kwargs={"uid": record.uid})


def _uid(raw: str | None) -> UUID | None:
    try:
        return UUID(raw or "")
    except ValueError:
        return None
