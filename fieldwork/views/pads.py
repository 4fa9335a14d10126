"""Desk pages of the pads of slip numbers."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    desk_page,
    fresh_key,
    get_visible,
    guarded,
    submit_once,
)
from fieldwork import phone_selectors as selectors
from fieldwork import services
from fieldwork.filters import PadFilter
from fieldwork.forms import NoteForm, PadForm, ReasonForm
from fieldwork.models import NumberPad

COLUMNS = (
    Column("号码簿", lambda row: row.code, 20),
    Column("领用人", lambda row: row.holder.name),
    Column("机关", lambda row: row.organ.short_name, 24),
    Column("领用日期", lambda row: row.handed_on),
    Column("页数", lambda row: row.size),
    Column("已用", lambda row: row.used_count),
    Column("作废", lambda row: row.void_count),
    Column("未用", lambda row: row.free_count),
    Column("交回未用", lambda row: row.returned_count),
    Column("状态", lambda row: row.get_status_display()),
    Column("交回时间", lambda row: row.returned_at),
)
LIST = {"label": "现场号码簿"}


@desk_page("fieldwork.pad_view")
def pad_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """The register of pads."""
    return ListPage(
        request=request,
        rows=selectors.pads_visible(request.user),
        template="fieldwork/pad_list.html",
        title="现场号码簿",
        columns=COLUMNS,
        filterset=PadFilter,
        unit="本",
        context={"may_hand_out": request.user.may("fieldwork.pad_hand_out")},
    ).response()


@desk_page("fieldwork.pad_view")
def pad_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One pad, page by page."""
    pad = get_visible(selectors.pads_visible(request.user), request.user, uid)
    is_own = pad.holder_id == request.user.pk or request.user.may("fieldwork.pad_hand_out")
    context = {
        "pad": pad,
        "numbers": selectors.numbers_of(pad),
        "may_return": is_own and request.user.may("fieldwork.pad_return") and pad.status == "HANDED",
        "may_void": is_own and request.user.may("fieldwork.pad_void"),
        "facts": [
            {"label": "领用人", "value": pad.holder.name},
            {"label": "机关", "value": pad.organ.name},
            {"label": "领用日期", "value": f"{pad.handed_on:%Y-%m-%d}"},
            {"label": "页数", "value": f"{pad.size} 页"},
            {"label": "交回说明", "value": pad.returned_note or "—"},
        ],
        "crumbs": [{**LIST, "url": reverse("fieldwork:pad_list")}, {"label": pad.code}],
    }
    return render(request, "fieldwork/pad_detail.html", context)


@desk_page("fieldwork.pad_hand_out")
def pad_hand_out(request: AuthedRequest) -> HttpResponse:
    """Hand a pad out."""
    form = PadForm(request.POST or None, holders=selectors.holders(request.user))
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            key = request.POST.get("idempotency_key", "")
            return redirect(submit_once(actor=request.user, key=key, work=lambda: _hand_out(request, form)))
    context = {
        "form": form,
        "heading": "发放现场号码簿",
        "submit": "发放",
        "sentence": "号码簿发给一名执法人员随身携带。现场没有网络时，交办单使用簿上编号；正式文书的文号在联网制发时另取。",
        "cancel_url": reverse("fieldwork:pad_list"),
        "idempotency_key": request.POST.get("idempotency_key") or fresh_key(),
        "crumbs": [{**LIST, "url": reverse("fieldwork:pad_list")}, {"label": "发放"}],
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


def _hand_out(request: AuthedRequest, form: PadForm) -> str:
    pad = services.pad_hand_out(
        actor=request.user, holder=form.cleaned_data["holder"], size=form.cleaned_data["size"]
    )
    return _address(pad)


@desk_page("fieldwork.pad_return")
def pad_return(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Take a pad back."""
    pad = get_visible(selectors.pads_visible(request.user), request.user, uid)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.pad_return(actor=request.user, pad=pad, note=form.cleaned_data["note"])
        if form.is_valid():
            return redirect(_address(pad))
    context = {
        "form": form,
        "heading": f"交回号码簿 {pad.code}",
        "submit": "交回",
        "sentence": "交回后，没有用过的编号不能再用。手机里还有没发送的记录时，请先发送再交回。",
        "cancel_url": _address(pad),
        "crumbs": [{**LIST, "url": reverse("fieldwork:pad_list")}, {"label": "交回"}],
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


@desk_page("fieldwork.pad_void")
def pad_number_void(request: AuthedRequest, uid: UUID, serial: int) -> HttpResponse:
    """Void one page."""
    pad = get_visible(selectors.pads_visible(request.user), request.user, uid)
    number = pad.numbers.filter(serial=serial).first()
    if number is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.pad_number_void(actor=request.user, number=number, reason=form.cleaned_data["reason"])
        if form.is_valid():
            return redirect(_address(pad))
    context = {
        "form": form,
        "heading": f"作废编号 {number.text}",
        "submit": "作废",
        "danger": True,
        "cancel_url": _address(pad),
        "crumbs": [{**LIST, "url": reverse("fieldwork:pad_list")}, {"label": "作废"}],
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


def _address(pad: NumberPad) -> str:
    return reverse("fieldwork:pad_detail", kwargs={"uid": pad.uid})
