"""Filter bars of this room's lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Region
from institutions.models import Institution
from monitors.models import (
    Assessment,
    AuditStatus,
    Category,
    Grade,
    LookAsk,
    Monitor,
    MonitorStatus,
    Outing,
    OutingMember,
    OutingStatus,
    PatrolAudit,
    PatrolTask,
    Seen,
    Slot,
    SpotKind,
    Squad,
    Stop,
    TaskStatus,
)
from monitors.selectors import monitors as selectors


class MonitorFilter(django_filters.FilterSet):
    """Monitors by words, state, category, township, squad."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="姓名、证件编号、单位")
    status = django_filters.ChoiceFilter(label="状态", choices=MonitorStatus.choices, empty_label="全部")
    category = django_filters.ChoiceFilter(label="身份类别", choices=Category.choices, empty_label="全部")
    region = django_filters.ModelChoiceFilter(
        label="乡镇（街道）", queryset=Region.objects.none(), empty_label="全部"
    )
    squad = django_filters.ModelChoiceFilter(
        label="小分队", queryset=Squad.objects.none(), empty_label="全部"
    )
    serving = django_filters.BooleanFilter(label="只看在聘", method="by_serving", widget=forms.CheckboxInput)

    class Meta:
        model = Monitor
        fields = ("q", "status", "category", "region", "squad", "serving")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["region"].queryset = selectors.towns_of(self.request.user)
        self.filters["squad"].queryset = Squad.objects.visible_to(self.request.user)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By name, card number or unit."""
        return rows.filter(
            Q(person__name__icontains=value) | Q(card_no__icontains=value) | Q(unit_name__icontains=value)
        )

    def by_serving(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Terms that run today."""
        return rows.filter(term__contains=timezone.localdate()) if value else rows


class AssessmentFilter(django_filters.FilterSet):
    """Assessments by name, year, result."""

    q = django_filters.CharFilter(label="姓名", field_name="monitor__person__name", lookup_expr="icontains")
    year = django_filters.NumberFilter(label="年度")
    grade = django_filters.ChoiceFilter(label="等次", choices=Grade.choices, empty_label="全部")

    class Meta:
        model = Assessment
        fields = ("q", "year", "grade")


DAY = forms.DateInput(attrs={"type": "date"})


class OutingFilter(django_filters.FilterSet):
    """Outings by number, squad, state, time of day, days."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="编号、监督员姓名")
    squad = django_filters.ModelChoiceFilter(
        label="小分队", queryset=Squad.objects.none(), empty_label="全部"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=OutingStatus.choices, empty_label="全部")
    slot = django_filters.ChoiceFilter(
        label="时段",
        choices=[row for row in Slot.choices if row[0] in {Slot.DAY, Slot.EVENING, Slot.REST_DAY}],
        empty_label="全部",
    )
    since = django_filters.DateFilter(
        label="开始日期从", field_name="started_at", lookup_expr="date__gte", widget=DAY
    )
    until = django_filters.DateFilter(
        label="到", field_name="started_at", lookup_expr="date__lte", widget=DAY
    )

    class Meta:
        model = Outing
        fields = ("q", "squad", "status", "slot", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["squad"].queryset = Squad.objects.visible_to(self.request.user)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By number or who took part."""
        with_person = OutingMember.objects.filter(monitor__person__name__icontains=value)
        return rows.filter(Q(number__icontains=value) | Q(pk__in=with_person.values("outing")))


class StopFilter(django_filters.FilterSet):
    """Stops by name, activity, problems, days."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、看到的名称、地点、编号")
    activity = django_filters.ChoiceFilter(label="活动", choices=Seen.choices, empty_label="全部")
    spot_kind = django_filters.ChoiceFilter(label="场所类型", choices=SpotKind.choices, empty_label="全部")
    unlisted = django_filters.BooleanFilter(
        label="只看未登记场所", field_name="institution", lookup_expr="isnull", widget=forms.CheckboxInput
    )
    problems = django_filters.BooleanFilter(
        label="只看有问题的", method="by_problems", widget=forms.CheckboxInput
    )
    since = django_filters.DateFilter(
        label="到达日期从", field_name="arrived_at", lookup_expr="date__gte", widget=DAY
    )
    until = django_filters.DateFilter(
        label="到", field_name="arrived_at", lookup_expr="date__lte", widget=DAY
    )

    class Meta:
        model = Stop
        fields = ("q", "activity", "spot_kind", "unlisted", "problems", "since", "until")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By names, place or number."""
        return rows.filter(
            Q(institution__name__icontains=value)
            | Q(seen_name__icontains=value)
            | Q(place__icontains=value)
            | Q(outing__number__icontains=value)
        )

    def by_problems(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Stops with a problem."""
        return rows.filter(problem_count__gt=0) if value else rows


class TaskFilter(django_filters.FilterSet):
    """Tasks by title, squad, state."""

    q = django_filters.CharFilter(label="任务", field_name="title", lookup_expr="icontains")
    squad = django_filters.ModelChoiceFilter(
        label="小分队", queryset=Squad.objects.none(), empty_label="全部"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=TaskStatus.choices, empty_label="全部")

    class Meta:
        model = PatrolTask
        fields = ("q", "squad", "status")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["squad"].queryset = Squad.objects.visible_to(self.request.user)


class QuotaFilter(django_filters.FilterSet):
    """The month, the squad, and those who fall short. The month itself is read by the page."""

    month = django_filters.CharFilter(
        label="月份", method="keep", widget=forms.TextInput(attrs={"type": "month"})
    )
    squad = django_filters.ModelChoiceFilter(
        label="小分队", queryset=Squad.objects.none(), empty_label="全部"
    )
    never = django_filters.BooleanFilter(
        label="只看没有出巡的", method="by_never", widget=forms.CheckboxInput
    )

    class Meta:
        model = Monitor
        fields = ("month", "squad", "never")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["squad"].queryset = Squad.objects.visible_to(self.request.user)

    def keep(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The page has counted in that month already."""
        return rows

    def by_never(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Who was on no outing."""
        return rows.filter(outing_count=0) if value else rows


class UnseenFilter(django_filters.FilterSet):
    """Institutions by name, township, and for how many days nobody was there."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称、地址")
    region = django_filters.ModelChoiceFilter(
        label="乡镇（街道）", queryset=Region.objects.none(), empty_label="全部"
    )
    days = django_filters.NumberFilter(label="超过多少天没看", method="by_days", min_value=1, max_value=3650)

    class Meta:
        model = Institution
        fields = ("q", "region", "days")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["region"].queryset = selectors.towns_of(self.request.user)

    def search(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        """As the register searches."""
        found: QuerySet[Any] = rows.search(value)
        return found

    def by_days(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Never seen, or not since that many days."""
        limit = timezone.now() - timedelta(days=int(value))
        return rows.filter(Q(last_seen__isnull=True) | Q(last_seen__lt=limit))


class AreaFilter(django_filters.FilterSet):
    """Townships by name and month."""

    q = django_filters.CharFilter(label="乡镇（街道）", field_name="name", lookup_expr="icontains")
    month = django_filters.CharFilter(
        label="月份",
        method="by_month",
        initial=lambda: f"{timezone.localdate():%Y-%m}",
        widget=forms.TextInput(attrs={"type": "month"}),
    )

    class Meta:
        model = Region
        fields = ("q", "month")

    def by_month(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The page reads the month; the rows stay."""
        return rows


class LookFilter(django_filters.FilterSet):
    """Requests to look by words, squad, and whether they wait."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="线索编号、地点")
    squad = django_filters.ModelChoiceFilter(
        label="小分队", queryset=Squad.objects.none(), empty_label="全部"
    )
    waiting = django_filters.BooleanFilter(
        label="只看待核查", method="by_waiting", widget=forms.CheckboxInput
    )

    class Meta:
        model = LookAsk
        fields = ("q", "squad", "waiting")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["squad"].queryset = Squad.objects.visible_to(self.request.user)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By number or place."""
        return rows.filter(Q(clue_no__icontains=value) | Q(place_text__icontains=value))

    def by_waiting(self, rows: Any, name: str, value: bool) -> QuerySet[Any]:
        """Neither answered nor withdrawn."""
        found: QuerySet[Any] = rows.waiting() if value else rows
        return found


class AuditFilter(django_filters.FilterSet):
    """Audits by title and state."""

    q = django_filters.CharFilter(label="督查", field_name="title", lookup_expr="icontains")
    status = django_filters.ChoiceFilter(label="状态", choices=AuditStatus.choices, empty_label="全部")

    class Meta:
        model = PatrolAudit
        fields = ("q", "status")
