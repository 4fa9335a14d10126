"""Filter bars of statements, suspense and days."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from casework.filters import any_contains
from funds.models import (
    AccountDay,
    Bank,
    BankProfile,
    CaseStatus,
    Channel,
    CorrectionStatus,
    DayState,
    FileState,
    Invoice,
    InvoiceCase,
    LinePosting,
    Mismatch,
    PaymentCorrection,
    StatementBundle,
    StatementFile,
    StatementLine,
    SuspenseItem,
    SuspenseStatus,
)

DAY = forms.DateInput(attrs={"type": "date"})


class ProfileFilter(django_filters.FilterSet):
    """Layouts."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="模板名称、说明")
    old = django_filters.BooleanFilter(label="包括旧版本", method="by_old", widget=forms.CheckboxInput)

    class Meta:
        model = BankProfile
        fields = ("q", "old")

    @property
    def qs(self) -> QuerySet[Any]:
        """Current versions unless the old ones are asked for."""
        rows = super().qs
        is_asked = self.is_bound and self.form.is_valid() and self.form.cleaned_data.get("old")
        return rows if is_asked else rows.filter(is_current=True)

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By name or note."""
        return rows.filter(any_contains(value, "name", "note"))

    def by_old(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """See `qs`."""
        return rows


class _OfBank(django_filters.FilterSet):
    """A list of rows about supervised accounts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["bank"].queryset = Bank.objects.visible_to(self.request.user).order_by("name", "branch")


class StatementFilter(_OfBank):
    """Files."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、文件名、账号末四位")
    state = django_filters.ChoiceFilter(label="状态", choices=FileState.choices, empty_label="全部")
    channel = django_filters.ChoiceFilter(label="来源", choices=Channel.choices, empty_label="全部")
    bank = django_filters.ModelChoiceFilter(
        label="银行", field_name="account__bank", queryset=Bank.objects.none(), empty_label="全部"
    )
    since = django_filters.DateFilter(
        label="收到日期从", field_name="received_at", lookup_expr="date__gte", widget=DAY
    )
    until = django_filters.DateFilter(
        label="到", field_name="received_at", lookup_expr="date__lte", widget=DAY
    )

    class Meta:
        model = StatementFile
        fields = ("q", "state", "channel", "bank", "since", "until")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution, file name or tail."""
        found = any_contains(value, "account__institution__name", "file_name")
        return rows.filter(found | Q(account__number_tail=value))


class BundleFilter(django_filters.FilterSet):
    """Files of many accounts."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="文件名、机构")
    state = django_filters.ChoiceFilter(label="状态", choices=FileState.choices, empty_label="全部")
    since = django_filters.DateFilter(
        label="收到日期从", field_name="received_at", lookup_expr="date__gte", widget=DAY
    )

    class Meta:
        model = StatementBundle
        fields = ("q", "state", "since")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By file name, or an institution whose account is in it."""
        parts = StatementFile.objects.filter(
            any_contains(value, "account__institution__name"), bundle=OuterRef("pk")
        )
        return rows.filter(any_contains(value, "file_name") | Q(Exists(parts)))


class LineFilter(django_filters.FilterSet):
    """Lines of one file."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="对方、附言、流水号")
    how = django_filters.ChoiceFilter(
        label="入账",
        method="by_how",
        empty_label="全部",
        choices=[("OPEN", "待入账"), ("NONE", "挂待查"), ("MATCHED", "已认出")],
    )

    class Meta:
        model = StatementLine
        fields = ("q", "how")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By words of the line."""
        return rows.filter(any_contains(value, "payer", "reference", "summary", "serial"))

    def by_how(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Waiting, in suspense, recognised."""
        standing = LinePosting.objects.filter(line_uid=OuterRef("uid"), undone_at__isnull=True)
        if value == "OPEN":
            return rows.exclude(Exists(standing))
        if value == "NONE":
            return rows.filter(Exists(standing.filter(matched_by="NONE")))
        return rows.filter(Exists(standing.exclude(matched_by="NONE")))


class SuspenseFilter(_OfBank):
    """Lines in suspense."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、对方户名、摘要附言、金额")
    side = django_filters.ChoiceFilter(
        label="收支",
        method="by_side",
        empty_label="全部",
        choices=[("IN", "来源不明收款"), ("OUT", "无指令支出")],
    )
    status = django_filters.ChoiceFilter(label="状态", choices=SuspenseStatus.choices, empty_label="全部")
    bank = django_filters.ModelChoiceFilter(
        label="银行", field_name="account__bank", queryset=Bank.objects.none(), empty_label="全部"
    )
    since = django_filters.DateFilter(
        label="入账日期从", field_name="booked_on", lookup_expr="gte", widget=DAY
    )
    until = django_filters.DateFilter(label="到", field_name="booked_on", lookup_expr="lte", widget=DAY)

    class Meta:
        model = SuspenseItem
        fields = ("q", "side", "status", "bank", "since", "until")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution, payer, words or amount in yuan."""
        found = any_contains(value, "account__institution__name", "payer", "words")
        plain = value.replace(",", "").strip()
        if plain.replace(".", "", 1).isdecimal() and len(plain) < 12:
            fen = round(float(plain) * 100)
            found |= Q(fen__in=[fen, -fen])
        return rows.filter(found)

    def by_side(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Money in or out."""
        return rows.filter(fen__gt=0) if value == "IN" else rows.filter(fen__lt=0)


class CorrectionFilter(django_filters.FilterSet):
    """Payments taken back."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、合同编号、理由")
    status = django_filters.ChoiceFilter(label="状态", choices=CorrectionStatus.choices, empty_label="全部")
    since = django_filters.DateFilter(
        label="原入账日期从", field_name="paid_on", lookup_expr="gte", widget=DAY
    )
    until = django_filters.DateFilter(label="到", field_name="paid_on", lookup_expr="lte", widget=DAY)

    class Meta:
        model = PaymentCorrection
        fields = ("q", "status", "since", "until")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution, contract or reason."""
        return rows.filter(any_contains(value, "contract__institution__name", "contract__number", "reason"))


class DayFilter(_OfBank):
    """Compared days."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、账号末四位")
    state = django_filters.ChoiceFilter(label="核对结果", choices=DayState.choices, empty_label="全部")
    closed = django_filters.ChoiceFilter(
        label="结账",
        method="by_closed",
        empty_label="全部",
        choices=[("OPEN", "未结账"), ("CLOSED", "已结账"), ("EXCEPTED", "例外结账")],
    )
    bank = django_filters.ModelChoiceFilter(
        label="银行", field_name="account__bank", queryset=Bank.objects.none(), empty_label="全部"
    )
    since = django_filters.DateFilter(label="日期从", field_name="day", lookup_expr="gte", widget=DAY)
    until = django_filters.DateFilter(label="到", field_name="day", lookup_expr="lte", widget=DAY)

    class Meta:
        model = AccountDay
        fields = ("q", "state", "closed", "bank", "since", "until")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or tail."""
        return rows.filter(any_contains(value, "account__institution__name") | Q(account__number_tail=value))

    def by_closed(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Open, closed, closed by exception."""
        wanted = {
            "OPEN": Q(is_closed=False),
            "CLOSED": Q(is_closed=True, is_excepted=False),
            "EXCEPTED": Q(is_excepted=True),
        }
        return rows.filter(wanted[value])


class InvoiceFilter(django_filters.FilterSet):
    """Invoices."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、发票号码、合同编号")
    bare = django_filters.BooleanFilter(label="没有对应合同", method="by_bare", widget=forms.CheckboxInput)
    since = django_filters.DateFilter(
        label="开票日期从", field_name="issued_on", lookup_expr="gte", widget=DAY
    )
    until = django_filters.DateFilter(label="到", field_name="issued_on", lookup_expr="lte", widget=DAY)

    class Meta:
        model = Invoice
        fields = ("q", "bare", "since", "until")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution, number or contract."""
        return rows.filter(any_contains(value, "institution__name", "number", "contract__number"))

    def by_bare(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Without a contract."""
        return rows.filter(contract__isnull=True) if value else rows


class InvoiceCaseFilter(django_filters.FilterSet):
    """Disagreements."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、合同编号、发票号码")
    kind = django_filters.ChoiceFilter(label="问题", choices=Mismatch.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=CaseStatus.choices, empty_label="全部")

    class Meta:
        model = InvoiceCase
        fields = ("q", "kind", "status")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution, contract or invoice."""
        return rows.filter(any_contains(value, "institution__name", "contract__number", "invoice__number"))
