"""Filter bars of contracts, lessons, releases, refunds and instructions."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from casework.crypto import blind_index
from casework.filters import any_contains
from funds.filters import DAY, TownFilter
from funds.models import (
    Contract,
    ContractStatus,
    Instruction,
    InstructionKind,
    InstructionStatus,
    ItemState,
    Lesson,
    LessonStatus,
    PaymentRun,
    PaymentRunItem,
    PaymentStage,
    Refund,
    RefundStatus,
    ReleaseBatch,
    ReleaseStatus,
    RunStatus,
    SettlementAccount,
    SettlementStatus,
)
from funds.selectors.waiting_payments import waiting_payments
from institutions.models import Institution

PHONE_DIGITS = 11


class ContractFilter(TownFilter):
    """Contracts."""

    q = django_filters.CharFilter(
        label="查找", method="search", help_text="机构、合同编号、缴费单号、课程、家长完整手机号"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=ContractStatus.choices, empty_label="全部")
    region = django_filters.ChoiceFilter(label="乡镇（街道）", field_name="region_id", empty_label="全部")
    warned = django_filters.BooleanFilter(label="有提示", method="by_warned", widget=forms.CheckboxInput)

    class Meta:
        model = Contract
        fields = ("q", "status", "region", "warned")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution, numbers, course, or a whole telephone by its digest."""
        text = value.strip()
        if text.isdecimal() and len(text) == PHONE_DIGITS:
            return rows.filter(family__phone_digest=blind_index(text))
        return rows.filter(any_contains(text, "institution__name", "number", "course") | Q(order_no=text))

    def by_warned(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Those with something worth a look."""
        return rows.exclude(warnings=[]) if value else rows


class OwnContractFilter(django_filters.FilterSet):
    """An institution's own contracts."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="合同编号、缴费单号、课程")
    status = django_filters.ChoiceFilter(label="状态", choices=ContractStatus.choices, empty_label="全部")

    class Meta:
        model = Contract
        fields = ("q", "status")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By numbers or course."""
        text = value.strip()
        return rows.filter(any_contains(text, "number", "course") | Q(order_no=text))


class LessonFilter(django_filters.FilterSet):
    """Lessons."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、合同编号")
    status = django_filters.ChoiceFilter(label="状态", choices=LessonStatus.choices, empty_label="全部")
    since = django_filters.DateFilter(
        label="上课日期从", field_name="taught_on", lookup_expr="gte", widget=DAY
    )
    until = django_filters.DateFilter(label="到", field_name="taught_on", lookup_expr="lte", widget=DAY)

    class Meta:
        model = Lesson
        fields = ("q", "status", "since", "until")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or contract."""
        return rows.filter(any_contains(value, "institution__name", "contract__number"))


class ReleaseFilter(TownFilter):
    """Release batches."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、决定文号")
    status = django_filters.ChoiceFilter(label="状态", choices=ReleaseStatus.choices, empty_label="全部")
    region = django_filters.ChoiceFilter(label="乡镇（街道）", field_name="region_id", empty_label="全部")
    manual = django_filters.BooleanFilter(label="人工拨付", method="by_manual", widget=forms.CheckboxInput)

    class Meta:
        model = ReleaseBatch
        fields = ("q", "status", "region", "manual")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or decision."""
        return rows.filter(any_contains(value, "institution__name", "decision_no"))

    def by_manual(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Ordered by a decision."""
        return rows.filter(is_manual=True) if value else rows


class RefundFilter(TownFilter):
    """Refund applications."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、退费编号、合同编号")
    status = django_filters.ChoiceFilter(label="状态", choices=RefundStatus.choices, empty_label="全部")
    region = django_filters.ChoiceFilter(label="乡镇（街道）", field_name="region_id", empty_label="全部")
    late = django_filters.BooleanFilter(label="支付逾期", method="by_late", widget=forms.CheckboxInput)

    class Meta:
        model = Refund
        fields = ("q", "status", "region", "late")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or numbers."""
        return rows.filter(any_contains(value, "contract__institution__name", "number", "contract__number"))

    def by_late(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Decided, not paid, past the day."""
        late = rows.filter(status__in=["APPROVED", "PAYING", "FAILED"], pay_due_on__lt=timezone.localdate())
        return late if value else rows


class InstructionFilter(django_filters.FilterSet):
    """Instructions to the bank."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、指令编号、银行流水号")
    kind = django_filters.ChoiceFilter(label="种类", choices=InstructionKind.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=InstructionStatus.choices, empty_label="全部")

    class Meta:
        model = Instruction
        fields = ("q", "kind", "status")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or numbers."""
        return rows.filter(any_contains(value, "account__institution__name", "number", "bank_serial"))


class PaymentFilter(django_filters.FilterSet):
    """Payments that wait: the rows are of several tables, so that the selector narrows each of them."""

    q = django_filters.CharFilter(label="查找", help_text="机构、退费编号、合同编号、指令编号")
    stage = django_filters.ChoiceFilter(
        label="事项", choices=PaymentStage.choices, empty_label="全部待发起（拨付和退费）"
    )

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The selector's rows with what was asked."""
        asked = self.form.cleaned_data
        return waiting_payments(self.request.user, stage=asked["stage"], q=asked["q"])


class PaymentRunFilter(django_filters.FilterSet):
    """Payments let go together."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="办理人、机构、编号")
    status = django_filters.ChoiceFilter(label="状态", choices=RunStatus.choices, empty_label="全部")
    refused = django_filters.BooleanFilter(
        label="只看有未办成的", method="by_refused", widget=forms.CheckboxInput
    )

    class Meta:
        model = PaymentRun
        fields = ("q", "status", "refused")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By author, or by what is in it."""
        inside = PaymentRunItem.objects.filter(any_contains(value, "label", "number"), run=OuterRef("pk"))
        return rows.filter(any_contains(value, "created_by__name") | Q(Exists(inside)))

    def by_refused(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Those of which something was refused."""
        inside = PaymentRunItem.objects.filter(state=ItemState.REFUSED, run=OuterRef("pk"))
        return rows.filter(Exists(inside)) if value else rows


class SettlementFilter(django_filters.FilterSet):
    """Settlement accounts."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构、开户银行、账号末四位")
    status = django_filters.ChoiceFilter(label="状态", choices=SettlementStatus.choices, empty_label="全部")

    class Meta:
        model = SettlementAccount
        fields = ("q", "status")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution, bank or tail."""
        return rows.filter(any_contains(value, "institution__name", "bank_name") | Q(number_tail=value))


class CustodyFilter(TownFilter):
    """Institutions by their custody money."""

    q = django_filters.CharFilter(
        label="查找", field_name="name", lookup_expr="icontains", help_text="机构名称"
    )
    state = django_filters.ChoiceFilter(
        label="情况",
        method="by_state",
        empty_label="全部",
        choices=[("SHORT", "存款不足保障"), ("ASTRAY", "有无指令支出"), ("ENOUGH", "足额")],
    )
    region = django_filters.ChoiceFilter(label="乡镇（街道）", field_name="region_id", empty_label="全部")

    class Meta:
        model = Institution
        fields = ("q", "state", "region")

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Short, with money astray, or covered."""
        wanted = {
            "SHORT": Q(short_fen__gt=0), "ASTRAY": Q(astray_fen__gt=0), "ENOUGH": Q(short_fen__lte=0, astray_fen=0),
        }  # fmt: skip
        return rows.filter(wanted[value])
