"""Filter bars of this room's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from casework.filters import any_contains
from funds.models import (
    AccountFreeze,
    AccountStatus,
    Bank,
    DepositMovement,
    Direction,
    EscrowAccount,
    FreezeStatus,
    FundKind,
    MovementStatus,
)
from institutions.models import Institution
from institutions.selectors import townships_of

DAY = forms.DateInput(attrs={"type": "date"})


class TownFilter(django_filters.FilterSet):
    """A list with a township."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        towns = townships_of(self.request.user)
        self.filters["region"].extra["choices"] = [(town.pk, town.name) for town in towns]


class BankFilter(django_filters.FilterSet):
    """Banks."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="银行、网点")

    class Meta:
        model = Bank
        fields = ("q",)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By name or branch."""
        return rows.filter(any_contains(value, "name", "branch"))


class AccountFilter(TownFilter):
    """Supervised accounts."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、户名、协议编号、账号末四位")
    kind = django_filters.ChoiceFilter(label="种类", choices=FundKind.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=AccountStatus.choices, empty_label="全部")
    bank = django_filters.ModelChoiceFilter(label="银行", queryset=Bank.objects.none(), empty_label="全部")
    region = django_filters.ChoiceFilter(label="乡镇（街道）", field_name="region_id", empty_label="全部")
    late = django_filters.BooleanFilter(label="备案逾期", method="by_late", widget=forms.CheckboxInput)
    frozen = django_filters.BooleanFilter(label="冻结中", method="by_frozen", widget=forms.CheckboxInput)

    class Meta:
        model = EscrowAccount
        fields = ("q", "kind", "status", "bank", "region", "late", "frozen")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["bank"].queryset = Bank.objects.visible_to(self.request.user).order_by("name", "branch")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution, name, agreement or tail."""
        return rows.filter(
            any_contains(value, "institution__name", "account_name", "agreement_no") | Q(number_tail=value)
        )

    def by_late(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Opened, not filed, past the term."""
        return rows.filter(status="OPENED", filing_due_on__lt=timezone.localdate()) if value else rows

    def by_frozen(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Held by a freeze."""
        return rows.filter(is_frozen=True) if value else rows


class FreezeFilter(django_filters.FilterSet):
    """Freezes."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、理由、关联文号")
    status = django_filters.ChoiceFilter(label="状态", choices=FreezeStatus.choices, empty_label="全部")

    class Meta:
        model = AccountFreeze
        fields = ("q", "status")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution, reason or number."""
        return rows.filter(any_contains(value, "account__institution__name", "reason", "source_no"))


class MovementFilter(django_filters.FilterSet):
    """Deposit movements."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、流水号或文号")
    direction = django_filters.ChoiceFilter(label="收付", choices=Direction.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=MovementStatus.choices, empty_label="全部")
    since = django_filters.DateFilter(
        label="入账日期从", field_name="booked_on", lookup_expr="gte", widget=DAY
    )
    until = django_filters.DateFilter(label="到", field_name="booked_on", lookup_expr="lte", widget=DAY)

    class Meta:
        model = DepositMovement
        fields = ("q", "direction", "status", "since", "until")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or reference."""
        return rows.filter(any_contains(value, "account__institution__name", "reference"))


class DepositFilter(TownFilter):
    """Institutions by their deposit."""

    q = django_filters.CharFilter(
        label="查找", field_name="name", lookup_expr="icontains", help_text="机构名称"
    )
    state = django_filters.ChoiceFilter(
        label="情况",
        method="by_state",
        empty_label="全部",
        choices=[("SHORT", "不足"), ("LATE", "不足且逾期"), ("ENOUGH", "足额"), ("UNSET", "未核定")],
    )
    region = django_filters.ChoiceFilter(label="乡镇（街道）", field_name="region_id", empty_label="全部")

    class Meta:
        model = Institution
        fields = ("q", "state", "region")

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Short, late, enough or without a requirement."""
        wanted = {
            "SHORT": Q(short_fen__gt=0),
            "LATE": Q(short_fen__gt=0, top_up_due__lt=timezone.localdate()),
            "ENOUGH": Q(short_fen=0, required_fen__isnull=False),
            "UNSET": Q(required_fen__isnull=True),
        }
        return rows.filter(wanted[value])
