"""The look-back campaign as a table: institutions down, the seven looks across."""

from __future__ import annotations

from functools import partial
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from casework.web import AuthedRequest, Column, ListPage, desk_page
from fieldwork.models import Campaign
from institutions.models import Institution
from reports import looks
from reports.views.pages import crumbs

VISITED = (("yes", "已查"), ("no", "未查"))


class LookFilter(django_filters.FilterSet):
    """Rows of the table."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称、乡镇")
    visited = django_filters.ChoiceFilter(
        label="检查", choices=VISITED, method="by_visit", empty_label="全部"
    )

    class Meta:
        model = Institution
        fields = ("q", "visited")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By place or township."""
        return rows.filter(Q(name__icontains=value) | Q(region__name__icontains=value))

    def by_visit(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Visited in the campaign, or not yet."""
        return rows.filter(visits_made__gt=0) if value == "yes" else rows.filter(visits_made=0)


def _found(index: int, row: Any) -> str:
    cell = looks.look_cells(row.problems)[index]
    if not row.visits_made:
        return "未查"
    return f"{cell.found}（未整改 {cell.unsettled}）" if cell.unsettled else str(cell.found)


def _columns() -> tuple[Column, ...]:
    heads = [f"{column.code} {column.name}" for column in looks.look_columns()]
    return (
        Column("机构", lambda row: row.name, 36),
        Column("乡镇（街道）", lambda row: row.region.name, 16),
        Column("检查次数", lambda row: row.visits_made),
        *(Column(head, partial(_found, index), 16) for index, head in enumerate([*heads, "全部问题"])),
    )


def _chosen(campaigns: list[Campaign], code: str) -> Campaign | None:
    found = [campaign for campaign in campaigns if campaign.code == code]
    return found[0] if found else (campaigns[0] if campaigns else None)


def _line(campaign: Campaign, row: Any) -> dict[str, Any]:
    address = reverse("inspections:finding_list")
    cells = []
    for cell in looks.look_cells(row.problems):
        query = {
            "campaign": campaign.pk,
            "place": row.public_id,
            **({"item": cell.code} if cell.code else {}),
        }
        cells.append({"cell": cell, "url": f"{address}?{urlencode(query)}"})
    return {"place": row, "cells": cells}


class LookPage(ListPage):
    """The table's page: cells are worked out for the rows shown."""

    def page_of(self, rows: QuerySet[Any]) -> Any:
        """The asked page with its lines."""
        page = super().page_of(rows)
        self.context["lines"] = [_line(self.context["campaign"], row) for row in page.object_list]
        return page


@desk_page("reports.period_view")
def look_matrix(request: AuthedRequest) -> HttpResponseBase:
    """Every place with what each look found there; each number opens its problems."""
    campaigns = looks.look_campaigns(request.user)
    campaign = _chosen(campaigns, request.GET.get("campaign", ""))
    trail = crumbs(("七看对照表", ""))
    if campaign is None:
        return render(request, "reports/look_matrix.html", {"crumbs": trail, "campaign": None})
    return LookPage(
        request=request,
        rows=looks.look_rows(request.user, campaign),
        template="reports/look_matrix.html",
        title=f"七看对照表（{campaign.name}）",
        columns=_columns(),
        filterset=LookFilter,
        unit="家",
        context={
            "campaign": campaign,
            "campaigns": campaigns if len(campaigns) > 1 else [],
            "heads": looks.look_columns(),
            "crumbs": trail,
        },
    ).response()
