"""The steps of a draw."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from casework.web import (
    AuthedRequest,
    data,
    desk_page,
    form_page,
    run_transition,
)
from casework.workflow import available_transitions
from draws import services
from draws.forms import ConfirmForm, EntropyForm, ReasonForm, RepeatForm
from draws.models import Draw
from draws.views.desk.register import _crumbs, _get, _url

ONE_CLICK = {
    "freeze": (services.draw_freeze, "名录已冻结，校验值已在公开平台公布。公开值产生后请录入。"),
    "draw": (services.draw_run, "抽取完成，抽取记录已制作。"),
    "publish": (services.draw_publish, "抽查结果已公示。"),
}
HEADINGS = {"enter": "录入公开值", "confirm": "复核公开值", "abort": "中止抽取"}


@desk_page("draws.draw_view")
def draw_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """Take one step; those that need words show a form first."""
    draw = _get(request, uid)
    if name in ONE_CLICK:
        if request.method != "POST":
            raise Http404("请在抽查页面办理这一步。")
        service, done = ONE_CLICK[name]
        run_transition(request, lambda: service(actor=request.user, draw=draw), done)
        return redirect(_url(draw))
    if name not in HEADINGS:
        raise Http404("没有这一步。")
    offer = next(
        (row for row in available_transitions(request.user, draw) if row.transition.name == name), None
    )
    if offer is None and request.method != "POST":
        raise Http404("这一步现在不能办理。")
    form = _step_form(request, name)
    return form_page(
        request,
        form,
        lambda values: _worded(request, draw, name, values),
        heading=f"{HEADINGS[name]}：{draw.title}",
        submit=HEADINGS[name],
        cancel_url=_url(draw),
        done="已办理。",
        template="ui/confirm_page.html",
        sentence=_sentence(draw, name),
        danger=name == "abort",
        blockers=[str(reason) for reason in offer.reasons] if offer else [],
        crumbs=_crumbs((draw.title, _url(draw)), (HEADINGS[name], "")),
    )


def _step_form(request: AuthedRequest, name: str) -> forms.Form:
    kinds: dict[str, type[forms.Form]] = {"enter": EntropyForm, "confirm": ConfirmForm, "abort": ReasonForm}
    return kinds[name](**data(request))


def _sentence(draw: Draw, name: str) -> str:
    if name == "abort":
        return "冻结过的抽取中止后仍然公开，理由一并公开；还没有开始的检查方案同时取消。"
    return f"事先公布的公开值：{draw.get_entropy_kind_display()}，{draw.entropy_source}。"


def _worded(request: AuthedRequest, draw: Draw, name: str, values: dict[str, Any]) -> str:
    actor = request.user
    if name == "enter":
        services.draw_enter(actor=actor, draw=draw, **values)
    elif name == "confirm":
        services.draw_confirm(actor=actor, draw=draw, value=values["value"])
    else:
        services.draw_abort(actor=actor, draw=draw, reason=values["reason"])
    return _url(draw)


@desk_page("inspections.deployment_edit")
@require_POST
def plans_make(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Draft the outings of a result."""
    draw = _get(request, uid)
    run_transition(
        request,
        lambda: services.plans_make(actor=request.user, draw=draw),
        "检查方案已按组生成，请逐组送审。",
    )
    return redirect(_url(draw))


@desk_page("draws.draw_edit")
def draw_repeat(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Draft the repeat of an aborted draw."""
    draw = _get(request, uid)
    start = {"planned_on": draw.planned_on, "planned_until": draw.planned_until}
    form = RepeatForm(**data(request), initial=start)

    def work(values: dict[str, Any]) -> str:
        return _url(services.draw_repeat(actor=request.user, draw=draw, **form.cleaned_data))

    return form_page(
        request,
        form,
        work,
        heading=f"重新抽取：{draw.title}",
        submit="拟定重新抽取",
        cancel_url=_url(draw),
        done="已按原条件拟定，请核对后冻结。",
        sentence=f"原抽取 {draw.number} 保留在公开平台，中止理由：{draw.abort_reason}",
        crumbs=_crumbs((draw.title, _url(draw)), ("重新抽取", "")),
    )
