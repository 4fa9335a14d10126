"""Filter bars of this room's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from burden.models import VisitMerge, YearlyPlan
from casework.web.filters import YearFilter
from casework.yearly import PlanStatus
from inspections.filters import organs_of
from inspections.models import Visit


class PlanFilter(django_filters.FilterSet):
    """Yearly plans."""

    year = YearFilter(label="年度")
    organ = django_filters.ModelChoiceFilter(label="检查机关", queryset=organs_of, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=PlanStatus.choices, empty_label="全部")

    class Meta:
        model = YearlyPlan
        fields = ("year", "organ", "status")


class MergeFilter(django_filters.FilterSet):
    """Merged visits."""

    q = django_filters.CharFilter(
        label="查找",
        field_name="kept__institution__name",
        lookup_expr="icontains",
        help_text="机构名称",
    )
    since = django_filters.DateFilter(
        label="进场自",
        field_name="kept__started_at",
        lookup_expr="date__gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        label="进场至",
        field_name="kept__started_at",
        lookup_expr="date__lte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    done = django_filters.ChoiceFilter(
        label="是否实施", method="carried_out", choices=[("1", "已上门")], empty_label="全部"
    )

    class Meta:
        model = VisitMerge
        fields = ("q", "since", "until", "done")

    def carried_out(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Only merges whose kept visit took place."""
        return rows.filter(kept__in=Visit.objects.carried_out())
