"""Filter bars of duty logs and observations."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Region
from monitors.models import DutyEntry, DutyKind, Observation, Seen, SpotKind, Squad
from monitors.selectors import monitors as selectors

DAY = forms.DateInput(attrs={"type": "date"})


class EntryFilter(django_filters.FilterSet):
    """Duty logs by words, duty, squad, days."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="监督员姓名、内容")
    duty = django_filters.ChoiceFilter(label="职责", choices=DutyKind.choices, empty_label="全部")
    squad = django_filters.ModelChoiceFilter(
        label="小分队", field_name="monitor__squad", queryset=Squad.objects.none(), empty_label="全部"
    )
    since = django_filters.DateFilter(label="日期从", field_name="done_on", lookup_expr="gte", widget=DAY)
    until = django_filters.DateFilter(label="到", field_name="done_on", lookup_expr="lte", widget=DAY)

    class Meta:
        model = DutyEntry
        fields = ("q", "duty", "squad", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["squad"].queryset = Squad.objects.visible_to(self.request.user)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By name or words."""
        return rows.filter(Q(monitor__person__name__icontains=value) | Q(text__icontains=value))


class ObservationFilter(django_filters.FilterSet):
    """Observations by words, township, activity, kind of place, days."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="编号、地点、去向")
    region = django_filters.ModelChoiceFilter(
        label="乡镇（街道）", queryset=Region.objects.none(), empty_label="全部"
    )
    activity = django_filters.ChoiceFilter(label="活动", choices=Seen.choices, empty_label="全部")
    spot_kind = django_filters.ChoiceFilter(label="场所类型", choices=SpotKind.choices, empty_label="全部")
    since = django_filters.DateFilter(
        label="日期从", field_name="watched_from", lookup_expr="date__gte", widget=DAY
    )
    until = django_filters.DateFilter(
        label="到", field_name="watched_from", lookup_expr="date__lte", widget=DAY
    )

    class Meta:
        model = Observation
        fields = ("q", "region", "activity", "spot_kind", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["region"].queryset = selectors.towns_of(self.request.user)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By number, place or floor."""
        return rows.filter(
            Q(number__icontains=value) | Q(place__icontains=value) | Q(floors__icontains=value)
        )
