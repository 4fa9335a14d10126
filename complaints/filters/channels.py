"""Filter bars of this room's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from complaints.models import Clue, ClueStatus, DisputeStatus, RefundDispute, Reward, RewardStatus

DAY = forms.DateInput(attrs={"type": "date"})


class DisputeFilter(django_filters.FilterSet):
    """Refund disputes."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="编号、对方名称")
    status = django_filters.ChoiceFilter(label="状态", choices=DisputeStatus.choices, empty_label="全部")
    since = django_filters.DateFilter(
        label="提出日期从", field_name="claimed_on", lookup_expr="gte", widget=DAY
    )
    until = django_filters.DateFilter(label="到", field_name="claimed_on", lookup_expr="lte", widget=DAY)
    late = django_filters.BooleanFilter(label="只看逾期", method="by_late", widget=forms.CheckboxInput)

    class Meta:
        model = RefundDispute
        fields = ("q", "status", "since", "until", "late")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By number or party."""
        return rows.filter(Q(number__icontains=value) | Q(party_name__icontains=value))

    def by_late(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Open and past the term."""
        if not value:
            return rows
        return rows.filter(status__in=["CLAIMED", "MEDIATING", "AGREED"], due_on__lt=timezone.localdate())


class RewardFilter(django_filters.FilterSet):
    """Rewards."""

    q = django_filters.CharFilter(label="线索编号", field_name="clue__number", lookup_expr="icontains")
    status = django_filters.ChoiceFilter(label="状态", choices=RewardStatus.choices, empty_label="全部")

    class Meta:
        model = Reward
        fields = ("q", "status")


class TicketFilter(django_filters.FilterSet):
    """Hotline tickets."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="工单号、线索编号、内容")
    status = django_filters.ChoiceFilter(label="状态", choices=ClueStatus.choices, empty_label="全部")
    waiting = django_filters.BooleanFilter(
        label="办结未答复", method="by_waiting", widget=forms.CheckboxInput
    )

    class Meta:
        model = Clue
        fields = ("q", "status", "waiting")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By ticket, number or words."""
        return rows.filter(
            Q(external_no__icontains=value) | Q(number__icontains=value) | Q(text__icontains=value)
        )

    def by_waiting(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Closed, and the hotline does not know yet."""
        return rows.filter(status="CLOSED", is_replied=False) if value else rows
