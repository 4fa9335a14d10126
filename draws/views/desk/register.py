"""The register of draws, drafting one, and the live count of its pool."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework import policy
from casework.errors import DomainError
from casework.models import PolicyValue
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    data,
    desk_page,
    form_page,
    get_visible,
    posted_version,
)
from draws import guards, pools, selectors, services
from draws.filters import DrawFilter
from draws.forms import DrawForm
from draws.models import Draw, DrawPlanRow, StratumBy

COLUMNS = (
    Column("抽查编号", lambda row: row.number, 24),
    Column("名称", lambda row: row.title, 36),
    Column("牵头机关", lambda row: row.lead_organ.name, 24),
    Column("年度计划事项", lambda row: str(row.plan_row or ""), 30),
    Column("计划外理由", lambda row: row.outside_reason, 30),
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
    form = DrawForm(**data(request), actor=request.user, row=_planned_row(request))

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


def _planned_row(request: AuthedRequest) -> DrawPlanRow | None:
    """The row of the year's plan from which the draw is begun (`?row=`)."""
    try:
        uid = UUID(request.GET.get("row", ""))
    except ValueError:
        return None
    row = selectors.plan_row_get(request.user, uid)
    if row is None or row.plan.status != "PUBLISHED":
        raise Http404("年度计划中没有这个事项，或者计划还没有公布。")
    return row


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
    draw.strata_by = known.get("strata_by") or [StratumBy.RISK.value]
    day = known.get("planned_on") or timezone.localdate()
    lead = known.get("lead_organ")
    organs = {*(organ.pk for organ in known.get("organs") or ()), *([lead.pk] if lead else [])}
    cards = [row for row in pools.certificates_of(organs, day) if row.is_valid_on(day)]
    preview, cap = pools.preview(draw), _cap(draw, day)
    context = {
        "preview": preview,
        "officers": len(cards),
        "day": day,
        "cap": int(cap.value) if cap else 100,
        "cap_source": cap.cited if cap else "",
        "percent": round(preview.drawn * 100 / preview.size, 1) if preview.size else 0,
    }
    return render(request, "draws/_count.html", context)


def _cap(draw: Draw, day: Any) -> PolicyValue | None:
    try:
        return policy.value(guards.CAP, region=draw.region, on=day)
    except DomainError:
        return None
