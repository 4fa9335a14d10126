"""Filter bars of this room's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from casework.web.filters import YearFilter
from casework.yearly import PlanStatus
from draws.models import Draw, DrawPlan, DrawStatus, OfficerRecusal


class DrawFilter(django_filters.FilterSet):
    """Draws."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="名称、编号、抽中的机构")
    status = django_filters.ChoiceFilter(label="状态", choices=DrawStatus.choices, empty_label="全部")
    year = YearFilter(label="年度", field_name="planned_on", lookup_expr="year")

    class Meta:
        model = Draw
        fields = ("q", "status", "year")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By title, number or drawn place."""
        places = Draw.objects.filter(places__institution__name__icontains=value).values("pk")
        return rows.filter(Q(title__icontains=value) | Q(number__icontains=value) | Q(pk__in=places))


class RecusalFilter(django_filters.FilterSet):
    """Standing recusals."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="人员、机构")
    state = django_filters.ChoiceFilter(
        label="状态", method="by_state", choices=[("ON", "有效"), ("OFF", "已解除")], empty_label="全部"
    )

    class Meta:
        model = OfficerRecusal
        fields = ("q", "state")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By person or place."""
        return rows.filter(Q(user__name__icontains=value) | Q(institution__name__icontains=value))

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """In force or ended."""
        return rows.filter(ended_at__isnull=value == "ON")


class DrawPlanFilter(django_filters.FilterSet):
    """Plans of random inspections."""

    year = YearFilter(label="年度", field_name="year")
    status = django_filters.ChoiceFilter(label="状态", choices=PlanStatus.choices, empty_label="全部")

    class Meta:
        model = DrawPlan
        fields = ("year", "status")
