"""Filter bars of this room's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Region
from monitors.models import Assessment, Category, Grade, Monitor, MonitorStatus, Squad
from monitors.selectors import monitors as selectors


class MonitorFilter(django_filters.FilterSet):
    """Monitors by words, state, category, township, squad."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="姓名、证件编号、单位")
    status = django_filters.ChoiceFilter(label="状态", choices=MonitorStatus.choices, empty_label="全部")
    category = django_filters.ChoiceFilter(label="身份类别", choices=Category.choices, empty_label="全部")
    region = django_filters.ModelChoiceFilter(
        label="乡镇（街道）", queryset=Region.objects.none(), empty_label="全部"
    )
    squad = django_filters.ModelChoiceFilter(
        label="小分队", queryset=Squad.objects.none(), empty_label="全部"
    )
    serving = django_filters.BooleanFilter(label="只看在聘", method="by_serving", widget=forms.CheckboxInput)

    class Meta:
        model = Monitor
        fields = ("q", "status", "category", "region", "squad", "serving")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["region"].queryset = selectors.towns_of(self.request.user)
        self.filters["squad"].queryset = Squad.objects.visible_to(self.request.user)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By name, card number or unit."""
        return rows.filter(
            Q(person__name__icontains=value) | Q(card_no__icontains=value) | Q(unit_name__icontains=value)
        )

    def by_serving(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Terms that run today."""
        return rows.filter(term__contains=timezone.localdate()) if value else rows


class AssessmentFilter(django_filters.FilterSet):
    """Assessments by name, year, result."""

    q = django_filters.CharFilter(label="姓名", field_name="monitor__person__name", lookup_expr="icontains")
    year = django_filters.NumberFilter(label="年度")
    grade = django_filters.ChoiceFilter(label="等次", choices=Grade.choices, empty_label="全部")

    class Meta:
        model = Assessment
        fields = ("q", "year", "grade")
