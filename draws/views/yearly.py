"""Desk pages of the year's plan of random inspections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    get_visible,
    offers_as_actions,
    paper,
    papers,
    posted_version,
    run_transition,
)
from casework.web.kit import Register, facts, register_page
from casework.web.listing import export_response
from casework.workflow import available_transitions
from draws import selectors, services
from draws.filters import DrawPlanFilter
from draws.forms import PlanEditForm, PlanForm, PlanRowForm
from draws.models import DrawPlan, DrawPlanRow
from inspections.forms import ReasonForm

TITLE = "年度双随机抽查计划"
COLUMNS = (
    Column("年度", lambda row: row.year),
    Column("编制机关", lambda row: row.organ.name, 24),
    Column("文号", lambda row: row.number, 24),
    Column("抽查事项（项）", lambda row: row.row_n),
    Column("状态", lambda row: row.get_status_display()),
    Column("公布时间", lambda row: row.published_at),
)
ROW_COLUMNS = (
    Column("序号", lambda line: line.row.position),
    Column("抽查事项", lambda line: line.row.item, 36),
    Column("抽查对象", lambda line: line.row.pool, 36),
    Column("抽查比例（%）", lambda line: line.row.percent),
    Column("开始日期", lambda line: line.row.window_from),
    Column("结束日期", lambda line: line.row.window_until),
    Column("牵头部门", lambda line: line.row.lead_organ.short_name),
    Column("联合部门", lambda line: "、".join(organ.short_name for organ in line.row.partners.all()), 24),
    Column("进度", lambda line: line.label, 20),
    Column("抽查", lambda line: "、".join(draw.number for draw in line.draws if draw.number), 36),
    Column("抽中家次", lambda line: line.drawn),
)
ONE_CLICK: dict[str, tuple[Callable[..., DrawPlan], str]] = {
    "submit": (services.draw_plan_submit, "已送审，等待局领导批准。"),
    "publish": (services.draw_plan_publish, "已公布，公众可在“双随机抽查”查看。"),
}
WORDED: dict[str, tuple[str, bool, Callable[..., DrawPlan], str, str]] = {
    "approve": ("审批意见", False, services.draw_plan_approve, "note", "已批准。"),
    "return": ("退回理由", True, services.draw_plan_return, "reason", "已退回修改。"),
}


def _url(plan: DrawPlan) -> str:
    return reverse("draws:plan_detail", kwargs={"uid": plan.uid})


def _crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    return crumbs(("双随机抽查", reverse("draws:draw_list")), ("年度计划", reverse("draws:plan_list")), *more)


def _get(request: AuthedRequest, uid: UUID) -> DrawPlan:
    return get_visible(selectors.draw_plan_file(request.user).distinct(), request.user, uid)


def _row(request: AuthedRequest, uid: UUID) -> DrawPlanRow:
    row = selectors.plan_row_get(request.user, uid)
    if row is None:
        raise Http404("没有找到这个抽查事项。")
    return row


def _cells(plan: DrawPlan) -> list[dict[str, Any]]:
    return [
        {"text": str(plan), "url": _url(plan), "sub": plan.organ.short_name},
        {"text": plan.number or "—"},
        {"text": f"{plan.row_n} 项"},  # type: ignore[attr-defined]
        {"status": plan, "sub": f"{plan.published_at:%Y-%m-%d} 公布" if plan.published_at else ""},
    ]


@desk_page("draws.draw_view")
def plan_list(request: AuthedRequest) -> HttpResponseBase:
    """Plans of every year."""
    return register_page(
        request,
        rows=selectors.draw_plans_visible(request.user),
        title=TITLE,
        subtitle="每年一份，批准后公布；每次抽查对应一个事项",
        register=Register(("计划", "文号", "抽查事项", "状态"), _cells),
        columns=COLUMNS,
        filterset=DrawPlanFilter,
        unit="份",
        create=("编制年度计划", "draws:plan_create", "draws.plan_edit"),
        empty="年初编制，局领导批准后公布。",
        crumbs=crumbs(("双随机抽查", reverse("draws:draw_list")), ("年度计划", "")),
    )


@desk_page("draws.draw_view")
def plan_detail(request: AuthedRequest, uid: UUID) -> HttpResponseBase:
    """One plan: its rows, how far each has come, its steps (`?export=xlsx|csv` gives the rows)."""
    plan = _get(request, uid)
    lines = selectors.progress_of(plan)
    if kind := request.GET.get("export"):
        name = f"{plan}-{plan.number or '草稿'}"
        return export_response(lines, ROW_COLUMNS, name, "csv" if kind == "csv" else "xlsx")

    def address(name: str) -> str:
        url = reverse("draws:plan_step", kwargs={"uid": plan.uid, "name": name})
        return f"POST {url}" if name in ONE_CLICK else url

    counts = {state: sum(line.state == state for line in lines) for state in selectors.ROW_STATES}
    context = {
        "plan": plan,
        "lines": lines,
        "reachable": selectors.reachable(request.user, lines),
        "counts": [
            {"label": label, "tone": tone, "n": counts[state]}
            for state, (label, tone) in selectors.ROW_STATES.items()
            if counts[state]
        ],
        "crumbs": _crumbs((str(plan), "")),
        "may_edit": plan.status == "DRAFT" and request.user.may("draws.plan_edit"),
        "may_draw": plan.status == "PUBLISHED" and request.user.may("draws.draw_edit"),
        "is_public": plan.published_at is not None,
        "actions": offers_as_actions(available_transitions(request.user, plan), address),
        "papers": papers(paper(str(plan), plan.document)),
        "facts": facts(
            ("编制机关", plan.organ.name),
            ("编制依据", plan.basis),
            ("编制人", plan.created_by.name),
            ("批准人", plan.approved_by.name if plan.approved_by else ""),
            ("审批意见", plan.approval_note),
            ("说明", plan.note),
        ),
    }
    return render(request, "draws/plan_detail.html", context)


@desk_page("draws.plan_edit")
def plan_create(request: AuthedRequest) -> HttpResponse:
    """Begin a plan."""
    form = PlanForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        return _url(services.draw_plan_draft(actor=request.user, **values))

    return form_page(
        request,
        form,
        work,
        heading="编制年度双随机抽查计划",
        submit="开始编制",
        cancel_url=reverse("draws:plan_list"),
        done="已建立草稿，请逐项添加抽查事项。",
        crumbs=_crumbs(("编制", "")),
        sentence="本年度已有公布的计划时，会把其中的事项带入新稿；公布新计划后原计划由新计划代替，已做的抽查仍然算数。",
    )


@desk_page("draws.plan_edit")
def plan_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change the words of a draft."""
    plan = _get(request, uid)
    form = PlanEditForm(**data(request), initial={"basis": plan.basis, "note": plan.note})

    def work(values: dict[str, Any]) -> str:
        services.draw_plan_edit(actor=request.user, plan=plan, values=values, version=posted_version(request))
        return _url(plan)

    return form_page(
        request,
        form,
        work,
        heading=f"修改：{plan}",
        submit="保存",
        cancel_url=_url(plan),
        done="已保存。",
        version=plan.version,
        crumbs=_crumbs((str(plan), _url(plan)), ("修改", "")),
    )


@desk_page("draws.plan_edit")
def row_add(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Add a row."""
    plan = _get(request, uid)
    form = PlanRowForm(**data(request), actor=request.user, plan=plan)

    def work(values: dict[str, Any]) -> str:
        services.plan_row_add(
            actor=request.user, plan=plan, values=form.values(), partners=form.cleaned_data["partners"]
        )
        return _url(plan)

    return form_page(
        request,
        form,
        work,
        heading="添加抽查事项",
        submit="添加",
        cancel_url=_url(plan),
        done="已添加。",
        crumbs=_crumbs((str(plan), _url(plan)), ("添加事项", "")),
        two_columns=True,
    )


@desk_page("draws.plan_edit")
def row_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a row."""
    row = _row(request, uid)
    form = PlanRowForm(**data(request), actor=request.user, plan=row.plan, instance=_row(request, uid))

    def work(values: dict[str, Any]) -> str:
        services.plan_row_edit(
            actor=request.user, row=row, values=form.values(), partners=form.cleaned_data["partners"]
        )
        return _url(row.plan)

    return form_page(
        request,
        form,
        work,
        heading=f"修改事项：{row.item}",
        submit="保存",
        cancel_url=_url(row.plan),
        done="已保存。",
        crumbs=_crumbs((str(row.plan), _url(row.plan)), ("修改事项", "")),
        two_columns=True,
    )


@desk_page("draws.plan_edit")
@require_POST
def row_remove(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Strike a row."""
    row = _row(request, uid)
    plan = row.plan
    run_transition(request, lambda: services.plan_row_remove(actor=request.user, row=row), "已删除。")
    return redirect(_url(plan))


@desk_page("draws.draw_view")
def plan_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """Take one step."""
    plan = _get(request, uid)
    if name in ONE_CLICK and request.method == "POST":
        service, done = ONE_CLICK[name]
        run_transition(request, lambda: service(actor=request.user, plan=plan), done)
        return redirect(_url(plan))
    offers = {offer.transition.name: offer for offer in available_transitions(request.user, plan)}
    if name not in WORDED or name not in offers:
        raise Http404("这一步现在不能办理。")
    label, required, worded, argument, done = WORDED[name]
    form = ReasonForm(**data(request), label=label, required=required)

    def work(values: dict[str, Any]) -> str:
        worded(actor=request.user, plan=plan, **{argument: values["reason"]})
        return _url(plan)

    arrow = offers[name].transition
    return form_page(
        request,
        form,
        work,
        heading=f"{arrow.label}：{plan}",
        submit=arrow.label,
        cancel_url=_url(plan),
        done=done,
        blockers=[str(reason) for reason in offers[name].reasons],
        template="ui/confirm_page.html",
        crumbs=_crumbs((str(plan), _url(plan)), (arrow.label, "")),
    )
