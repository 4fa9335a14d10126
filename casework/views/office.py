"""Office registers of the desk: numbers, working-day calendar, policy values, messages to other systems."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework import calendars, outbox, registers, wording
from casework.filters import NumberFilter, OutboxFilter, PolicyFilter
from casework.forms import CalendarDaysForm, CalendarYearForm, PolicyForm, ReasonForm
from casework.models import IssuedNumber, OutboxMessage, PolicyValue
from casework.numbering import number_void
from casework.operations import selectors as operations
from casework.policy import policy_replace
from casework.web import AuthedRequest, Column, ListPage, desk_page, get_visible, guarded, say

NUMBER_COLUMNS = (
    Column("文号", lambda row: row.text, 28),
    Column("文书种类", lambda row: row.kind_name, 28),
    Column("制发机关", lambda row: row.organ.name, 28),
    Column("年份", lambda row: row.year, 8),
    Column("序号", lambda row: row.value, 8),
    Column("取号时间", lambda row: row.issued_at, 18),
    Column("作废原因", lambda row: row.void_reason, 28),
)
POLICY_COLUMNS = (
    Column("名称", lambda row: row.label, 36),
    Column("取值", lambda row: wording.policy_text(row.value, row.unit), 20),
    Column("适用区域", lambda row: row.region.name if row.region else "通用"),
    Column("起始日期", lambda row: row.validity.lower),
    Column("依据", lambda row: row.basis, 48),
    Column("核实情况", lambda row: "已核实" if wording.is_verified(row.confidence) else "待核实"),
    Column("键", lambda row: row.key, 32),
)
OUTBOX_COLUMNS = (
    Column("内容", lambda row: row.label, 40),
    Column("通道", lambda row: outbox.channel_label(row.channel), 20),
    Column("状态", lambda row: row.get_state_display()),
    Column("尝试次数", lambda row: row.attempts, 10),
    Column("提交时间", lambda row: row.created_at, 18),
    Column("送出时间", lambda row: row.sent_at, 18),
    Column("最近错误", lambda row: row.last_error, 48),
)


@desk_page("casework.numbers_view")
def number_list(request: AuthedRequest) -> HttpResponseBase:
    """The register of document numbers."""
    return ListPage(
        request=request,
        rows=registers.numbers_of(request.user),
        template="casework/number_list.html",
        title="文号登记",
        columns=NUMBER_COLUMNS,
        filterset=NumberFilter,
        unit="个",
        context={"may_void": request.user.may("casework.number_void")},
    ).response()


@desk_page("casework.number_void")
def number_void_page(request: AuthedRequest, number_id: int) -> HttpResponse:
    """Void one number, with a reason."""
    number: IssuedNumber = registers.number_get(actor=request.user, number_id=number_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            number_void(actor=request.user, number=number, reason=form.cleaned_data["reason"])
            messages.success(request, f"{number.text} 已作废，登记簿中保留。")
            return redirect("casework:number_list")
    context = {
        "form": form,
        "heading": "作废文号",
        "sentence": f"作废文号 {number.text}。",
        "consequences": ["作废的文号仍列在登记簿中，不再使用。", "文书仍然有效的，须先撤回或替换文书。"],
        "submit": "作废文号",
        "danger": True,
        "cancel_url": reverse("casework:number_list"),
        "crumbs": [{"label": "文号登记", "url": reverse("casework:number_list")}, {"label": number.text}],
    }
    return render(request, "casework/confirm.html", context, status=_status(request))


@desk_page()
def calendar(request: AuthedRequest, year: int | None = None) -> HttpResponse:
    """The working-day calendar of one year, months side by side."""
    shown = year or timezone.localdate().year
    if not calendars.FIRST_YEAR <= shown <= calendars.LAST_YEAR:
        raise Http404("日历没有这一年。")
    return _calendar_page(request, shown, CalendarDaysForm(initial={"kind": "off"}), CalendarYearForm(), 200)


@require_POST
@desk_page("casework.calendar_edit")
def calendar_days_add(request: AuthedRequest, year: int) -> HttpResponse:
    """Enter a holiday or make-up workdays."""
    form = CalendarDaysForm(request.POST)
    if form.is_valid():
        with guarded(form):
            values = form.values()
            moved = calendars.calendar_days_set(actor=request.user, today=timezone.localdate(), **values)
            messages.success(request, f"已登记“{values['name']}”。{_moved(moved)}")
            return redirect("casework:calendar_year", year=values["first"].year)
    return _calendar_page(request, year, form, CalendarYearForm(), 422)


@require_POST
@desk_page("casework.calendar_edit")
def calendar_day_clear(request: AuthedRequest, year: int, day: date) -> HttpResponse:
    """Take one exception out again."""

    def work() -> str:
        moved = calendars.calendar_day_clear(actor=request.user, day=day, today=timezone.localdate())
        return f"已取消 {day:%Y-%m-%d} 的登记。{_moved(moved)}"

    say(request, work)
    return redirect("casework:calendar_year", year=year)


@require_POST
@desk_page("casework.calendar_edit")
def calendar_confirm(request: AuthedRequest, year: int) -> HttpResponse:
    """Declare a year complete by its notice."""
    form = CalendarYearForm(request.POST)
    if form.is_valid():
        with guarded(form):
            moved = calendars.calendar_year_confirm(
                actor=request.user, year=year, today=timezone.localdate(), **form.cleaned_data
            )
            messages.success(request, f"{year} 年工作日历已确认。{_moved(moved)}")
            return redirect("casework:calendar_year", year=year)
    return _calendar_page(request, year, CalendarDaysForm(initial={"kind": "off"}), form, 422)


@desk_page("casework.policy_view")
def policy_list(request: AuthedRequest) -> HttpResponseBase:
    """Values in force today, own ones and those of the levels above."""
    return ListPage(
        request=request,
        rows=registers.policies_in_force(request.user, timezone.localdate()),
        template="casework/policy_list.html",
        title="政策参数",
        columns=POLICY_COLUMNS,
        filterset=PolicyFilter,
        unit="项",
        context={"open_count": registers.policies_unverified(request.user, timezone.localdate())},
    ).response()


@desk_page("casework.policy_view")
def policy_detail(request: AuthedRequest, key: str) -> HttpResponse:
    """One rule: the value that binds here today, its history, and the form for a new value."""
    history = registers.policy_history(actor=request.user, key=key)
    current = registers.policy_current(actor=request.user, history=history, on=timezone.localdate())
    form = None
    if request.user.may("casework.policy_edit"):
        form = PolicyForm(request.POST or None, actor=request.user, current=current.value, unit=current.unit)
    if request.method == "POST" and form is None:
        raise Http404
    if form is not None and request.method == "POST" and form.is_valid():
        with guarded(form):
            policy_replace(
                actor=request.user,
                key=key,
                region=form.cleaned_data["region"],
                new_value=form.new_value(),
                basis=form.cleaned_data["basis"],
                since=form.cleaned_data["since"],
            )
            messages.success(request, "新取值已登记。")
            return redirect("casework:policy_detail", key=key)
    context = {
        "current": _policy(current),
        "history": [_policy(row) for row in history],
        "form": form,
        "key": key,
        "crumbs": [{"label": "政策参数", "url": reverse("casework:policy_list")}, {"label": current.label}],
    }
    return render(request, "casework/policy_detail.html", context, status=_status(request))


@desk_page("casework.outbox_view")
def outbox_list(request: AuthedRequest) -> HttpResponseBase:
    """Messages to other systems with their delivery state."""
    return ListPage(
        request=request,
        rows=operations.outbox_of(request.user),
        template="casework/outbox_list.html",
        title="对外报送",
        columns=OUTBOX_COLUMNS,
        filterset=OutboxFilter,
        unit="件",
        context={"may_retry": request.user.may("casework.outbox_retry"), "retriable": outbox.RETRIABLE},
    ).response()


@require_POST
@desk_page("casework.outbox_retry")
def outbox_retry(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Send a given-up or rejected message again."""
    message: OutboxMessage = get_visible(operations.outbox_of(request.user), request.user, uid)

    def work() -> str:
        outbox.outbox_retry(actor=request.user, message=message)
        return "已重新排队，稍后送出。"

    say(request, work)
    is_from_operations = request.POST.get("from") == "operations"
    return redirect("casework:operations" if is_from_operations else "casework:outbox_list")


def _policy(row: PolicyValue) -> dict[str, Any]:
    return {
        "row": row,
        "text": wording.policy_text(row.value, row.unit),
        "is_verified": wording.is_verified(row.confidence),
        "since": row.validity.lower,
        "until": row.validity.upper,
        "place": row.region.name if row.region else "通用",
    }


def _calendar_page(
    request: AuthedRequest, year: int, days_form: CalendarDaysForm, year_form: CalendarYearForm, status: int
) -> HttpResponse:
    known = calendars.calendar_year(year)
    view = calendars.year_view(year)
    if known and not year_form.is_bound:
        year_form = CalendarYearForm(initial={"source": known.source})
    context = {
        "year": year,
        "months": view,
        "workdays": sum(month.workdays for month in view),
        "known": known,
        "is_confirmed": known is not None and known.is_confirmed,
        "exceptions": calendars.exceptions_of(year),
        "days_form": days_form,
        "year_form": year_form,
        "may_edit": request.user.may("casework.calendar_edit"),
        "previous": year - 1 if year > calendars.FIRST_YEAR else None,
        "next": year + 1 if year < calendars.LAST_YEAR else None,
    }
    return render(request, "casework/calendar.html", context, status=status)


def _moved(count: int) -> str:
    return f"{count} 个在办期限随之调整。" if count else "没有在办期限受影响。"


def _status(request: AuthedRequest) -> int:
    return 422 if request.method == "POST" else 200
