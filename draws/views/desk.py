"""Desk pages of draws."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework import policy
from casework.errors import DomainError
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    data,
    desk_page,
    form_page,
    get_visible,
    offers_as_actions,
    posted_version,
    run_transition,
)
from casework.web.listing import export_response
from casework.workflow import Offer, available_transitions
from draws import guards, pools, selectors, services
from draws.filters import DrawFilter
from draws.forms import ConfirmForm, DrawForm, EntropyForm, ReasonForm, RepeatForm
from draws.models import Draw
from draws.papers import PROBLEMS
from draws.views.common import json_file

COLUMNS = (
    Column("抽查编号", lambda row: row.number, 24),
    Column("名称", lambda row: row.title, 36),
    Column("牵头机关", lambda row: row.lead_organ.name, 24),
    Column("状态", lambda row: row.get_status_display()),
    Column("名录家数", lambda row: row.pool_size),
    Column("抽中家数", lambda row: row.drawn_count),
    Column("冻结时间", lambda row: row.frozen_at),
    Column("公开值来源", lambda row: row.entropy_source, 36),
    Column("抽取时间", lambda row: row.drawn_at),
    Column("检查开始", lambda row: row.planned_on),
    Column("公示期限", lambda row: row.results_due_on),
    Column("公示时间", lambda row: row.published_at),
    Column("中止理由", lambda row: row.abort_reason, 30),
    Column("重新抽取理由", lambda row: row.repeat_reason, 30),
    Column("冻结名录校验值", lambda row: row.pool_hash, 66),
)
RESULT_COLUMNS = (
    Column("抽取顺序", lambda row: row["place"].position),
    Column("检查对象", lambda row: row["place"].institution.name, 36),
    Column("乡镇（街道）", lambda row: row["place"].institution.region.name),
    Column("分层", lambda row: row["place"].stratum_label),
    Column("组别", lambda row: row["place"].team_number),
    Column("检查机关", lambda row: row["team"].organ, 20),
    Column("执法人员", lambda row: "、".join(card.user.name for card in row["team"].officers), 24),
    Column("执法证号", lambda row: "、".join(card.number for card in row["team"].officers), 28),
    Column("回避人员", lambda row: "、".join(row["team"].recused), 16),
    Column("未能编组的原因", lambda row: PROBLEMS.get(row["place"].problem, ""), 24),
    Column("检查方案", lambda row: row["team"].deployment.name if row["team"].deployment else "", 36),
)
TEAMS_SHOWN = 20
LIST = ("双随机抽查", "draws:draw_list")


def _url(draw: Draw) -> str:
    return reverse("draws:draw_detail", kwargs={"uid": draw.uid})


def _crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "url": url} for label, url in ((LIST[0], reverse(LIST[1])), *more)]


def _get(request: AuthedRequest, uid: UUID) -> Draw:
    return get_visible(selectors.draw_file(request.user), request.user, uid)


@desk_page("draws.draw_view")
def draw_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """The register of draws."""
    return ListPage(
        request=request,
        rows=selectors.draws_visible(request.user),
        template="draws/draw_list.html",
        title=LIST[0],
        columns=COLUMNS,
        filterset=DrawFilter,
        unit="次",
        context={
            "may_edit": request.user.may("draws.draw_edit"),
            "may_recuse": request.user.may("draws.recusal_declare"),
            "may_skill": request.user.may("draws.skill_manage"),
        },
    ).response()


@desk_page("draws.draw_edit")
def draw_create(request: AuthedRequest) -> HttpResponse:
    """Draft a draw: one form with a live count of the pool."""
    form = DrawForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        organs = form.cleaned_data["organs"]
        return _url(services.draw_draft(actor=request.user, values=form.values(), organs=organs))

    return form_page(
        request,
        form,
        work,
        heading="拟定双随机抽查",
        submit="保存草稿",
        cancel_url=reverse(LIST[1]),
        done="草稿已保存。请核对名录和人员，再冻结并公布校验值。",
        template="draws/draw_form.html",
        crumbs=_crumbs(("拟定", "")),
    )


@desk_page("draws.draw_edit")
def draw_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a draft."""
    draw = _get(request, uid)
    form = DrawForm(**data(request), instance=_get(request, uid), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        services.draw_edit(
            actor=request.user,
            draw=draw,
            values=form.values(),
            organs=form.cleaned_data["organs"],
            version=posted_version(request),
        )
        return _url(draw)

    return form_page(
        request,
        form,
        work,
        heading="修改抽查方案",
        submit="保存",
        cancel_url=_url(draw),
        done="已保存。",
        template="draws/draw_form.html",
        version=draw.version,
        crumbs=_crumbs((draw.title, _url(draw)), ("修改", "")),
    )


@desk_page("draws.draw_edit")
def draw_count(request: AuthedRequest) -> HttpResponse:
    """How large the pool would be and how many would be drawn, for the form as it is filled now."""
    form = DrawForm(data=request.GET, actor=request.user)
    form.is_valid()
    known = form.cleaned_data
    bureau = request.user.bureau
    if bureau is None:
        raise Http404("没有主管部门的账号不能拟定抽查。")
    draw = Draw(bureau=bureau, region=bureau.region, created_by=request.user)
    draw.filters, draw.shares = form.conditions(), form.shares()
    day = known.get("planned_on") or timezone.localdate()
    lead = known.get("lead_organ")
    organs = {*(organ.pk for organ in known.get("organs") or ()), *([lead.pk] if lead else [])}
    cards = [row for row in pools.certificates_of(organs, day) if row.is_valid_on(day)]
    preview = pools.preview(draw)
    context = {
        "preview": preview,
        "officers": len(cards),
        "day": day,
        "cap": _cap(draw, day),
        "percent": round(preview.drawn * 100 / preview.size, 1) if preview.size else 0,
    }
    return render(request, "draws/_count.html", context)


def _cap(draw: Draw, day: Any) -> int:
    try:
        return int(policy.value(guards.CAP, region=draw.region, on=day).value)
    except DomainError:
        return 100


@desk_page("draws.draw_view")
def draw_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One draw: plan, pool, public value, result, what may be done now."""
    draw = _get(request, uid)
    user = request.user
    teams = selectors.teams_of(draw) if draw.drawn_at else []
    page = Paginator(teams, TEAMS_SHOWN).get_page(request.GET.get("page"))
    is_planned = bool(teams) and all(team.deployment or team.problem for team in teams)
    context = {
        "draw": draw,
        "crumbs": _crumbs((draw.title, "")),
        "actions": offers_as_actions(_offers(request, draw), _step_address(draw), None),
        "facts": _facts(draw),
        "conditions": pools.conditions(draw),
        "preview": pools.preview(draw) if draw.status == "DRAFT" else None,
        "frozen": pools.frozen_preview(draw) if draw.frozen_at and not teams else None,
        "officers": [row for row in pools.certificates(draw) if row.is_valid_on(draw.planned_on)]
        if draw.status == "DRAFT"
        else [],
        "teams": page.object_list,
        "page": page,
        "team_count": len(teams),
        "uncertified": selectors.uncertified_of(draw) if draw.drawn_at else [],
        "findings": selectors.findings_of(draw) if draw.drawn_at else {},
        "problems": PROBLEMS,
        "steps": _stepper(draw),
        "may_edit": draw.status == "DRAFT" and user.may("draws.draw_edit"),
        "may_plan": draw.status == "DRAWN" and not is_planned and user.may("inspections.deployment_edit"),
        "may_repeat": _may_repeat(draw) and user.may("draws.draw_edit"),
        "public_url": reverse("draws_public:draw_detail", kwargs={"uid": draw.uid}) if draw.frozen_at else "",
    }
    return render(request, "draws/draw_detail.html", context)


def _may_repeat(draw: Draw) -> bool:
    return draw.status == "ABORTED" and draw.frozen_at is not None and not hasattr(draw, "successor")


def _offers(request: AuthedRequest, draw: Draw) -> list[Offer]:
    """Only the next step of reading the public value is offered."""
    hidden = set()
    if draw.is_confirmed:
        hidden = {"enter", "confirm"}
    elif not draw.entropy_value:
        hidden = {"confirm", "draw"}
    else:
        hidden = {"draw"}
    return [row for row in available_transitions(request.user, draw) if row.transition.name not in hidden]


def _step_address(draw: Draw) -> Any:
    def address(name: str) -> str:
        url = reverse("draws:draw_step", kwargs={"uid": draw.uid, "name": name})
        return f"POST {url}" if name in ONE_CLICK else url

    return address


def _facts(draw: Draw) -> list[dict[str, Any]]:
    facts = [
        {"label": "抽查编号", "value": draw.number},
        {"label": "牵头机关", "value": draw.lead_organ.name},
        {"label": "检查日期", "value": f"{draw.planned_on:%Y-%m-%d} 至 {draw.planned_until:%Y-%m-%d}"},
        {"label": "每组", "value": f"执法人员 {draw.team_size} 人，检查 {draw.places_per_team} 家"},
        {
            "label": "专项行动",
            "value": draw.campaign.name if draw.campaign else "",
            "url": reverse("fieldwork:campaign_detail", kwargs={"uid": draw.campaign.uid})
            if draw.campaign
            else "",
        },
        {"label": "检查清单", "value": str(draw.checklist_version or "")},
        {"label": "抽查依据", "value": draw.basis},
        {"label": "抽查事项", "value": draw.item},
        {"label": "拟定人", "value": draw.created_by.name},
        {"label": "超过比例上限的理由", "value": draw.cap_reason},
        {"label": "重新抽取理由", "value": draw.repeat_reason},
        {"label": "中止理由", "value": draw.abort_reason},
    ]
    return [fact for fact in facts if fact["value"]]


def _stepper(draw: Draw) -> list[dict[str, Any]]:
    times = [
        ("冻结并公布校验值", draw.frozen_at),
        ("公开值", draw.entropy_confirmed_at),
        ("抽取", draw.drawn_at),
        ("公示结果", draw.published_at),
    ]
    steps: list[dict[str, Any]] = [
        {"label": "拟定", "at": None, "state": "done" if draw.frozen_at else "now"}
    ]
    for label, at in times:
        is_next = not at and (not steps or steps[-1]["state"] == "done") and draw.status != "ABORTED"
        steps.append({"label": label, "at": at, "state": "done" if at else "now" if is_next else "todo"})
    if draw.status == "ABORTED":
        steps = [step for step in steps if step["at"] or step["label"] == "拟定"]
        steps[0]["state"] = "done"
        steps.append({"label": "中止", "at": draw.aborted_at, "state": "failed", "note": draw.abort_reason})
    return steps


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


@desk_page("draws.draw_view")
def draw_result(request: AuthedRequest, uid: UUID) -> HttpResponse | StreamingHttpResponse:
    """The drawn places with their teams as a sheet (`?export=xlsx|csv`)."""
    draw = _get(request, uid)
    if not draw.drawn_at:
        raise Http404("还没有抽取。")
    rows = [{"team": team, "place": place} for team in selectors.teams_of(draw) for place in team.places]
    kind = "csv" if request.GET.get("export") == "csv" else "xlsx"
    return export_response(rows, RESULT_COLUMNS, f"{draw.title}抽取结果", kind)


@desk_page("draws.draw_view")
def draw_pool_file(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The frozen pool, byte for byte."""
    draw = _get(request, uid)
    if not draw.frozen_at:
        raise Http404("名录还没有冻结。")
    return json_file(draw, draw.pool_text, "冻结名录")


@desk_page("draws.draw_view")
def draw_record_file(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The record of the draw, byte for byte."""
    draw = _get(request, uid)
    if not draw.drawn_at:
        raise Http404("还没有抽取。")
    return json_file(draw, draw.result_text, "抽取结果")
