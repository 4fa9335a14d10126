"""Public pages of draws: what was announced, what came out, and how to draw again."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.urls import reverse

from casework.web import ListPage
from casework.web.public import PublicRequest, public_page, show
from draws import selectors
from draws.models import Draw
from draws.papers import PROBLEMS
from draws.views.common import json_file

PLACES_SHOWN = 100
YEARS_SHOWN = 3


def _get(request: PublicRequest, uid: UUID) -> Draw:
    draw = selectors.public_draw(request.bureau, uid)
    if draw is None:
        raise Http404("没有这次抽取。请在双随机抽查列表中查找。")
    return draw


def _crumbs(label: str) -> list[dict[str, str]]:
    return [{"label": "双随机抽查", "url": reverse("draws_public:draw_list")}, {"label": label, "url": ""}]


@public_page
def draw_list(request: PublicRequest) -> HttpResponse:
    """Every draw ever announced, aborted and repeated ones included."""
    rows = selectors.public_draws(request.bureau)
    page = ListPage(request=request, rows=rows, template="", title="").page_of(rows)
    context = {
        "page": page,
        "rows": page.object_list,
        "total": page.total,
        "is_capped": page.is_capped,
        "plans": list(selectors.public_draw_plans(request.bureau).filter(status="PUBLISHED")[:YEARS_SHOWN]),
    }
    return show(request, "draws/public_list.html", context)


@public_page
def draw_detail(request: PublicRequest, uid: UUID) -> HttpResponse:
    """One draw: announced hash and value; after the checks the files and what was found."""
    draw = _get(request, uid)
    is_open = draw.files_are_public and bool(draw.drawn_at)
    found = selectors.findings_of(draw) if draw.status == "PUBLISHED" else {}
    teams = selectors.teams_of(draw) if is_open else []
    places = [(team, place) for team in teams for place in team.places]
    page = Paginator(places, PLACES_SHOWN).get_page(request.GET.get("page"))
    context = {
        "draw": draw,
        "page": page,
        "place_count": len(places),
        "crumbs": _crumbs(draw.title),
        "pool": selectors.pool_of(draw) if draw.files_are_public else {},
        "rows": [
            {"place": place, "team": team, "visit": found.get(place.institution_id)}
            for team, place in page.object_list
        ],
        "problems": PROBLEMS,
        "successor": getattr(draw, "successor", None),
    }
    return show(request, "draws/public_detail.html", context)


@public_page
def plan_detail(request: PublicRequest, uid: UUID) -> HttpResponse:
    """One published plan of a year, with what was done of it."""
    plan = selectors.public_draw_plan(request.bureau, uid)
    if plan is None:
        raise Http404("没有这份计划。请在双随机抽查列表中查找。")
    context = {"plan": plan, "lines": selectors.progress_of(plan), "crumbs": _crumbs(str(plan))}
    return show(request, "draws/public_plan.html", context)


@public_page
def pool_file(request: PublicRequest, uid: UUID) -> HttpResponse:
    """The frozen pool as hashed, once it gives no place away."""
    draw = _get(request, uid)
    if not draw.files_are_public:
        raise Http404("检查结束、结果公示后才能下载名录文件，现在先公布它的校验值。")
    return json_file(draw, draw.pool_text, "冻结名录")


@public_page
def record_file(request: PublicRequest, uid: UUID) -> HttpResponse:
    """The record of the draw, once it gives no place away."""
    draw = _get(request, uid)
    if not draw.files_are_public or not draw.result_text:
        raise Http404("检查结束、结果公示后才能下载抽取结果文件，现在先公布它的校验值。")
    return json_file(draw, draw.result_text, "抽取结果")


@public_page
def verify(request: PublicRequest) -> HttpResponse:
    """The verifier: runs in the browser, or explains the command."""
    return show(request, "draws/verify.html", {"crumbs": _crumbs("核验抽取")})
