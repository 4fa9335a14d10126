"""Filters of the report history."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from reports.models import Cadence, PeriodStatus, ReportPeriod, ReportRegime

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


class RegimeFilter(django_filters.FilterSet):
    """By words, how often, and whether it is in force."""

    q = django_filters.CharFilter(
        field_name="name", lookup_expr="icontains", label="查报表", help_text="报表名称"
    )
    cadence = django_filters.ChoiceFilter(choices=Cadence.choices, label="频次", empty_label="全部频次")
    standing = django_filters.ChoiceFilter(
        method="by_standing",
        label="状态",
        empty_label="全部",
        choices=[("now", "有效"), ("later", "尚未生效"), ("past", "已到期")],
    )

    class Meta:
        model = ReportRegime
        fields = ["q", "cadence", "standing"]

    def by_standing(self, rows: QuerySet[ReportRegime], name: str, value: str) -> QuerySet[ReportRegime]:
        """Where today stands to the validity."""
        today = timezone.localdate()
        if value == "now":
            return rows.filter(validity__contains=today)
        return rows.filter(
            **(
                {"validity__startswith__gt": today}
                if value == "later"
                else {"validity__endswith__lte": today}
            )
        )
