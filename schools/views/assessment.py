"""What the yearly assessment of schools takes from this room."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.web import AuthedRequest, Column, crumbs, desk_page, kit
from casework.web.kit import Register
from schools.filters import SchoolFilter
from schools.selectors import tips as selectors
from schools.views.common import LABEL, school_url, tabs

COLUMNS = (
    Column("学校", lambda row: row.name, 30),
    Column("学校标识码", lambda row: row.code),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("学段", lambda row: row.get_stage_display()),
    Column("收到工作提示（件）", lambda row: row.tip_count),
    Column("涉及学生（人次）", lambda row: row.pupils_told),
    Column("核实学生（人次）", lambda row: row.pupils_confirmed),
    Column("按期答复（件）", lambda row: row.answered_in_time),
    Column("逾期答复（件）", lambda row: row.answered_late),
    Column("未答复（件）", lambda row: row.unanswered),
)


def _cells(row: Any) -> list[dict[str, Any]]:
    letters = f"{reverse('schools:tip_list')}?q={row.name}"
    return [
        {"text": row.name, "url": school_url(row), "sub": row.region.name},
        {"text": f"{row.tip_count}", "url": letters if row.tip_count else "", "num": True},
        {"text": f"{row.pupils_told}", "num": True},
        {"text": f"{row.pupils_confirmed}", "num": True},
        {"text": f"{row.answered_in_time}", "num": True},
        {"text": f"{row.answered_late}", "num": True},
        {"text": f"{row.unanswered}", "num": True},
    ]


@desk_page("schools.tip_view")
def assessment(request: AuthedRequest) -> HttpResponseBase:
    """Letters of one year by school."""
    today = timezone.localdate()
    years = selectors.years_with_tips(request.user, today)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else today.year
    more = [{"label": f"{other} 年", "url": f"?year={other}"} for other in years if other != year]
    return kit.register_page(
        request,
        rows=selectors.assessed_schools(request.user, year),
        title=f"{year} 年学校考核数据",
        subtitle="按发出时间计，撤回的不计；按期、逾期、未答复三项合起来等于收到的件数",
        register=Register(
            ("学校", "收到提示（件）", "涉及学生（人次）", "核实（人次）", "按期答复", "逾期答复", "未答复"),
            _cells,
        ),
        columns=COLUMNS,
        filterset=SchoolFilter,
        unit="所",
        more=more,
        tabs=tabs(request, "schools:assessment"),
        tabs_label=LABEL,
        crumbs=crumbs(("学校", reverse("schools:tip_list")), ("年度考核", "")),
    )
