"""Filter bars of this room's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from measures import selectors
from measures.models import (
    AdCase,
    AdKind,
    AdOrigin,
    AdStatus,
    CameraFile,
    Closure,
    ClosureStatus,
    Directive,
    DirectiveKind,
    DirectiveStatus,
    Exchange,
    ExchangeDirection,
    Handover,
    HandoverStatus,
    Meeting,
    MeetingStatus,
    MysteryStatus,
    MysteryVisit,
    Shift,
    ShiftKind,
    StandingRecusal,
    Talk,
    TalkKind,
    TalkStatus,
    Whistle,
    WhistleStatus,
    WhistleUrgency,
)

DAY = forms.DateInput(attrs={"type": "date"})


def towns_of(request: Any) -> Any:
    """Townships inside the reader's reach."""
    return selectors.towns(request.user)


def words(*fields: str) -> Any:
    """A method that looks for the words in any of the fields."""

    def look(self: Any, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__icontains": value})
        return rows.filter(found)

    return look


def q(hint: str) -> django_filters.CharFilter:
    """The field of words."""
    return django_filters.CharFilter(method="by_words", label="查找", help_text=hint)


def choice(label: str, choices: Any, **kwargs: Any) -> django_filters.ChoiceFilter:
    """A choice that may stay open."""
    return django_filters.ChoiceFilter(label=label, choices=choices, empty_label="全部", **kwargs)


class AdFilter(django_filters.FilterSet):
    """Advertisements."""

    q = q("地点、广告主、内容")
    status = choice(
        "进度", [("WAITING", "未办结"), ("OVERDUE", "逾期未清除"), *AdStatus.choices], method="by_state"
    )
    kind = choice("形式", AdKind.choices)
    origin = choice("发现途径", AdOrigin.choices)
    region = django_filters.ModelChoiceFilter(label="乡镇（街道）", queryset=towns_of, empty_label="全部")
    by_words = words("place", "content", "owner_name", "institution__name")

    class Meta:
        model = AdCase
        fields = ("q", "status", "kind", "origin", "region")

    def by_state(self, rows: Any, name: str, value: str) -> Any:
        """Unsettled, overdue, or one state."""
        if value == "OVERDUE":
            return rows.overdue(timezone.localdate())
        return rows.waiting() if value == "WAITING" else rows.filter(status=value)


class TalkFilter(django_filters.FilterSet):
    """Talks."""

    q = q("事由、机构")
    status = choice("状态", TalkStatus.choices)
    kind = choice("形式", TalkKind.choices)

    class Meta:
        model = Talk
        fields = ("q", "status", "kind")

    def by_words(self, rows: Any, name: str, value: str) -> Any:
        """By reason or institution."""
        named = Talk.objects.filter(parties__institution__name__icontains=value).values("pk")
        return rows.filter(Q(reason__icontains=value) | Q(pk__in=named))


class WhistleFilter(django_filters.FilterSet):
    """Whistles."""

    q = q("事项、地点、镇街")
    status = choice("状态", WhistleStatus.choices)
    urgency = choice("紧急程度", WhistleUrgency.choices)
    by_words = words("matter", "place", "caller__name")

    class Meta:
        model = Whistle
        fields = ("q", "status", "urgency")


class MeetingFilter(django_filters.FilterSet):
    """Meetings."""

    q = q("会议名称、议定事项")
    status = choice("状态", MeetingStatus.choices)

    class Meta:
        model = Meeting
        fields = ("q", "status")

    def by_words(self, rows: Any, name: str, value: str) -> Any:
        """By name or decision."""
        named = Meeting.objects.filter(decisions__text__icontains=value).values("pk")
        return rows.filter(Q(title__icontains=value) | Q(pk__in=named))


class DirectiveFilter(django_filters.FilterSet):
    """Directives."""

    q = q("文号、受文对象")
    kind = choice("种类", DirectiveKind.choices)
    status = choice("状态", DirectiveStatus.choices)
    region = django_filters.ModelChoiceFilter(label="乡镇（街道）", queryset=towns_of, empty_label="全部")
    by_words = words("number", "party_name", "institution__name")

    class Meta:
        model = Directive
        fields = ("q", "kind", "status", "region")


class ClosureFilter(django_filters.FilterSet):
    """Closures."""

    q = q("标题、依据")
    status = choice("状态", ClosureStatus.choices)
    by_words = words("title", "basis")

    class Meta:
        model = Closure
        fields = ("q", "status")


class HandoverFilter(django_filters.FilterSet):
    """Materials."""

    q = q("机构、材料名称")
    status = choice("状态", HandoverStatus.choices)

    class Meta:
        model = Handover
        fields = ("q", "status")

    def by_words(self, rows: Any, name: str, value: str) -> Any:
        """By institution or title."""
        named = Handover.objects.filter(items__title__icontains=value).values("pk")
        return rows.filter(Q(institution__name__icontains=value) | Q(pk__in=named))


class ShiftFilter(django_filters.FilterSet):
    """Shifts."""

    q = q("区域、值班人员")
    kind = choice("班次", ShiftKind.choices)
    cover = choice(
        "到岗",
        [("SHORT", "人数不足"), ("MINE", "我的值班"), ("OPEN", "未登记情况")],
        method="by_cover",
    )
    since = django_filters.DateFilter(
        label="起始日期", field_name="starts_at", lookup_expr="date__gte", widget=DAY
    )
    until = django_filters.DateFilter(
        label="截止日期", field_name="starts_at", lookup_expr="date__lte", widget=DAY
    )

    class Meta:
        model = Shift
        fields = ("q", "kind", "cover", "since", "until")

    def by_words(self, rows: Any, name: str, value: str) -> Any:
        """By area or person."""
        named = Shift.objects.filter(duties__user__name__icontains=value).values("pk")
        return rows.filter(Q(area__icontains=value) | Q(pk__in=named))

    def by_cover(self, rows: Any, name: str, value: str) -> Any:
        """Shifts that lack people, the reader's own, or past ones without report."""
        if value == "MINE":
            mine = Shift.objects.filter(duties__user=self.request.user).values("pk")
            return rows.filter(pk__in=mine)
        if value == "OPEN":
            return rows.filter(report="", ends_at__lt=timezone.now())
        short = Shift.objects.annotate(n=Count("duties")).filter(n__lt=F("needed")).values("pk")
        return rows.filter(pk__in=short, starts_at__gt=timezone.now())


class MysteryFilter(django_filters.FilterSet):
    """Mystery visits."""

    q = q("地点、机构")
    status = choice("状态", MysteryStatus.choices)
    by_words = words("place", "institution__name")

    class Meta:
        model = MysteryVisit
        fields = ("q", "status")


class OfficerFilter(django_filters.FilterSet):
    """Officers."""

    q = q("姓名、单位、证号")

    class Meta:
        fields = ("q",)

    def by_words(self, rows: Any, name: str, value: str) -> Any:
        """By name, body or card number."""
        carded = rows.model._base_manager.filter(certificates__number__icontains=value).values("pk")
        return rows.filter(
            Q(name__icontains=value) | Q(organisation__name__icontains=value) | Q(pk__in=carded)
        )


class RecusalFilter(django_filters.FilterSet):
    """Standing recusals."""

    q = q("人员、机构")
    by_words = words("user__name", "institution__name")

    class Meta:
        model = StandingRecusal
        fields = ("q",)


class CameraFilter(django_filters.FilterSet):
    """Recordings."""

    q = q("文件名、机构、摘要")
    by_words = words("file_name", "visit__institution__name", "sha256", "device_no")

    class Meta:
        model = CameraFile
        fields = ("q",)


class ExchangeFilter(django_filters.FilterSet):
    """Exchanges."""

    q = q("内容、单位、回执")
    direction = choice("方向", ExchangeDirection.choices)
    by_words = words("content", "partner__name", "partner_name", "receipt_no")

    class Meta:
        model = Exchange
        fields = ("q", "direction")
