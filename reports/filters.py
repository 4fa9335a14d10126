"""Filters of the report history."""

from __future__ import annotations

import django_filters
from django import forms

from reports.models import PeriodStatus, ReportPeriod

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PeriodFilter(django_filters.FilterSet):
    """By words, state and due day."""

    q = django_filters.CharFilter(
        field_name="regime__name", lookup_expr="icontains", label="查报表", help_text="报表名称"
    )
    status = django_filters.ChoiceFilter(choices=PeriodStatus.choices, label="状态", empty_label="全部状态")
    due_after = django_filters.DateFilter(
        field_name="due_on", lookup_expr="gte", label="报送日起", widget=DAY
    )
    due_before = django_filters.DateFilter(
        field_name="due_on", lookup_expr="lte", label="报送日止", widget=DAY
    )

    class Meta:
        model = ReportPeriod
        fields = ["q", "status", "due_after", "due_before"]
