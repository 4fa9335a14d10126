"""One draw: its page, its result and its files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from casework.web import (
    AuthedRequest,
    Column,
    desk_page,
    offers_as_actions,
)
from casework.web.listing import export_response
from casework.workflow import Offer, available_transitions
from draws import pools, selectors, strata
from draws.models import Draw
from draws.papers import PROBLEMS
from draws.views.common import json_file
from draws.views.desk.register import _crumbs, _get
from draws.views.desk.steps import ONE_CLICK

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
        "reports": selectors.reports_of(draw) if draw.published_at else [],
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
        {
            "label": "年度计划事项",
            "value": str(draw.plan_row or ""),
            "url": reverse("draws:plan_detail", kwargs={"uid": draw.plan_row.plan.uid})
            if draw.plan_row
            else "",
        },
        {"label": "计划外理由", "value": draw.outside_reason},
        {"label": "分层依据", "value": strata.words(draw)},
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
