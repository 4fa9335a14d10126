"""Desk pages of yearly plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from burden import selectors, services
from burden.filters import PlanFilter
from burden.forms import ItemForm, LinkForm, PlanEditForm, PlanForm
from burden.models import PlanItem, YearlyPlan
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
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
    told,
)
from casework.workflow import available_transitions
from inspections.forms import ReasonForm
from inspections.selectors import deployment_file

COLUMNS = (
    Column("年度", lambda row: row.year),
    Column("检查机关", lambda row: row.organ.name, 24),
    Column("文号", lambda row: row.number, 24),
    Column("事项（项）", lambda row: row.item_n),
    Column("计划家次", lambda row: row.visit_n or 0),
    Column("状态", lambda row: row.get_status_display()),
    Column("公布时间", lambda row: row.published_at),
)
ONE_CLICK: dict[str, tuple[Callable[..., YearlyPlan], str]] = {
    "submit": (services.plan_submit, "已送审，等待局领导批准。"),
    "publish": (services.plan_publish, "已公布，公众可在“涉企检查公开”查看。"),
}
WORDED: dict[str, tuple[str, bool, Callable[..., YearlyPlan], str, str]] = {
    "approve": ("审批意见", False, services.plan_approve, "note", "已批准。"),
    "return": ("退回理由", True, services.plan_return, "reason", "已退回修改。"),
}


def _url(plan: YearlyPlan) -> str:
    return reverse("burden:plan_detail", kwargs={"uid": plan.uid})


def _crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    return crumbs(("检查计划", reverse("burden:plan_list")), *more)


def _get(request: AuthedRequest, uid: UUID) -> YearlyPlan:
    return get_visible(selectors.plan_file(request.user), request.user, uid)


def _item(request: AuthedRequest, uid: UUID) -> PlanItem:
    item = selectors.item_get(request.user, uid)
    if item is None:
        raise Http404("没有找到这个计划事项。")
    return item


@desk_page("burden.plan_view")
def plan_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Plans of every organ and year."""
    return ListPage(
        request=request,
        rows=selectors.plans_visible(request.user),
        template="burden/plan_list.html",
        title="年度检查计划",
        columns=COLUMNS,
        filterset=PlanFilter,
        unit="份",
        context={
            "may_edit": request.user.may("burden.plan_edit"),
            "may_ratings": request.user.may("burden.rating_view"),
        },
    ).response()


@desk_page("burden.plan_view")
def plan_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One plan: its items, how far each has come, its steps."""
    plan = _get(request, uid)
    items = list(selectors.items_of(plan))

    def address(name: str) -> str:
        url = reverse("burden:plan_step", kwargs={"uid": plan.uid, "name": name})
        return f"POST {url}" if name in ONE_CLICK else url

    context = {
        "plan": plan,
        "items": items,
        "planned_total": sum(item.planned_n for item in items),
        "done_total": sum(getattr(item, "done_n", 0) for item in items),
        "crumbs": _crumbs((str(plan), "")),
        "may_edit": plan.status == "DRAFT" and request.user.may("burden.plan_edit"),
        "actions": offers_as_actions(available_transitions(request.user, plan), address),
        "papers": papers(paper(str(plan), plan.document)),
        "facts": told(
            [
                {"label": "检查机关", "value": plan.organ.name},
                {"label": "编制依据", "value": plan.basis},
                {"label": "编制人", "value": plan.created_by.name},
                {
                    "label": "批准人",
                    "value": plan.approved_by.name if plan.approved_by else "",
                    "sub": plan.approval_note,
                },
                {"label": "说明", "value": plan.note},
            ]
        ),
    }
    return render(request, "burden/plan_detail.html", context)


@desk_page("burden.plan_edit")
def plan_create(request: AuthedRequest) -> HttpResponse:
    """Begin a plan."""
    form = PlanForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        return _url(services.plan_draft(actor=request.user, **values))

    return form_page(
        request,
        form,
        work,
        heading="编制年度检查计划",
        submit="开始编制",
        cancel_url=reverse("burden:plan_list"),
        done="已建立草稿，请逐项添加检查事项。",
        crumbs=_crumbs(("编制", "")),
        sentence="该机关本年度已有公布的计划时，会把其中的事项带入新稿，公布新计划后原计划由新计划代替。",
    )


@desk_page("burden.plan_edit")
def plan_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change the words of a draft."""
    plan = _get(request, uid)
    form = PlanEditForm(**data(request), initial={"basis": plan.basis, "note": plan.note})

    def work(values: dict[str, Any]) -> str:
        services.plan_edit(actor=request.user, plan=plan, values=values, version=posted_version(request))
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


def _split(values: dict[str, Any]) -> dict[str, Any]:
    partners = values.pop("partners")
    return {"values": values, "partners": partners}


@desk_page("burden.plan_edit")
def item_add(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Add a line."""
    plan = _get(request, uid)
    form = ItemForm(**data(request), actor=request.user, initial={"basis": plan.basis})

    def work(values: dict[str, Any]) -> str:
        services.item_add(actor=request.user, plan=plan, **_split(values))
        return _url(plan)

    return form_page(
        request,
        form,
        work,
        heading="添加检查事项",
        submit="添加",
        cancel_url=_url(plan),
        done="已添加。",
        crumbs=_crumbs((str(plan), _url(plan)), ("添加事项", "")),
        two_columns=True,
    )


@desk_page("burden.plan_edit")
def item_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a line."""
    item = _item(request, uid)
    form = ItemForm(**data(request), actor=request.user, instance=_item(request, uid))

    def work(values: dict[str, Any]) -> str:
        services.item_edit(actor=request.user, item=item, **_split(values))
        return _url(item.plan)

    return form_page(
        request,
        form,
        work,
        heading=f"修改事项：{item.subject}",
        submit="保存",
        cancel_url=_url(item.plan),
        done="已保存。",
        crumbs=_crumbs((str(item.plan), _url(item.plan)), ("修改事项", "")),
        two_columns=True,
    )


@desk_page("burden.plan_edit")
@require_POST
def item_remove(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Strike a line."""
    item = _item(request, uid)
    plan = item.plan
    run_transition(request, lambda: services.item_remove(actor=request.user, item=item), "已删除。")
    return redirect(_url(plan))


@desk_page("burden.plan_view")
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


@desk_page("burden.outing_link")
def outing_link(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Put an outing under the plan."""
    deployment = get_visible(deployment_file(request.user), request.user, uid)
    known = selectors.planned_of(deployment)
    initial = {"item": known.item_id, "outside_reason": known.outside_reason} if known else {}
    form = LinkForm(**data(request), deployment=deployment, initial=initial)
    back = reverse("inspections:deployment_detail", kwargs={"uid": deployment.uid})

    def work(values: dict[str, Any]) -> str:
        services.outing_link(actor=request.user, deployment=deployment, **values)
        return back

    return form_page(
        request,
        form,
        work,
        heading=f"列入年度计划：{deployment.name}",
        submit="保存",
        cancel_url=back,
        done="已登记。",
        crumbs=crumbs((deployment.name, back), ("列入年度计划", "")),
    )
