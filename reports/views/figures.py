"""Numbers and their rows: frozen ones of an edition, live ones of any span."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import Bureau, User
from casework import indicators
from casework.indicators import Scope
from casework.web import AuthedRequest, Column, ListPage, desk_page, object_link
from reports import presenting, selectors
from reports.counting import measured_rows, shown
from reports.data import reporting
from reports.data.sources import cell_map
from reports.forms import SpanForm
from reports.models import ReportFigure
from reports.views.pages import crumbs


def _columns(key: str) -> tuple[tuple[str, str], ...]:
    """Pairs (attribute path, head) of an indicator that some room still defines."""
    return indicators.get(key).columns if key in indicators.known_keys() else ()


def _export_columns(key: str) -> tuple[Column, ...]:
    columns = tuple(Column(label, partial(_cell, path), 24) for path, label in _columns(key))
    return columns or (Column("记录", str, 60),)


def _cell(path: str, row: Any) -> Any:
    return presenting.row_value(row, path)


def _lines(actor: User, rows: Any, key: str, matching: set[Any] | None) -> list[dict[str, Any]]:
    columns = _columns(key)
    lines = []
    for row in rows:
        cells = [{"label": label, "value": presenting.row_value(row, path)} for path, label in columns]
        lines.append(
            {
                "cells": cells or [{"label": "记录", "value": str(row)}],
                "url": object_link(actor, row._meta.label_lower, getattr(row, "uid", None)),
                "is_stale": matching is not None and row.pk not in matching,
            }
        )
    return lines


class RowsPage(ListPage):
    """A generic register of counted rows."""

    def lines(self, actor: User, key: str, matching: set[Any] | None = None) -> HttpResponseBase:
        """The page with one line per row."""
        page_rows = self.page_of(self.rows).object_list
        self.context |= {
            "lines": _lines(actor, page_rows, key, matching),
            "heads": [label for _, label in _columns(key)] or ["记录"],
        }
        return self.response()


@desk_page("reports.period_view")
def figure_rows(request: AuthedRequest, uid: UUID) -> HttpResponseBase:
    """The rows that a frozen figure was counted from; those that would no longer count are marked."""
    figure = selectors.figure_get(actor=request.user, uid=uid)
    if figure is None:
        raise Http404("没有找到这个数，或您无权查看。")
    rows = selectors.row_objects(request.user, figure)
    if rows is None:
        raise Http404("这个数由人工填报，没有明细。")
    return RowsPage(
        request=request,
        rows=rows,
        template="reports/figure_rows.html",
        title=f"{figure.label}（{figure.get_column_display()}）明细",
        columns=_export_columns(figure.indicator),
        context=_figure_context(figure, rows.count()),
    ).lines(request.user, figure.indicator, selectors.figure_rows_now(figure))


def _figure_context(figure: ReportFigure, seen: int) -> dict[str, Any]:
    period = figure.edition.period
    cell = next(item for item in selectors.number_cells(figure.edition) if item["key"] == figure.key)
    return {
        "figure": figure,
        "text": shown(figure.value, cell),
        "period": period,
        "hidden": len(set(figure.row_ids)) - seen,
        "crumbs": crumbs(
            (period.label, reverse("reports:period_detail", kwargs={"uid": period.uid})), (figure.label, "")
        ),
    }


def _scope(request: AuthedRequest) -> Scope:
    bureau: Bureau = request.user.bureau or request.bureau
    organisation = request.user.organisation
    region = organisation.region if organisation and organisation.region_id != bureau.region_id else None
    return Scope(bureau, region)


def _span_form(request: AuthedRequest) -> SpanForm:
    today = timezone.localdate()
    first = {"since": date(today.year, 1, 1), "until": today}
    given = {name: request.GET[name] for name in ("since", "until") if request.GET.get(name)}
    return SpanForm(given if len(given) == 2 else {key: value.isoformat() for key, value in first.items()})


@desk_page("reports.figures_view")
def dashboard(request: AuthedRequest) -> HttpResponse:
    """Every registered number over a chosen span, computed now; each opens its rows."""
    form, groups, ratios = _span_form(request), [], []
    if form.is_valid():
        values: dict[str, int] = {}
        groups = list(_groups(request, form, values))
        ratios = selectors.ratio_values(reporting()["ratios"], values)
    context = {"form": form, "groups": groups, "ratios": ratios, "crumbs": crumbs(("统计数据", ""))}
    return render(request, "reports/figures.html", context, status=422 if form.errors else 200)


def _groups(request: AuthedRequest, form: SpanForm, values: dict[str, int]) -> Any:
    known, listed = indicators.known_keys(), set()
    counted = indicators.compute_many(sorted(known), _scope(request), form.span())
    values |= {key: int(value) for key, value in counted.items()}
    for group in cell_map()["dashboard"]:
        keys = [key for key in group["keys"] if key in known]
        listed |= set(keys)
        if keys:
            yield {"label": group["label"], "figures": [_live(form, key, values[key]) for key in keys]}
    rest = sorted(known - listed)
    if rest:
        yield {"label": "其他", "figures": [_live(form, key, values[key]) for key in rest]}


def _live(form: SpanForm, key: str, value: int) -> dict[str, Any]:
    indicator = indicators.get(key)
    query = urlencode({name: form.cleaned_data[name].isoformat() for name in ("since", "until")})
    is_money = indicator.unit == "万元"
    return {
        "label": indicator.label,
        "value": shown(value, {"kind": "AMOUNT", "decimals": 2}) if is_money else value,
        "unit": indicator.unit,
        "rule": indicator.rule,
        "url": f"{reverse('reports:live_rows', kwargs={'key': key})}?{query}",
    }


@desk_page("reports.figures_view")
def live_rows(request: AuthedRequest, key: str) -> HttpResponseBase:
    """The rows that a number counts now."""
    if key not in indicators.known_keys():
        raise Http404("没有这个指标。")
    form = _span_form(request)
    if not form.is_valid():
        raise Http404("日期无法识别。")
    indicator, scope = indicators.get(key), _scope(request)
    ids = [row[0] for row in measured_rows(indicator, scope, form.span(), {}).rows]
    found = indicators.rows_of(key, scope, form.span())
    rows = found.model._default_manager.filter(pk__in=set(ids)).order_by("pk")
    if hasattr(rows, "visible_to"):
        rows = rows.visible_to(request.user)
    return RowsPage(
        request=request,
        rows=rows,
        template="reports/live_rows.html",
        title=f"{indicator.label}明细",
        columns=_export_columns(key),
        context={
            "indicator": indicator,
            "value": int(indicators.compute(key, scope, form.span())),
            "form": form,
            "crumbs": [
                {"label": "统计数据", "url": reverse("reports:figures")},
                {"label": indicator.label, "url": ""},
            ],
        },
    ).lines(request.user, key)
