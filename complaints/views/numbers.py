"""Statistics of the desk, routing rules, and the numbers that everybody may read."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.web import AuthedRequest, Column, crumbs, data, desk_page, form_page, get_visible, kit
from casework.web.listing import export_response
from casework.web.pages import posted_version
from casework.web.public import PublicRequest, kept_page, show
from complaints import services
from complaints.filters.desk import RuleFilter
from complaints.forms.desk import RuleForm, SpanForm
from complaints.models import RoutingRule
from complaints.selectors import desk as selectors
from complaints.selectors import statistics as counting
from complaints.views.common import LABEL, tabs
from complaints.views.desk import VIEW

ASSIGN = "complaints.clue_assign"


@desk_page(VIEW)
def statistics(request: AuthedRequest) -> HttpResponseBase:
    """Clues received in a period, by channel; every figure opens its rows."""
    today = timezone.localdate()
    form = SpanForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    since = given.get("since") or date(today.year, 1, 1)
    until = given.get("until") or max(today, since)
    lines = counting.table(request.user, since, until, today)
    if request.GET.get("export") in {"xlsx", "csv"}:
        return export_response(lines, EXPORT, f"线索统计 {since} 至 {until}", request.GET["export"])
    shown = [_line(line, since, until) for line in lines]
    context = {
        "tabs": tabs(request, "complaints:statistics"),
        "form": SpanForm(initial={"since": since, "until": until})
        if form.is_valid() or not form.is_bound
        else form,
        "since": since,
        "until": until,
        "heads": [measure.label for measure in counting.MEASURES],
        "lines": shown,
    }
    return render(request, "complaints/statistics.html", context)


def _figure(key: str) -> Any:
    return lambda line: line.figures[key]


EXPORT = (
    Column("来源渠道", lambda line: line.label),
    *(Column(measure.label, _figure(measure.key), 12) for measure in counting.MEASURES),
    Column("核查用时中位数（工作日）", lambda line: line.median_days, 24),
)


def _line(line: counting.Line, since: date, until: date) -> dict[str, Any]:
    span = {"since": since.isoformat(), "until": until.isoformat()}
    channel = {"channel": line.channel} if line.channel else {}
    base = reverse("complaints:clue_list")
    cells = [
        {
            "label": measure.label,
            "value": line.figures[measure.key],
            "url": f"{base}?{urlencode({**span, **channel, **measure.query})}",
        }
        for measure in counting.MEASURES
    ]
    return {"label": line.label, "cells": cells, "median": line.median_days, "is_total": not line.channel}


def _rule_cells(row: RoutingRule) -> list[dict[str, Any]]:
    url = reverse("complaints:rule_edit", kwargs={"uid": row.uid})
    return [
        {"text": row.get_kind_display() or "全部事项", "url": url},
        {"text": row.region.name},
        {"text": row.organ.name},
        {"text": row.note},
        {"word": "启用" if row.is_active else "停用", "tone": "ok" if row.is_active else "mute"},
    ]


@desk_page(ASSIGN)
def rule_list(request: AuthedRequest) -> HttpResponseBase:
    """Who gets which clue."""
    return kit.register_page(
        request,
        rows=selectors.rules_visible(request.user),
        title="分派规则",
        subtitle="分派时按规则建议承办单位：先看最近的地方，再看事项",
        register=kit.Register(("反映事项", "地方", "承办单位", "说明", "状态"), _rule_cells),
        columns=(
            Column("反映事项", lambda row: row.get_kind_display() or "全部事项"),
            Column("地方", lambda row: row.region.name),
            Column("承办单位", lambda row: row.organ.name),
            Column("说明", lambda row: row.note),
            Column("启用", lambda row: row.is_active),
        ),
        filterset=RuleFilter,
        unit="条",
        tabs=tabs(request, "complaints:rule_list"),
        tabs_label=LABEL,
        create=("新建规则", "complaints:rule_create", ASSIGN),
        empty="还没有规则，分派时由负责人自行选择承办单位。",
    )


@desk_page(ASSIGN)
def rule_create(request: AuthedRequest) -> HttpResponse:
    """A new rule."""
    form = RuleForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        services.rule_create(actor=request.user, values=values)
        return reverse("complaints:rule_list")

    return _rule_page(request, form, work, "新建分派规则", None)


@desk_page(ASSIGN)
def rule_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a rule."""
    row = get_visible(selectors.rules_visible(request.user), request.user, uid)
    form = RuleForm(**data(request), actor=request.user, instance=row)

    def work(values: dict[str, Any]) -> str:
        services.rule_edit(actor=request.user, rule=row, values=values, version=posted_version(request))
        return reverse("complaints:rule_list")

    return _rule_page(request, form, work, "修改分派规则", row.version)


def _rule_page(
    request: AuthedRequest, form: RuleForm, work: Any, heading: str, version: int | None
) -> HttpResponse:
    back = reverse("complaints:rule_list")
    return form_page(
        request,
        form,
        work,
        heading=heading,
        submit="保存",
        cancel_url=back,
        done="已保存，以后的分派按新规则建议。",
        version=version,
        crumbs=crumbs(("分派规则", back), (heading, "")),
    )


@kept_page
def public_numbers(request: PublicRequest) -> HttpResponse:
    """Clues of a year that is over, by channel and outcome, small cells left out."""
    years = counting.public_years(request.bureau, timezone.localdate())
    wanted = request.GET.get("year", "")
    if wanted and (not wanted.isdecimal() or int(wanted) not in years):
        raise Http404("没有这一年的数字。")
    context: dict[str, Any] = {"years": years}
    if years:
        year = int(wanted) if wanted else years[0]
        received, closed = counting.public_numbers(request.bureau, year)
        context |= {
            "year": year,
            "received": received,
            "closed": closed,
            "closed_rows": [
                {"name": name, "cells": list(zip(closed.columns, cells, strict=True)), "total": total}
                for name, cells, total in closed.rows
                if total
            ],
            "closed_totals": list(zip(closed.columns, closed.totals, strict=True)),
        }
    return show(request, "complaints/public_numbers.html", context)
