"""Filter bars of what is cleared by a retention rule."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from casework.filters import any_contains
from funds.models import Contract, FamilyClearing
from funds.selectors.retention import Retention

AHEAD = [("30", "30 天以内"), ("90", "90 天以内"), ("365", "一年以内")]
FURTHEST = 365


class ClearingFilter(django_filters.FilterSet):
    """Batches that were cleared."""

    since = django_filters.DateFilter(label="自", field_name="cleared_at", lookup_expr="date__gte")
    until = django_filters.DateFilter(label="至", field_name="cleared_at", lookup_expr="date__lte")

    class Meta:
        model = FamilyClearing
        fields = ("since", "until")


class HeldFilter(django_filters.FilterSet):
    """Contracts past their term."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="合同编号、机构名称")

    class Meta:
        model = Contract
        fields = ("q",)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By number or institution; names of families are not searched."""
        return rows.filter(any_contains(value, "number", "institution__name"))


class DueFilter(HeldFilter):
    """Contracts that come up: by itself those of the next run, on request those of the days ahead."""

    ahead = django_filters.ChoiceFilter(
        label="清除时间", choices=AHEAD, empty_label="下一次清除", method="anyhow"
    )

    def __init__(self, data: Any = None, *args: Any, term: Retention | None, **kwargs: Any) -> None:
        super().__init__(data if data is not None else {}, *args, **kwargs)
        self.term = term

    def anyhow(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Done in `filter_queryset`, since nothing chosen narrows too."""
        return rows

    def filter_queryset(self, queryset: Any) -> Any:
        """Up to the chosen day."""
        rows = super().filter_queryset(queryset)
        days = int(self.form.cleaned_data["ahead"] or 1)
        return rows if self.term is None else rows.filter(ended_on__lt=self.term.ahead(days).ended_before)
