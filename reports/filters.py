"""Filters of the report history."""

from __future__ import annotations

import django_filters

from reports.models import PeriodStatus, ReportPeriod


class PeriodFilter(django_filters.FilterSet):
    """By words, state and due day."""

    q = django_filters.CharFilter(
        field_name="regime__name", lookup_expr="icontains", label="查报表", help_text="报表名称"
    )
    status = django_filters.ChoiceFilter(choices=PeriodStatus.choices, label="状态", empty_label="全部状态")
    due = django_filters.DateFromToRangeFilter(
        field_name="due_on",
        label="报送日",
        widget=django_filters.widgets.DateRangeWidget(attrs={"type": "date"}),
    )

    class Meta:
        model = ReportPeriod
        fields = ["q", "status", "due"]
