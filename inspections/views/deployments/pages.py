"""List, page and steps of an outing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_page
from django.urls import reverse
from django.views.decorators.http import require_POST

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
    run_transition,
    told,
)
from inspections import guards, selectors, services
from inspections.filters import DeploymentFilter
from inspections.forms import (
    ReasonForm,
)
from inspections.models import Deployment
from inspections.views.common import offers_of

COLUMNS = (
    Column("审批文号", lambda row: row.number, 24),
    Column("名称", lambda row: row.name, 40),
    Column("类别", lambda row: row.get_kind_display()),
    Column("专项行动", lambda row: row.campaign.name if row.campaign else "", 30),
    Column("牵头机关", lambda row: row.lead_organ.name, 24),
    Column("计划开始", lambda row: row.starts_at),
    Column("检查对象（家）", lambda row: row.stop_count),
    Column("检查组（人）", lambda row: row.people_count),
    Column("状态", lambda row: row.get_status_display()),
)
LIST = ("联合检查", "inspections:deployment_list")
STEPS = {
    "submit": (services.deployment_submit, "已送审，等待机关负责人审批。"),
    "notify": (services.deployment_notify, "检查通知书已制作。"),
    "start": (services.deployment_start, "检查已开始。"),
    "finish": (services.deployment_finish, "检查已结束。"),
}
WORDED: dict[str, tuple[str, bool, Callable[..., Deployment], str, str]] = {
    "approve": ("审批意见", False, services.deployment_approve, "note", "已批准。"),
    "approve_late": ("补办审批意见", False, services.deployment_approve_late, "note", "已补办审批。"),
    "return": ("退回理由", True, services.deployment_return, "reason", "已退回修改。"),
    "start_emergency": (
        "应急事由",
        True,
        services.deployment_start_emergency,
        "reason",
        "应急检查已开始，请按期补办审批。",
    ),
    "cancel": ("取消理由", True, services.deployment_cancel, "reason", "已取消。"),
}


def _url(deployment: Deployment) -> str:
    return reverse("inspections:deployment_detail", kwargs={"uid": deployment.uid})


def _crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    return crumbs((LIST[0], reverse(LIST[1])), *more)


def _get(request: AuthedRequest, uid: UUID) -> Deployment:
    return get_visible(selectors.deployment_file(request.user), request.user, uid)


@desk_page("inspections.deployment_view")
def deployment_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """The register of outings."""
    return ListPage(
        request=request,
        rows=selectors.deployments_visible(request.user),
        template="inspections/deployment_list.html",
        title="联合检查",
        columns=COLUMNS,
        filterset=DeploymentFilter,
        unit="次",
        context={"may_edit": request.user.may("inspections.deployment_edit")},
    ).response()


@desk_page("inspections.deployment_view")
def deployment_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One outing: plan, team, stops, papers, what may be done now."""
    deployment = _get(request, uid)
    user = request.user
    in_draft = deployment.status == "DRAFT" and user.may("inspections.deployment_edit")
    offers = offers_of(user, deployment)
    team_open = deployment.status in services.BEFORE_START
    context = {
        "deployment": deployment,
        "crumbs": _crumbs((deployment.name, "")),
        "actions": offers_as_actions(offers, _step_address(deployment), None),
        "facts": told(_facts(deployment)),
        "members": selectors.members_of(deployment),
        "visits": selectors.visits_of(user, deployment),
        "may_edit": in_draft,
        "may_team": team_open and user.may("inspections.deployment_edit"),
        "may_decide": user.may("inspections.recusal_decide"),
        "may_recuse": user.may("inspections.recusal_declare") and team_open,
        "may_renotify": deployment.status == "NOTIFIED"
        and user.may("inspections.deployment_notify")
        and bool(list(guards.is_notified(deployment, user))),
        "may_override": user.may("inspections.cap_override")
        and not deployment.is_cap_exempt
        and not deployment.cap_override_reason
        and deployment.status in services.BEFORE_START,
        "papers": papers(paper("行政检查审批表", deployment.approval_document)),
        "steps": _stepper(deployment),
    }
    return render_page(request, "inspections/deployment_detail.html", context)


def _step_address(deployment: Deployment) -> Any:
    def address(name: str) -> str | None:
        url = reverse("inspections:deployment_step", kwargs={"uid": deployment.uid, "name": name})
        return f"POST {url}" if name in STEPS else url

    return address


def _facts(deployment: Deployment) -> list[dict[str, Any]]:
    campaign = deployment.campaign
    facts: list[dict[str, Any]] = [
        {"label": "审批文号", "value": deployment.number},
        {"label": "检查类别", "value": deployment.get_kind_display()},
        {"label": "牵头机关", "value": deployment.lead_organ.name},
        {
            "label": "专项行动",
            "value": campaign.name if campaign else "",
            "url": reverse("fieldwork:campaign_detail", kwargs={"uid": campaign.uid}) if campaign else "",
        },
        {"label": "任务来源", "value": deployment.task_source},
        {"label": "检查依据", "value": deployment.basis},
        {"label": "检查清单", "value": str(deployment.checklist_version or "")},
        {"label": "起草人", "value": deployment.created_by.name},
        {
            "label": "批准人",
            "value": deployment.approved_by.name if deployment.approved_by else "",
            "sub": deployment.approval_note,
        },
    ]
    if deployment.is_emergency:
        facts.append({"label": "应急事由", "value": deployment.emergency_reason})
    cap = None if deployment.is_cap_exempt else guards.cap_on(deployment.region, deployment.planned_on)
    if cap is not None:
        facts.append({"label": "每家每年检查上限", "value": f"{cap.value} {cap.unit}", "rests_on": cap})
    if deployment.cap_override_reason:
        facts.append({"label": "超频次理由", "value": deployment.cap_override_reason})
    return facts


def _stepper(deployment: Deployment) -> list[dict[str, Any]]:
    order = ["DRAFT", "SUBMITTED", "APPROVED", "NOTIFIED", "UNDERWAY", "DONE"]
    labels = ["起草", "送审", "批准", "通知", "检查", "完成"]
    times = [
        deployment.created_at,
        deployment.submitted_at,
        deployment.approved_at,
        deployment.notified_at,
        deployment.started_at,
        deployment.finished_at,
    ]
    now = order.index(deployment.status) if deployment.status in order else -1
    steps = []
    for place, (label, at) in enumerate(zip(labels, times, strict=True)):
        state = (
            "now"
            if place == now and deployment.status != "DONE"
            else "done"
            if at and place <= now
            else "todo"
        )
        if place < now and not at:
            state = "skipped"
        steps.append({"label": label, "state": state, "at": at if place <= now else None})
    return steps


@desk_page("inspections.deployment_view")
def deployment_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """Take one step; those that need words show a form first."""
    deployment = _get(request, uid)
    if name in STEPS and request.method == "POST":
        service, done = STEPS[name]
        run_transition(request, lambda: service(actor=request.user, deployment=deployment), done)
        return redirect(_url(deployment))
    if name not in WORDED:
        raise Http404
    label, required, worded, argument, done = WORDED[name]
    form = ReasonForm(**data(request), label=label, required=required)
    offers = {offer.transition.name: offer for offer in offers_of(request.user, deployment)}
    offer = offers.get(name)
    if offer is None and request.method != "POST":
        raise Http404("这一步现在不能办理。")

    def work(values: dict[str, Any]) -> str:
        worded(actor=request.user, deployment=deployment, **{argument: values["reason"]})
        return _url(deployment)

    arrow = offer.transition.label if offer else label
    return form_page(
        request,
        form,
        work,
        heading=f"{arrow}：{deployment.name}",
        submit=arrow,
        cancel_url=_url(deployment),
        done=done,
        danger=bool(offer and offer.transition.is_danger),
        blockers=[str(reason) for reason in offer.reasons] if offer else [],
        template="ui/confirm_page.html",
        crumbs=_crumbs((deployment.name, _url(deployment)), (arrow, "")),
    )


@desk_page("inspections.deployment_notify")
@require_POST
def deployment_renotify(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Make the notices anew after a change of the team."""
    deployment = _get(request, uid)
    run_transition(
        request,
        lambda: services.deployment_notify(actor=request.user, deployment=deployment),
        "检查通知书已重新制作。",
    )
    return redirect(_url(deployment))
