"""Filter bar of signals."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from casework.filters import any_contains
from funds.models import FundSignal, SignalKind, SignalSource


class SignalFilter(django_filters.FilterSet):
    """Signals."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称、来源编号")
    kind = django_filters.ChoiceFilter(label="信号", choices=SignalKind.choices, empty_label="全部")
    source = django_filters.ChoiceFilter(label="来源", choices=SignalSource.choices, empty_label="全部")
    live = django_filters.BooleanFilter(label="未消除", method="by_live", widget=forms.CheckboxInput)

    class Meta:
        model = FundSignal
        fields = ("q", "kind", "source", "live")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or reference."""
        return rows.filter(any_contains(value, "institution__name", "reference"))

    def by_live(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Those that count."""
        return rows.filter(cleared_on__isnull=True) if value else rows
