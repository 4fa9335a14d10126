"""Filter bars of opening stock."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from casework.filters import any_contains
from funds.filters.accounts import TownFilter
from funds.models import FundSheet, LedgerAccount, OpeningRest, RestStatus, SheetStatus


class OpeningSheetFilter(TownFilter):
    """Opening sheets."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、文件名、经手人")
    status = django_filters.ChoiceFilter(label="状态", choices=SheetStatus.choices, empty_label="全部")
    region = django_filters.ChoiceFilter(label="乡镇（街道）", field_name="region_id", empty_label="全部")

    class Meta:
        model = FundSheet
        fields = ("q", "status", "region")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution, file or person."""
        return rows.filter(
            any_contains(value, "institution__name", "file_name", "created_by__name", "applied_by__name")
        )


class OpeningAccountFilter(TownFilter):
    """Institutions with something left of their opening stock."""

    q = django_filters.CharFilter(
        label="查找", field_name="institution__name", lookup_expr="icontains", help_text="机构名称"
    )
    side = django_filters.ChoiceFilter(
        label="差额",
        method="by_side",
        empty_label="全部",
        choices=[("OVER", "存款多于合同"), ("SHORT", "存款少于合同")],
    )
    region = django_filters.ChoiceFilter(
        label="乡镇（街道）", field_name="institution__region_id", empty_label="全部"
    )

    class Meta:
        model = LedgerAccount
        fields = ("q", "side", "region")

    def by_side(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """More money than contracts, or less."""
        return rows.filter(balance_fen__gt=0) if value == "OVER" else rows.filter(balance_fen__lt=0)


class OpeningRestFilter(TownFilter):
    """Closings of what was left."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、理由")
    status = django_filters.ChoiceFilter(label="状态", choices=RestStatus.choices, empty_label="全部")
    region = django_filters.ChoiceFilter(label="乡镇（街道）", field_name="region_id", empty_label="全部")

    class Meta:
        model = OpeningRest
        fields = ("q", "status", "region")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or reason."""
        return rows.filter(any_contains(value, "account__institution__name", "reason"))
