"""Pages that draft an outing and add its stops."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from casework.web import (
    AuthedRequest,
    data,
    desk_page,
    form_page,
    posted_version,
)
from inspections import services
from inspections.forms import (
    DeploymentCreateForm,
    DeploymentForm,
    ReasonForm,
    StopsForm,
)
from inspections.views.deployments.pages import LIST, _crumbs, _get, _url


@desk_page("inspections.deployment_edit")
def deployment_create(request: AuthedRequest) -> HttpResponse:
    """Draft an outing."""
    form = DeploymentCreateForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        places = values.pop("institutions")
        draft = services.deployment_draft(actor=request.user, values=values, institutions=places)
        return _url(draft)

    return form_page(
        request,
        form,
        work,
        heading="起草检查方案",
        submit="保存草稿",
        cancel_url=reverse(LIST[1]),
        done="草稿已保存，请添加检查组成员后送审。",
        crumbs=_crumbs(("起草", "")),
        two_columns=True,
    )


@desk_page("inspections.deployment_edit")
def deployment_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a draft."""
    deployment = _get(request, uid)
    form = DeploymentForm(**data(request), instance=_get(request, uid), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        version = posted_version(request)
        services.deployment_edit(actor=request.user, deployment=deployment, values=values, version=version)
        return _url(deployment)

    return form_page(
        request,
        form,
        work,
        heading="修改检查方案",
        submit="保存",
        cancel_url=_url(deployment),
        done="已保存。",
        version=deployment.version,
        crumbs=_crumbs((deployment.name, _url(deployment)), ("修改", "")),
        two_columns=True,
    )


@desk_page("inspections.cap_override")
def cap_override(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Allow a visit above the cap."""
    deployment = _get(request, uid)
    form = ReasonForm(**data(request), label="批准超频次检查的理由")

    def work(values: dict[str, Any]) -> str:
        services.cap_override(actor=request.user, deployment=deployment, reason=values["reason"])
        return _url(deployment)

    return form_page(
        request,
        form,
        work,
        heading="批准超频次检查",
        submit="批准",
        cancel_url=_url(deployment),
        done="已批准，理由将写入检查通知书。",
        crumbs=_crumbs((deployment.name, _url(deployment)), ("超频次", "")),
    )


@desk_page("inspections.deployment_edit")
def stops_add(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Add places to a draft."""
    deployment = _get(request, uid)
    form = StopsForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        for institution in values["institutions"]:
            services.visit_add(actor=request.user, deployment=deployment, institution=institution)
        return _url(deployment)

    return form_page(
        request,
        form,
        work,
        heading="添加检查对象",
        submit="添加",
        cancel_url=_url(deployment),
        done="已添加。",
        crumbs=_crumbs((deployment.name, _url(deployment)), ("添加检查对象", "")),
    )
