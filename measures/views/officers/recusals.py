"""Grounds to stand aside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
)
from measures import forms, selectors, services
from measures.filters import RecusalFilter
from measures.models import StandingRecusal
from measures.views import kit
from measures.views.kit import OFFICER_TABS, Register, Step
from measures.views.officers.cards import VIEW

RECUSAL_COLUMNS = (
    Column("执法人员", lambda row: row.user.name),
    Column("单位", lambda row: str(row.user.organisation), 24),
    Column("机构", lambda row: row.institution.name, 32),
    Column("事由", lambda row: row.ground, 40),
    Column("起始日期", lambda row: row.since),
    Column("终止日期", lambda row: row.until),
    Column("终止原因", lambda row: row.end_reason, 30),
)


def _recusal_cells(row: StandingRecusal) -> list[dict[str, Any]]:
    link = reverse("measures:recusal_end", kwargs={"uid": row.uid})
    may = getattr(row, "may_end", False)
    return [
        {"text": row.user.name, "sub": str(row.user.organisation)},
        {"text": row.institution.name},
        {"text": row.ground},
        {"text": f"{row.since:%Y-%m-%d}", "nowrap": True},
        {"word": "已终止", "tone": "mute", "sub": row.end_reason}
        if row.until
        else {"word": "应当回避", "tone": "warn", "links": [{"label": "终止", "url": link}] if may else []},
    ]


@desk_page(VIEW)
def recusal_list(request: AuthedRequest) -> HttpResponseBase:
    """Standing recusals."""
    may = request.user.may("measures.recusal_manage")

    def cells(row: StandingRecusal) -> list[dict[str, Any]]:
        row.may_end = may  # type: ignore[attr-defined]
        return _recusal_cells(row)

    return kit.list_page(
        request,
        rows=selectors.recusals_visible(request.user),
        title="长期回避",
        subtitle="登记后，含这名人员和这家机构的检查方案不能送审、批准、通知、开始",
        register=Register(("执法人员", "机构", "事由", "起始", "状态"), cells),
        columns=RECUSAL_COLUMNS,
        filterset=RecusalFilter,
        unit="项",
        here="measures:recusal_list",
        which=OFFICER_TABS,
        create=("申报回避", "measures:recusal_create", "measures.recusal_edit"),
    )


@desk_page("measures.recusal_edit")
def recusal_create(request: AuthedRequest) -> HttpResponse:
    """Declare a ground."""
    first = {"user": request.user.pk, "since": timezone.localdate()}
    form = forms.RecusalForm(**data(request), actor=request.user, initial=first)

    def work(values: dict[str, Any]) -> str:
        services.recusal_declare(actor=request.user, **form.values())
        return reverse("measures:recusal_list")

    return form_page(
        request,
        form,
        work,
        heading="申报回避",
        submit="登记",
        cancel_url=reverse("measures:recusal_list"),
        done="已登记。",
        crumbs=crumbs(("长期回避", reverse("measures:recusal_list")), ("申报", "")),
    )


RECUSAL_END = Step(
    "终止回避",
    lambda actor, row, v: services.recusal_end(actor=actor, recusal=row, **v),
    "已终止。",
    "measures.recusal_manage",
    forms.EndForm,
)


@desk_page("measures.recusal_manage")
def recusal_end(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """End a ground."""
    row = kit.found(selectors.recusals_visible(request.user), request, uid)
    home = reverse("measures:recusal_list")
    return kit.step_page(request, row, {"end": RECUSAL_END}, "end", home, crumbs(("长期回避", home)))
