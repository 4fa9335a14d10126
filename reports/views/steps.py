"""Writing: filling in, the steps of a period, receipts, building, orders to report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.web import (
    AuthedRequest,
    desk_page,
    get_visible,
    guarded,
    run_transition,
    say,
)
from casework.workflow import available_transitions
from reports import selectors, services
from reports.forms import AcceptForm, BuildForm, FillForm, ReasonForm, ReceiptForm
from reports.models import PeriodStatus, ReportPeriod, ReportRegime
from reports.schedule import plan_for
from reports.views.pages import crumbs

DONE = {
    "freeze": "已冻结本期数据，请补填人工项。",
    "review": "已审核，等待签发。",
    "approve": "已签发，可以生成文件并报送。",
    "submit": "已提交报送。",
    "send-back": "已退回填报。",
    "correct": "已重新统计，形成更正版。",
    "accept": "已登记上级接收。",
    "return": "已登记上级退回。",
}
ONE_CLICK: dict[str, Callable[..., Any]] = {
    "freeze": services.period_freeze,
    "review": services.edition_review,
    "approve": services.edition_approve,
    "submit": services.edition_submit,
}
PAGES: dict[str, dict[str, Any]] = {
    "send-back": {"title": "退回填报", "sentence": "退回后填报人可以修改人工项和文字，改好再审核。"},
    "correct": {
        "title": "出更正版",
        "sentence": "按现在的业务数据重新统计，形成新的一版；原版保留，不会改动。",
    },
    "accept": {"title": "登记上级接收", "sentence": "上级已接收本期报表。"},
    "return": {
        "title": "登记上级退回",
        "sentence": "上级退回本期报表，须出更正版后重新报送。",
        "danger": True,
    },
}


def _period(request: AuthedRequest, uid: UUID) -> ReportPeriod:
    return get_visible(selectors.periods_visible(request.user), request.user, uid)


def _address(period: ReportPeriod) -> str:
    return reverse("reports:period_detail", kwargs={"uid": period.uid})


@desk_page("reports.edition_fill")
def period_fill(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Enter the hand-made figures and the texts."""
    period = _period(request, uid)
    edition = period.current_edition
    if edition is None or period.status != PeriodStatus.FROZEN:
        messages.error(request, f"本期现在是“{period.get_status_display()}”，不能填报。")
        return redirect(_address(period))
    form = FillForm(request.POST or None, edition=edition)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.edition_fill(
                actor=request.user,
                edition=edition,
                values=form.values(),
                notes=form.notes(),
                explanations=form.explained(),
            )
            messages.success(request, "已保存。")
            return redirect(_address(period))
    context = {
        "period": period,
        "edition": edition,
        "form": form,
        "crumbs": crumbs((period.label, _address(period)), ("填报", "")),
        "cancel_url": _address(period),
    }
    return render(request, "reports/period_fill.html", context, status=422 if form.errors else 200)


@require_POST
@desk_page("reports.edition_fill")
def period_zero(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Zero report for every cell that is still empty."""
    period = _period(request, uid)
    edition = period.current_edition
    if edition is None:
        raise Http404("本期尚未冻结。")

    def work() -> str:
        return f"已将 {services.figures_fill_zero(actor=request.user, edition=edition)} 个未填项填为 0。"

    say(request, work)
    return redirect(_address(period))


@desk_page("reports.period_view")
def period_step(request: AuthedRequest, uid: UUID, step: str) -> HttpResponse:
    """One step of a period: one click, or a page with a reason."""
    period = _period(request, uid)
    if step in ONE_CLICK:
        if request.method != "POST":
            return redirect(_address(period))
        work = ONE_CLICK[step]
        run_transition(
            request, lambda: work(actor=request.user, period=period, now=timezone.now()), DONE[step]
        )
        return redirect(_address(period))
    if step not in PAGES:
        raise Http404("没有这一步。")
    return _step_page(request, period, step)


def _step_page(request: AuthedRequest, period: ReportPeriod, step: str) -> HttpResponse:
    form = (AcceptForm if step == "accept" else ReasonForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            _take(request, period, step, form.cleaned_data)
            messages.success(request, DONE[step])
            return redirect(_address(period))
    name = step.replace("-", "_")
    offer = next((o for o in available_transitions(request.user, period) if o.transition.name == name), None)
    blockers = [str(reason) for reason in offer.reasons] if offer else ["现在不能办理这一步，或您没有权限。"]
    context = {
        **PAGES[step],
        "period": period,
        "form": form,
        "blockers": [] if form.errors else blockers,
        "crumbs": crumbs((period.label, _address(period)), (PAGES[step]["title"], "")),
        "cancel_url": _address(period),
    }
    return render(request, "reports/period_step.html", context, status=422 if form.errors else 200)


def _take(request: AuthedRequest, period: ReportPeriod, step: str, data: dict[str, Any]) -> None:
    actor = request.user
    if step == "send-back":
        services.edition_send_back(actor=actor, period=period, reason=data["reason"])
    elif step == "correct":
        services.edition_correct(actor=actor, period=period, reason=data["reason"])
    elif step == "accept":
        services.period_answer(actor=actor, period=period, accepted=True, receipt_no=data["receipt_no"])
    else:
        services.period_answer(actor=actor, period=period, accepted=False, reason=data["reason"])


@desk_page("reports.receipt_record")
def receipt_upload(request: AuthedRequest) -> HttpResponse:
    """Take in a receipt file."""
    form = ReceiptForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            period = services.receipt_import(actor=request.user, content=form.cleaned_data["file"].read())
            messages.success(request, f"已登记回执，本期现在是“{period.get_status_display()}”。")
            return redirect(_address(period))
    context = {
        "title": "导入上级回执",
        "form": form,
        "submit": "导入",
        "crumbs": crumbs(("导入上级回执", "")),
        "cancel_url": reverse("reports:home"),
    }
    return render(request, "reports/simple_form.html", context, status=422 if form.errors else 200)


@desk_page("reports.edition_freeze")
def regime_build(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Open and freeze a period of an order by hand: the yearly summary, or a period from before."""
    regime = _regime(request, uid)
    form = BuildForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        plan = plan_for(regime, form.cleaned_data["on"])
        if plan is None:
            form.add_error("on", "这一天不在该报送安排的任何一期内，请另选日期。")
        else:
            with guarded(form):
                period = services.period_open(actor=request.user, regime=regime, plan=plan)
                services.period_freeze(actor=request.user, period=period, now=timezone.now())
                return redirect(_address(period))
    context = {
        "title": f"生成报表：{regime.name}",
        "subtitle": f"报送日：{regime.due_words}。选报送日当天，或期内任意一天。",
        "form": form,
        "submit": "统计并冻结",
        "crumbs": crumbs(("生成报表", "")),
        "cancel_url": reverse("reports:home"),
    }
    return render(request, "reports/simple_form.html", context, status=422 if form.errors else 200)


def _regime(request: AuthedRequest, uid: UUID) -> ReportRegime:
    return get_visible(selectors.regimes_visible(request.user), request.user, uid)
