"""Filter bars of sheets from outside and of differences."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from casework.filters import any_contains
from funds.models import (
    DifferenceCause,
    DifferenceKind,
    DifferenceState,
    OutsideKind,
    OutsideSheet,
    OutsideState,
    PlatformDifference,
)


class OutsideFilter(django_filters.FilterSet):
    """Sheets."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="文件名")
    kind = django_filters.ChoiceFilter(label="内容", choices=OutsideKind.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=OutsideState.choices, empty_label="全部")

    class Meta:
        model = OutsideSheet
        fields = ("q", "kind", "status")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By file name."""
        return rows.filter(any_contains(value, "file_name"))


class DifferenceFilter(django_filters.FilterSet):
    """Differences."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称、订单号")
    subject = django_filters.ChoiceFilter(
        label="内容",
        choices=[item for item in OutsideKind.choices if item[0] != "SIGNALS"],
        empty_label="全部",
    )
    kind = django_filters.ChoiceFilter(label="差异", choices=DifferenceKind.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=DifferenceState.choices, empty_label="全部")
    cause = django_filters.ChoiceFilter(label="原因", choices=DifferenceCause.choices, empty_label="全部")

    class Meta:
        model = PlatformDifference
        fields = ("q", "subject", "kind", "status", "cause")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or order."""
        return rows.filter(any_contains(value, "institution__name", "place_name", "order_no"))
