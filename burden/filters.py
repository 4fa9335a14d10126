"""Filter bars of this room's lists."""

from __future__ import annotations

import django_filters

from burden.models import PlanStatus, VisitMerge, YearlyPlan
from inspections.filters import organs_of


class PlanFilter(django_filters.FilterSet):
    """Yearly plans."""

    year = django_filters.NumberFilter(label="年度")
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

    class Meta:
        model = VisitMerge
        fields = ("q",)
