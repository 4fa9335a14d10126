"""Pages of the team: joining, leaving, standing aside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse

from casework.web import (
    AuthedRequest,
    data,
    desk_page,
    form_page,
)
from inspections import selectors, services
from inspections.forms import (
    DecisionForm,
    MemberForm,
    ReasonForm,
    RecusalForm,
)
from inspections.models import DeploymentMember
from inspections.views.deployments.pages import _crumbs, _get, _url


@desk_page("inspections.deployment_view")
def member_add(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Add one person to the team."""
    deployment = _get(request, uid)
    form = MemberForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        services.member_add(actor=request.user, deployment=deployment, **values)
        return _url(deployment)

    return form_page(
        request,
        form,
        work,
        heading="添加检查组成员",
        submit="添加",
        cancel_url=_url(deployment),
        done="已加入检查组。",
        crumbs=_crumbs((deployment.name, _url(deployment)), ("添加成员", "")),
    )


def _member(request: AuthedRequest, uid: UUID) -> DeploymentMember:
    member = selectors.member_get(request.user, uid)
    if member is None:
        raise Http404("没有找到这位成员。")
    return member


@desk_page("inspections.deployment_edit")
def member_remove(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Take one person out of the team."""
    member = _member(request, uid)
    form = ReasonForm(**data(request), label="调出原因")

    def work(values: dict[str, Any]) -> str:
        services.member_remove(actor=request.user, member=member, reason=values["reason"])
        return _url(member.deployment)

    return form_page(
        request,
        form,
        work,
        heading=f"调出检查组：{member.person_name}",
        submit="调出",
        cancel_url=_url(member.deployment),
        done="已调出检查组。",
        danger=True,
        crumbs=_crumbs((member.deployment.name, _url(member.deployment)), ("调出成员", "")),
    )


@desk_page("inspections.recusal_declare")
def recusal_raise(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Declare a ground or file an application for 回避."""
    member = _member(request, uid)
    form = RecusalForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        services.recusal_raise(actor=request.user, member=member, **values)
        return _url(member.deployment)

    return form_page(
        request,
        form,
        work,
        heading=f"回避：{member.person_name}",
        submit="提交",
        cancel_url=_url(member.deployment),
        done="已登记回避事由。",
        crumbs=_crumbs((member.deployment.name, _url(member.deployment)), ("回避", "")),
    )


@desk_page("inspections.recusal_decide")
def recusal_decide(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Decide an application for 回避."""
    recusal = selectors.recusal_get(request.user, uid)
    if recusal is None:
        raise Http404("没有找到这件回避申请。")
    deployment = recusal.member.deployment
    form = DecisionForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        services.recusal_decide(actor=request.user, recusal=recusal, **values)
        return _url(deployment)

    return form_page(
        request,
        form,
        work,
        heading=f"决定回避申请：{recusal.member.person_name}",
        submit="决定",
        cancel_url=_url(deployment),
        done="已作决定。",
        sentence=f"当事人申请理由：{recusal.ground}",
        crumbs=_crumbs((deployment.name, _url(deployment)), ("决定回避", "")),
    )
