"""Filter bars of grids."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Region
from institutions.models import Institution
from monitors.models import (
    EventKind,
    GridEvent,
    GridKind,
    GridSheet,
    GridSweep,
    GridUnit,
    Net,
    SheetState,
    SweepStatus,
)
from monitors.selectors import monitors as selectors

DAY = forms.DateInput(attrs={"type": "date"})


class UnitFilter(django_filters.FilterSet):
    """Units by words, net, level, township; those without anybody on duty."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="网格名称、编码、责任人")
    net = django_filters.ChoiceFilter(label="网格体系", choices=Net.choices, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="级别", choices=GridKind.choices, empty_label="全部")
    region = django_filters.ModelChoiceFilter(
        label="乡镇（街道）", queryset=Region.objects.none(), empty_label="全部"
    )
    gap = django_filters.BooleanFilter(label="只看无人在岗", method="by_gap", widget=forms.CheckboxInput)
    closed = django_filters.BooleanFilter(label="包括已停用", method="by_closed", widget=forms.CheckboxInput)

    class Meta:
        model = GridUnit
        fields = ("q", "net", "kind", "region", "gap", "closed")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["region"].queryset = selectors.towns_of(self.request.user)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By name, code or who is on duty today."""
        people = GridUnit.objects.filter(
            duties__name__icontains=value, duties__span__contains=timezone.localdate()
        )
        return rows.filter(
            Q(name__icontains=value) | Q(code__icontains=value) | Q(pk__in=people.order_by().values("pk"))
        )

    def by_gap(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Units that stand without anybody on duty."""
        if not value:
            return rows
        manned = GridUnit.objects.filter(duties__span__contains=timezone.localdate())
        return rows.filter(closed_on__isnull=True).exclude(pk__in=manned.order_by().values("pk"))

    def by_closed(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Closed units are shown when asked for."""
        return rows


class DutyFilter(django_filters.FilterSet):
    """Institutions by words, township; those for which nobody is responsible."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称、首字母、地址")
    region = django_filters.ModelChoiceFilter(
        label="乡镇（街道）", queryset=Region.objects.none(), empty_label="全部"
    )
    gap = django_filters.ChoiceFilter(
        label="空白",
        method="by_gap",
        choices=[
            ("ANY", "三张网都没有人负责"),
            *[(str(code), f"{label}没有人负责") for code, label in Net.choices],
        ],
        empty_label="全部机构",
    )

    class Meta:
        model = Institution
        fields = ("q", "region", "gap")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["region"].queryset = selectors.towns_of(self.request.user)

    def search(self, rows: Any, name: str, value: str) -> Any:
        """As the register of institutions searches."""
        return rows.search(value)

    def by_gap(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Places that a net does not reach."""
        if value == "ANY":
            return rows.filter(in_street=False, in_school=False, in_department=False)
        return rows.filter(**{f"in_{value.lower()}": False})


class SweepFilter(django_filters.FilterSet):
    """Sweeps by name and state."""

    q = django_filters.CharFilter(label="名称", field_name="title", lookup_expr="icontains")
    status = django_filters.ChoiceFilter(label="状态", choices=SweepStatus.choices, empty_label="全部")

    class Meta:
        model = GridSweep
        fields = ("q", "status")


class EventFilter(django_filters.FilterSet):
    """What grids reported by words, kind, net, days."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="编号、机构、地点、网格")
    kind = django_filters.ChoiceFilter(label="情况", choices=EventKind.choices, empty_label="全部")
    net = django_filters.ChoiceFilter(
        label="网格体系", field_name="unit__net", choices=Net.choices, empty_label="全部"
    )
    sweep = django_filters.ModelChoiceFilter(
        label="拉网排查", queryset=GridSweep.objects.none(), empty_label="全部"
    )
    since = django_filters.DateFilter(
        label="看到日期从", field_name="happened_at", lookup_expr="date__gte", widget=DAY
    )
    until = django_filters.DateFilter(
        label="到", field_name="happened_at", lookup_expr="date__lte", widget=DAY
    )

    class Meta:
        model = GridEvent
        fields = ("q", "kind", "net", "sweep", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["sweep"].queryset = GridSweep.objects.visible_to(self.request.user)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By number, place or grid."""
        return rows.filter(
            Q(number__icontains=value)
            | Q(institution__name__icontains=value)
            | Q(seen_name__icontains=value)
            | Q(place__icontains=value)
            | Q(unit__name__icontains=value)
        )


class SheetFilter(django_filters.FilterSet):
    """Sheets by file name and state."""

    q = django_filters.CharFilter(label="文件名", field_name="file_name", lookup_expr="icontains")
    state = django_filters.ChoiceFilter(label="状态", choices=SheetState.choices, empty_label="全部")

    class Meta:
        model = GridSheet
        fields = ("q", "state")
