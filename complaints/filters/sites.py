"""Filter bar of the list of suspected sites."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from complaints.models import ENDED_SITES, SiteStatus, SuspectedSite
from institutions.selectors import townships_of

DAY = forms.DateInput(attrs={"type": "date"})
LIVE = [(code, label) for code, label in SiteStatus.choices if code not in ENDED_SITES]


class SiteFilter(django_filters.FilterSet):
    """Suspected sites."""

    q = django_filters.CharFilter(method="by_words", label="查找", help_text="名称、地址、线索编号")
    status = django_filters.ChoiceFilter(
        label="状态", choices=[*LIVE, ("DUE", "到期待复看")], method="by_state", empty_label="全部"
    )
    clues = django_filters.NumberFilter(
        label="线索不少于", field_name="clue_count", lookup_expr="gte", min_value=1
    )
    region = django_filters.ChoiceFilter(label="乡镇（街道）", field_name="region_id", empty_label="全部")
    since = django_filters.DateFilter(
        label="最近线索从", field_name="last_seen", lookup_expr="date__gte", widget=DAY
    )

    class Meta:
        model = SuspectedSite
        fields = ("q", "status", "clues", "region", "since")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        towns = townships_of(self.request.user)
        self.filters["region"].extra["choices"] = [(town.pk, town.name) for town in towns]

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By name, address or the number of one of its clues."""
        numbered = SuspectedSite.objects.filter(
            memberships__until__isnull=True, memberships__clue__number__icontains=value
        )
        return rows.filter(
            Q(label__icontains=value) | Q(address__icontains=value) | Q(pk__in=numbered.values("pk"))
        )

    def by_state(self, rows: Any, name: str, value: str) -> Any:
        """One state, or watched sites whose day has come."""
        return rows.review_due(timezone.localdate()) if value == "DUE" else rows.filter(status=value)
