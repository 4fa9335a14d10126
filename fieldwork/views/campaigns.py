"""Desk pages of campaigns and checklists."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework import registries
from casework.errors import StaleVersion
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    desk_page,
    fresh_key,
    get_visible,
    guarded,
    offers_as_actions,
    posted_version,
    run_transition,
    submit_once,
    version_conflict,
)
from casework.workflow import available_transitions
from fieldwork import selectors, services
from fieldwork.filters import CampaignFilter
from fieldwork.forms import CampaignForm, CancelForm, FinishForm, StageFormSet, stage_initial, stages_of
from fieldwork.models import Campaign

CAMPAIGN_COLUMNS = (
    Column("编号", lambda row: row.code),
    Column("名称", lambda row: row.name, 40),
    Column("类别", lambda row: row.get_kind_display(), 24),
    Column("部署单位", lambda row: row.issuer, 24),
    Column("依据文号", lambda row: row.basis_no, 24),
    Column("开始日期", lambda row: row.starts_on),
    Column("结束日期", lambda row: row.ends_on),
    Column("状态", lambda row: row.get_status_display()),
)


@desk_page("fieldwork.campaign_view")
def campaign_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """The register of campaigns."""
    return ListPage(
        request=request,
        rows=selectors.campaigns_visible(request.user),
        template="fieldwork/campaign_list.html",
        title="专项行动",
        columns=CAMPAIGN_COLUMNS,
        filterset=CampaignFilter,
        unit="项",
        context={"may_edit": request.user.may("fieldwork.campaign_edit")},
    ).response()


@desk_page("fieldwork.campaign_view")
def campaign_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One campaign: facts, timetable, departments, what other rooms have done under it."""
    campaign = get_visible(selectors.campaign_file(request.user), request.user, uid)
    addresses = {
        "start": f"POST {reverse('fieldwork:campaign_start', kwargs={'uid': uid})}",
        "finish": reverse("fieldwork:campaign_finish", kwargs={"uid": uid}),
        "cancel": reverse("fieldwork:campaign_cancel", kwargs={"uid": uid}),
    }
    offers = available_transitions(request.user, campaign)
    may_edit = request.user.may("fieldwork.campaign_edit") and campaign.status in services.EDITABLE
    context = {
        "campaign": campaign,
        "crumbs": _crumbs(campaign.name),
        "actions": offers_as_actions(offers, addresses.get, campaign.version),
        "edit_url": reverse("fieldwork:campaign_edit", kwargs={"uid": uid}) if may_edit else "",
        "facts": _facts(campaign),
        "panels": _panels(request, campaign),
    }
    return render(request, "fieldwork/campaign_detail.html", context)


@desk_page("fieldwork.campaign_edit")
def campaign_create(request: AuthedRequest) -> HttpResponse:
    """Draw up a campaign."""
    form = CampaignForm(request.POST or None, actor=request.user)
    stages = StageFormSet(request.POST or None, prefix="stages")
    if request.method == "POST" and form.is_valid() and stages.is_valid():
        with guarded(form):
            return redirect(
                submit_once(
                    actor=request.user,
                    key=request.POST.get("idempotency_key", ""),
                    work=lambda: _address(
                        services.campaign_create(
                            actor=request.user,
                            values=form.values(),
                            stages=stages_of(stages),
                            departments=form.cleaned_data["departments"],
                        )
                    ),
                )
            )
    context = {
        "form": form,
        "stages": stages,
        "heading": "起草专项行动",
        "submit": "保存草稿",
        "cancel_url": reverse("fieldwork:campaign_list"),
        "idempotency_key": request.POST.get("idempotency_key") or fresh_key(),
        "crumbs": _crumbs("起草"),
    }
    return render(request, "fieldwork/campaign_form.html", context, status=_status(request))


@desk_page("fieldwork.campaign_edit")
def campaign_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a campaign and its timetable."""
    campaign = get_visible(selectors.campaign_file(request.user), request.user, uid)
    form = CampaignForm(request.POST or None, instance=campaign, actor=request.user)
    stages = StageFormSet(request.POST or None, prefix="stages", initial=stage_initial(campaign))
    conflict: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid() and stages.is_valid():
        with guarded(form):
            try:
                services.campaign_edit(
                    actor=request.user,
                    campaign=campaign,
                    values=form.values(),
                    stages=stages_of(stages),
                    departments=form.cleaned_data["departments"],
                    version=posted_version(request),
                )
            except StaleVersion as error:
                conflict = _conflict(error, form)
                raise
        if not form.errors:
            return redirect("fieldwork:campaign_detail", uid=uid)
    context = {
        "form": form,
        "stages": stages,
        "heading": f"修改：{campaign.name}",
        "submit": "保存",
        "cancel_url": reverse("fieldwork:campaign_detail", kwargs={"uid": uid}),
        "version": campaign.version,
        "conflict": conflict,
        "crumbs": _crumbs("修改"),
    }
    return render(request, "fieldwork/campaign_form.html", context, status=_status(request))


@desk_page("fieldwork.campaign_edit")
@require_POST
def campaign_start(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Start it."""
    campaign = get_visible(selectors.campaigns_visible(request.user), request.user, uid)
    run_transition(
        request, lambda: services.campaign_start(actor=request.user, campaign=campaign), "专项行动已启动。"
    )
    return redirect("fieldwork:campaign_detail", uid=uid)


@desk_page("fieldwork.campaign_edit")
def campaign_finish(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """End it with a summary."""
    campaign = get_visible(selectors.campaigns_visible(request.user), request.user, uid)
    form = FinishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.campaign_finish(
                actor=request.user, campaign=campaign, result=form.cleaned_data["result"]
            )
        if form.is_valid():
            return redirect("fieldwork:campaign_detail", uid=uid)
    return _step(request, campaign, form, "结束专项行动", "结束", danger=False)


@desk_page("fieldwork.campaign_edit")
def campaign_cancel(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Give up a draft."""
    campaign = get_visible(selectors.campaigns_visible(request.user), request.user, uid)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.campaign_cancel(
                actor=request.user, campaign=campaign, reason=form.cleaned_data["reason"]
            )
        if form.is_valid():
            return redirect("fieldwork:campaign_detail", uid=uid)
    return _step(request, campaign, form, "取消专项行动", "取消专项行动", danger=True)


def _conflict(error: StaleVersion, form: CampaignForm) -> dict[str, Any]:
    """The other person's values; the departments, a set of their own, are left out."""
    conflict = version_conflict(error.current, form)
    conflict["rows"] = [row for row in conflict["rows"] if row["label"] != form["departments"].label]
    return conflict


def _step(
    request: AuthedRequest, campaign: Campaign, form: Any, heading: str, submit: str, *, danger: bool
) -> HttpResponse:
    context = {
        "campaign": campaign,
        "form": form,
        "heading": heading,
        "submit": submit,
        "danger": danger,
        "cancel_url": _address(campaign),
        "crumbs": _crumbs(heading),
    }
    return render(request, "fieldwork/campaign_step.html", context, status=_status(request))


def _facts(campaign: Campaign) -> list[dict[str, Any]]:
    ends = f"{campaign.ends_on:%Y-%m-%d}" if campaign.ends_on else "长期"
    departments = "、".join(str(row) for row in campaign.departments.all())
    return [
        {"label": "编号", "value": campaign.code},
        {"label": "类别", "value": campaign.get_kind_display()},
        {"label": "部署单位", "value": campaign.issuer},
        {"label": "依据文号", "value": campaign.basis_no or "—"},
        {"label": "起止日期", "value": f"{campaign.starts_on:%Y-%m-%d} 至 {ends}"},
        {"label": "使用清单", "value": str(campaign.checklist or "不指定")},
        {"label": "参加部门", "value": departments or "—"},
    ]


def _panels(request: HttpRequest, campaign: Campaign) -> list[dict[str, Any]]:
    panels = sorted(registries.panels.of("fieldwork.Campaign"), key=lambda panel: panel.order)
    return [
        {"label": panel.label, "template": panel.template, "context": panel.context(request.user, campaign)}
        for panel in panels
        if not panel.permission or request.user.may(panel.permission)  # type: ignore[union-attr]
    ]


def _crumbs(label: str) -> list[dict[str, str]]:
    return [{"label": "专项行动", "url": reverse("fieldwork:campaign_list")}, {"label": label}]


def _address(campaign: Campaign) -> str:
    return reverse("fieldwork:campaign_detail", kwargs={"uid": campaign.uid})


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
