"""Filter bars of run-away events and of their claims."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from casework.filters import any_contains
from funds.models import ClaimState, RefundStatus, RunawayClaim, RunawayEvent, RunawayKind, RunawayStatus


class RunawayFilter(django_filters.FilterSet):
    """Events."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称、情况")
    kind = django_filters.ChoiceFilter(label="事件", choices=RunawayKind.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=RunawayStatus.choices, empty_label="全部")

    class Meta:
        model = RunawayEvent
        fields = ("q", "kind", "status")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or what happened."""
        return rows.filter(any_contains(value, "institution__name", "summary"))


class ClaimFilter(django_filters.FilterSet):
    """Claims of one event."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="合同编号、缴费单号、退费编号")
    state = django_filters.ChoiceFilter(label="开立", choices=ClaimState.choices, empty_label="全部")
    refund = django_filters.ChoiceFilter(
        label="退费状态", field_name="refund__status", choices=RefundStatus.choices, empty_label="全部"
    )

    class Meta:
        model = RunawayClaim
        fields = ("q", "state", "refund")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By numbers."""
        text = value.strip()
        return rows.filter(
            any_contains(text, "contract__number", "refund__number") | Q(contract__order_no=text)
        )
