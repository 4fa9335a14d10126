"""Desk pages of standing recusals and skills."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    data,
    desk_page,
    form_page,
    run_transition,
)
from draws import selectors, services
from draws.filters import RecusalFilter
from draws.forms import ReasonForm, RecusalForm, SkillForm

RECUSAL_COLUMNS = (
    Column("执法人员", lambda row: row.user.name),
    Column("单位", lambda row: row.user.organisation.name if row.user.organisation else "", 24),
    Column("回避的机构", lambda row: row.institution.name, 36),
    Column("事由", lambda row: row.ground, 36),
    Column("登记时间", lambda row: row.declared_at),
    Column("解除时间", lambda row: row.ended_at),
    Column("解除理由", lambda row: row.end_reason, 30),
)
SKILL_COLUMNS = (
    Column("执法人员", lambda row: row.user.name),
    Column("单位", lambda row: row.user.organisation.name if row.user.organisation else "", 24),
    Column("专业", lambda row: row.get_skill_display(), 20),
    Column("依据", lambda row: row.proof, 36),
)


@desk_page("draws.recusal_declare")
def recusal_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Who stands aside from whom."""
    return ListPage(
        request=request,
        rows=selectors.recusals_visible(request.user),
        template="draws/recusal_list.html",
        title="回避关系",
        columns=RECUSAL_COLUMNS,
        filterset=RecusalFilter,
        context={"may_manage": request.user.may("draws.recusal_manage"), "crumbs": _crumbs("回避关系")},
    ).response()


def _crumbs(label: str) -> list[dict[str, str]]:
    return [{"label": "双随机抽查", "url": reverse("draws:draw_list")}, {"label": label, "url": ""}]


@desk_page("draws.recusal_declare")
def recusal_add(request: AuthedRequest) -> HttpResponse:
    """Register a recusal."""
    form = RecusalForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        services.recusal_add(actor=request.user, **form.cleaned_data)
        return reverse("draws:recusal_list")

    return form_page(
        request,
        form,
        work,
        heading="登记回避关系",
        submit="登记",
        cancel_url=reverse("draws:recusal_list"),
        done="已登记，以后冻结的抽取都会回避。",
        crumbs=_crumbs("登记回避关系"),
    )


@desk_page("draws.recusal_manage")
def recusal_end(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """End a recusal with its reason."""
    recusal = selectors.recusal_get(request.user, uid)
    if recusal is None:
        raise Http404("没有找到这条回避关系，或您无权查看。")
    form = ReasonForm(**data(request))
    form.fields["reason"].help_text = ""

    def work(values: dict[str, Any]) -> str:
        services.recusal_end(actor=request.user, recusal=recusal, reason=form.cleaned_data["reason"])
        return reverse("draws:recusal_list")

    return form_page(
        request,
        form,
        work,
        heading=f"解除回避：{recusal.user.name}—{recusal.institution.name}",
        submit="解除回避",
        cancel_url=reverse("draws:recusal_list"),
        done="已解除。",
        template="ui/confirm_page.html",
        sentence=f"登记的事由：{recusal.ground}",
        crumbs=_crumbs("解除回避"),
    )


@desk_page("draws.skill_manage")
def skill_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Skills of officers."""
    return ListPage(
        request=request,
        rows=selectors.skills_visible(request.user),
        template="draws/skill_list.html",
        title="执法人员专业",
        columns=SKILL_COLUMNS,
        context={"crumbs": _crumbs("执法人员专业")},
    ).response()


@desk_page("draws.skill_manage")
def skill_add(request: AuthedRequest) -> HttpResponse:
    """Register a skill."""
    form = SkillForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        services.skill_add(actor=request.user, **form.cleaned_data)
        return reverse("draws:skill_list")

    return form_page(
        request,
        form,
        work,
        heading="登记执法人员专业",
        submit="登记",
        cancel_url=reverse("draws:skill_list"),
        done="已登记。",
        crumbs=_crumbs("登记专业"),
    )


@desk_page("draws.skill_manage")
@require_POST
def skill_end(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Strike a skill."""
    skill = selectors.skill_get(request.user, uid)
    if skill is None:
        raise Http404("没有找到这项专业，或您无权查看。")
    run_transition(request, lambda: services.skill_end(actor=request.user, skill=skill), "已撤销。")
    return redirect("draws:skill_list")
