"""Filter bars of this room's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from casework.web.filters import YearFilter
from penalties import selectors
from penalties.models import (
    Case,
    CaseKind,
    CaseStatus,
    CreditRecord,
    CreditStatus,
    PenaltyRule,
    RuleLayer,
    SourceKind,
)


def towns_of(request: Any) -> Any:
    """Places inside the reader's bureau."""
    return selectors.town_choices(request.user)


class CaseFilter(django_filters.FilterSet):
    """Cases."""

    q = django_filters.CharFilter(
        label="查找", method="search", help_text="当事人、立案号、决定书文号、来源编号"
    )
    state = django_filters.ChoiceFilter(
        label="进度",
        method="by_state",
        choices=[("PENDING", "未结案"), ("OVERDUE", "已逾期"), *CaseStatus.choices],
        empty_label="全部",
    )
    kind = django_filters.ChoiceFilter(label="程序", choices=CaseKind.choices, empty_label="全部")
    source_kind = django_filters.ChoiceFilter(label="来源", choices=SourceKind.choices, empty_label="全部")
    region = django_filters.ModelChoiceFilter(label="乡镇（街道）", queryset=towns_of, empty_label="全部")
    year = YearFilter(label="立案年度", field_name="filed_at", lookup_expr="year")

    class Meta:
        model = Case
        fields = ("q", "state", "kind", "source_kind", "region", "year")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By party or any number."""
        return rows.filter(
            Q(party_name__icontains=value)
            | Q(number__icontains=value)
            | Q(decision_no__icontains=value)
            | Q(source_no__icontains=value)
            | Q(archive_no=value)
        )

    def by_state(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        """Unfinished, overdue, or one state."""
        if value == "OVERDUE":
            return rows.overdue(timezone.localdate())
        return rows.pending() if value == "PENDING" else rows.filter(status=value)


class CreditFilter(django_filters.FilterSet):
    """Rows of 双公示."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="当事人、决定书文号")
    status = django_filters.ChoiceFilter(label="状态", choices=CreditStatus.choices, empty_label="全部")
    late = django_filters.ChoiceFilter(
        label="逾期", method="by_late", choices=[("1", "公示或撤下逾期")], empty_label="全部"
    )

    class Meta:
        model = CreditRecord
        fields = ("q", "status", "late")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By party or decision."""
        return rows.filter(Q(case__party_name__icontains=value) | Q(case__decision_no__icontains=value))

    def by_late(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        """Rows that are late today."""
        return rows.late(timezone.localdate())


class RuleFilter(django_filters.FilterSet):
    """Ranges of penalties."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="V1、阶次、适用情形、依据")
    layer = django_filters.ChoiceFilter(label="层次", choices=RuleLayer.choices, empty_label="全部")

    class Meta:
        model = PenaltyRule
        fields = ("q", "layer")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By words."""
        return rows.filter(
            Q(law_ref__iexact=value)
            | Q(step__icontains=value)
            | Q(circumstances__icontains=value)
            | Q(basis__icontains=value)
        )
