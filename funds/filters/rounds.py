"""Filter bars of fund audits, their sheets and findings, and of labour claims."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from casework.filters import any_contains
from funds.models import (
    AuditFinding,
    AuditMeasure,
    AuditRound,
    AuditSheet,
    CheckItem,
    FindingState,
    LabourClaim,
    LabourKind,
    LabourSource,
    LabourStatus,
    RoundStatus,
    SheetState,
)


class RoundFilter(django_filters.FilterSet):
    """Rounds."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="名称、文号")
    status = django_filters.ChoiceFilter(label="状态", choices=RoundStatus.choices, empty_label="全部")

    class Meta:
        model = AuditRound
        fields = ("q", "status")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By title or paper."""
        return rows.filter(any_contains(value, "title", "basis_no"))


class OfRound(django_filters.FilterSet):
    """A list that may be narrowed to one round."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rounds = AuditRound.objects.visible_to(self.request.user).order_by("-starts_on")
        self.filters["round"].extra["choices"] = [(row.pk, row.title) for row in rounds[:100]]


class SheetFilter(OfRound):
    """Sheets."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称")
    round = django_filters.ChoiceFilter(label="专查", field_name="round_id", empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=SheetState.choices, empty_label="全部")
    talked = django_filters.BooleanFilter(label="已约谈", method="by_talk", widget=forms.CheckboxInput)

    class Meta:
        model = AuditSheet
        fields = ("q", "round", "status", "talked")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution."""
        return rows.filter(any_contains(value, "institution__name"))

    def by_talk(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Those that were talked to."""
        return rows.filter(talked_on__isnull=False) if value else rows


class FindingFilter(OfRound):
    """Findings."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称、情况")
    round = django_filters.ChoiceFilter(label="专查", field_name="sheet__round_id", empty_label="全部")
    kind = django_filters.ChoiceFilter(label="问题", choices=CheckItem.choices, empty_label="全部")
    measure = django_filters.ChoiceFilter(label="处理", choices=AuditMeasure.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=FindingState.choices, empty_label="全部")
    late = django_filters.BooleanFilter(label="整改逾期", method="by_late", widget=forms.CheckboxInput)

    class Meta:
        model = AuditFinding
        fields = ("q", "round", "kind", "measure", "status", "late")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or words."""
        return rows.filter(any_contains(value, "sheet__institution__name", "summary"))

    def by_late(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Those whose term ran out."""
        return rows.filter(status="OPEN", due_on__lt=timezone.localdate()) if value else rows


class LabourFilter(django_filters.FilterSet):
    """Labour claims."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称、来源编号")
    kind = django_filters.ChoiceFilter(label="诉求", choices=LabourKind.choices, empty_label="全部")
    source = django_filters.ChoiceFilter(label="来源", choices=LabourSource.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=LabourStatus.choices, empty_label="全部")

    class Meta:
        model = LabourClaim
        fields = ("q", "kind", "source", "status")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By institution or reference."""
        return rows.filter(any_contains(value, "institution__name", "reference"))
