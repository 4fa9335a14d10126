"""Filters of this room's registers."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from blacklist.models import BatchStatus, EntryStatus, ListBatch, ListEntry, ListKind
from institutions.models import Institution

DATE = forms.DateInput(attrs={"type": "date"})


class EntryFilter(django_filters.FilterSet):
    """Entries by institution, list, state, date and what the list said on a day."""

    q = django_filters.CharFilter(label="机构", method="by_name", help_text="机构名称、拼音首字母、证号")
    kind = django_filters.ChoiceFilter(label="名单", choices=ListKind.choices, empty_label="全部名单")
    status = django_filters.ChoiceFilter(label="状态", choices=EntryStatus.choices, empty_label="全部状态")
    on = django_filters.DateFilter(label="某日在册", method="by_day", widget=DATE)
    since = django_filters.DateFilter(
        label="列入日期起", field_name="starts_on", lookup_expr="gte", widget=DATE
    )
    until = django_filters.DateFilter(
        label="列入日期止", field_name="starts_on", lookup_expr="lte", widget=DATE
    )

    class Meta:
        model = ListEntry
        fields: list[str] = []

    def by_name(self, rows: QuerySet[ListEntry], name: str, value: str) -> QuerySet[ListEntry]:
        """Entries of institutions that the search finds."""
        return rows.filter(
            institution__in=Institution.objects.all().search(value.replace("\x00", "")).values("pk")
        )

    def by_day(self, rows: Any, name: str, value: Any) -> Any:
        """What the lists said on that day."""
        return rows.listed_on(value)


class BatchFilter(django_filters.FilterSet):
    """Batches by list and state."""

    list_kind = django_filters.ChoiceFilter(label="名单", choices=ListKind.choices[:1] + ListKind.choices[2:])
    status = django_filters.ChoiceFilter(label="状态", choices=BatchStatus.choices)

    class Meta:
        model = ListBatch
        fields: list[str] = []
