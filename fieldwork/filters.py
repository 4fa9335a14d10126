"""Filters of the registers of campaigns, phones and pads."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from fieldwork.models import Campaign, CampaignKind, CampaignStatus, FieldDevice, NumberPad, PadStatus


class CampaignFilter(django_filters.FilterSet):
    """By words, kind and state."""

    q = django_filters.CharFilter(method="by_words", label="查专项行动", help_text="名称、编号或依据文号")
    kind = django_filters.ChoiceFilter(choices=CampaignKind.choices, label="类别", empty_label="全部类别")
    status = django_filters.ChoiceFilter(choices=CampaignStatus.choices, label="状态", empty_label="全部状态")

    class Meta:
        model = Campaign
        fields = ["q", "kind", "status"]

    def by_words(self, rows: QuerySet[Campaign], name: str, value: str) -> QuerySet[Campaign]:
        """Rows whose name, code or basis holds the words."""
        return rows.filter(Q(name__icontains=value) | Q(code__icontains=value) | Q(basis_no__icontains=value))


class DeviceFilter(django_filters.FilterSet):
    """Phones by words and whether they are in use."""

    q = django_filters.CharFilter(method="by_words", label="查手机", help_text="使用人或手机名称")
    state = django_filters.ChoiceFilter(
        choices=[("USED", "在用"), ("REVOKED", "已停用"), ("CLOCK", "时钟不准")],
        method="by_state",
        label="状态",
        empty_label="全部状态",
    )

    class Meta:
        model = FieldDevice
        fields = ["q", "state"]

    def by_words(self, rows: QuerySet[FieldDevice], name: str, value: str) -> QuerySet[FieldDevice]:
        """Rows whose user or label holds the words."""
        return rows.filter(Q(user__name__icontains=value) | Q(label__icontains=value))

    def by_state(self, rows: QuerySet[FieldDevice], name: str, value: str) -> QuerySet[FieldDevice]:
        """In use, taken out of use, or with a clock that is off by more than two minutes."""
        if value == "CLOCK":
            return rows.filter(Q(is_clock_wrong=True) | Q(skew_ms__gt=120_000) | Q(skew_ms__lt=-120_000))
        return rows.filter(revoked_at__isnull=value == "USED")


class PadFilter(django_filters.FilterSet):
    """Pads by words and state."""

    q = django_filters.CharFilter(method="by_words", label="查号码簿", help_text="编号或领用人")
    status = django_filters.ChoiceFilter(choices=PadStatus.choices, label="状态", empty_label="全部状态")

    class Meta:
        model = NumberPad
        fields = ["q", "status"]

    def by_words(self, rows: QuerySet[NumberPad], name: str, value: str) -> QuerySet[NumberPad]:
        """Rows whose code, page number or holder holds the words."""
        return rows.filter(Q(code__icontains=value) | Q(holder__name__icontains=value))
