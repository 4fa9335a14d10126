"""Filters of the office registers."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Organisation, User
from accounts.roles import Role
from casework.audit import known_verbs
from casework.documents import selectors as documents
from casework.models import (
    AuditEvent,
    DocumentKind,
    DocumentState,
    IssuedNumber,
    OfficialDocument,
    OutboxMessage,
    OutboxState,
    PolicyValue,
)
from casework.web.filters import YearFilter

CONFIRMED = "confirmed"
DAY = forms.DateInput(attrs={"type": "date"})


def any_contains(words: str, *fields: str) -> Q:
    """Rows in which one of the fields holds the words."""
    return reduce(or_, (Q(**{f"{field}__icontains": words}) for field in fields))


class NumberFilter(django_filters.FilterSet):
    """Numbers by text, issuing organ, kind, year and whether they are void."""

    q = django_filters.CharFilter(method="by_words", label="查文号", help_text="文号中的任意几个字")
    organ = django_filters.ModelChoiceFilter(
        queryset=Organisation.objects.none(), label="制发机关", empty_label="全部机关"
    )
    kind = django_filters.ChoiceFilter(label="文书种类", empty_label="全部种类")
    year = YearFilter(label="年份")
    is_void = django_filters.BooleanFilter(
        method="by_void",
        label="状态",
        widget=forms.Select(choices=[("", "全部"), ("false", "使用中"), ("true", "已作废")]),
    )

    class Meta:
        model = IssuedNumber
        fields = ["q", "organ", "kind", "year", "is_void"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organs = Organisation.objects.visible_to(self.request.user).exclude(number_word="")
        self.filters["organ"].queryset = organs.order_by("name")
        self.filters["kind"].extra["choices"] = DocumentKind.objects.order_by("name").values_list(
            "code", "name"
        )

    def by_words(self, rows: QuerySet[IssuedNumber], name: str, value: str) -> QuerySet[IssuedNumber]:
        """Rows whose number holds the words."""
        return rows.filter(text__icontains=value)

    def by_void(self, rows: QuerySet[IssuedNumber], name: str, value: bool) -> QuerySet[IssuedNumber]:
        """Void numbers only, or numbers in use only."""
        return rows.exclude(void_reason="") if value else rows.filter(void_reason="")


class PolicyFilter(django_filters.FilterSet):
    """Policy values by words and by whether they are verified."""

    q = django_filters.CharFilter(method="by_words", label="查参数", help_text="名称、依据或键")
    confidence = django_filters.ChoiceFilter(
        method="by_confidence",
        label="核实情况",
        empty_label="全部",
        choices=[("confirmed", "已核实"), ("open", "待核实")],
    )

    class Meta:
        model = PolicyValue
        fields = ["q", "confidence"]

    def by_words(self, rows: QuerySet[PolicyValue], name: str, value: str) -> QuerySet[PolicyValue]:
        """Rows whose name, basis or key holds the words."""
        return rows.filter(any_contains(value, "label", "basis", "key"))

    def by_confidence(self, rows: QuerySet[PolicyValue], name: str, value: str) -> QuerySet[PolicyValue]:
        """Verified rows, or those that somebody still has to check against the document."""
        verified = Q(confidence__in=["seen", "local"])
        return rows.filter(verified if value == CONFIRMED else ~verified)


class AuditFilter(django_filters.FilterSet):
    """Audit events by object, person, verb and day."""

    q = django_filters.CharFilter(method="by_words", label="查审计记录", help_text="文号、对象名称或理由")
    person = django_filters.CharFilter(field_name="actor_name", lookup_expr="icontains", label="经办人")
    verb = django_filters.ChoiceFilter(label="事项", empty_label="全部事项")
    since = django_filters.DateFilter(
        field_name="occurred_at", lookup_expr="date__gte", label="起始日期", widget=DAY
    )
    until = django_filters.DateFilter(
        field_name="occurred_at", lookup_expr="date__lte", label="截止日期", widget=DAY
    )

    class Meta:
        model = AuditEvent
        fields = ["q", "person", "verb", "since", "until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["verb"].extra["choices"] = known_verbs()

    def by_words(self, rows: QuerySet[AuditEvent], name: str, value: str) -> QuerySet[AuditEvent]:
        """Rows whose number, object or reason holds the words."""
        return rows.filter(any_contains(value, "object_no", "object_label", "reason"))


class OutboxFilter(django_filters.FilterSet):
    """Messages to other systems by words, channel and delivery state."""

    q = django_filters.CharFilter(
        field_name="label", lookup_expr="icontains", label="查报送", help_text="报送内容"
    )
    state = django_filters.ChoiceFilter(choices=OutboxState.choices, label="状态", empty_label="全部状态")

    class Meta:
        model = OutboxMessage
        fields = ["q", "state"]


class UserFilter(django_filters.FilterSet):
    """People by name or account, organisation, role and whether the account is open."""

    q = django_filters.CharFilter(method="by_words", label="查用户", help_text="姓名、账号或单位")
    role = django_filters.ChoiceFilter(
        field_name="role_assignments__role", choices=Role.choices, label="角色", empty_label="全部角色"
    )
    is_active = django_filters.BooleanFilter(
        label="状态", widget=forms.Select(choices=[("", "全部"), ("true", "在用"), ("false", "已停用")])
    )

    class Meta:
        model = User
        fields = ["q", "role", "is_active"]

    def by_words(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """People whose name, account or organisation holds the words."""
        return rows.filter(any_contains(value, "name", "username", "organisation__name"))


class DocumentFilter(django_filters.FilterSet):
    """Official documents by words, kind, organ, state and day of issue."""

    q = django_filters.CharFilter(method="by_words", label="查文书", help_text="文号、当事人、标题或核验码")
    kind = django_filters.ChoiceFilter(label="种类", empty_label="全部种类")
    organ = django_filters.ModelChoiceFilter(
        label="制发机关", empty_label="全部机关", queryset=Organisation.objects.none()
    )
    state = django_filters.ChoiceFilter(choices=DocumentState.choices, label="状态", empty_label="全部状态")
    since = django_filters.DateFilter(
        field_name="issued_on", lookup_expr="gte", label="制发日期从", widget=DAY
    )
    until = django_filters.DateFilter(field_name="issued_on", lookup_expr="lte", label="至", widget=DAY)
    key = django_filters.CharFilter(method="by_key", widget=forms.HiddenInput)

    class Meta:
        model = OfficialDocument
        fields = ["q", "kind", "organ", "state", "since", "until"]

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = documents.kind_choices()
        self.filters["organ"].queryset = documents.organs_of(actor)

    def by_words(self, rows: QuerySet[OfficialDocument], name: str, value: str) -> QuerySet[OfficialDocument]:
        """Documents whose number, party, title or code holds the words."""
        return rows.filter(any_contains(value, "number", "party", "title", "code"))

    def by_key(self, rows: QuerySet[OfficialDocument], name: str, value: str) -> QuerySet[OfficialDocument]:
        """Documents signed by one key."""
        return rows.filter(signed_payload__startswith=f"{value}.")
