"""Filter bar of warnings."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from casework.filters import any_contains
from funds.models import OPEN_WARNING, FundWarning, Rule, WarningLevel, WarningStatus


class WarningFilter(django_filters.FilterSet):
    """Warnings; those that wait for somebody unless a state is asked for."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称")
    rule = django_filters.ChoiceFilter(label="规则", choices=Rule.choices, empty_label="全部")
    level = django_filters.ChoiceFilter(label="级别", choices=WarningLevel.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=WarningStatus.choices, empty_label="全部")
    late = django_filters.BooleanFilter(label="逾期未办", method="by_late", widget=forms.CheckboxInput)
    since = django_filters.DateFilter(
        label="预警日期自", field_name="raised_on", lookup_expr="gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    class Meta:
        model = FundWarning
        fields = ("q", "rule", "level", "status", "late", "since")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution."""
        return rows.filter(any_contains(value, "institution__name"))

    def by_late(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Open after its term."""
        return rows.filter(status__in=OPEN_WARNING, due_on__lt=timezone.localdate()) if value else rows
