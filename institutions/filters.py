"""Filters of the register; their state lives in the address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from casework.filters import any_contains
from institutions.models import (
    EntityOutcome,
    Institution,
    ListStatus,
    MarketEntity,
    MaterialKind,
    MaterialStatus,
    Milestone,
    OperatingState,
    PlatformMilestone,
    ProfitKind,
    Standing,
    Track,
    TrainingMaterial,
)
from institutions.models.choices import HOLDS_LICENCE
from institutions.querysets import InstitutionQuerySet
from institutions.selectors import EXPIRY_NOTICE_DAYS, townships_of

STANDINGS = [*Standing.choices, ("INCOMPLETE", "证照不全（三种合计）")]
STATES = [*OperatingState.choices, ("PRESENT", "未终止（办学或停业整顿）")]
TRACKS = [*Track.choices, ("NON_SUBJECT", "非学科类（合计）")]
LICENCES = [
    ("VALID", "有效"),
    ("EXPIRING", f"{EXPIRY_NOTICE_DAYS} 日内到期"),
    ("EXPIRED", "已过期"),
    ("LOST", "已吊销或注销"),
]


class InstitutionFilter(django_filters.FilterSet):
    """The list's filter bar."""

    q = django_filters.CharFilter(
        label="查找",
        method="by_words",
        help_text="名称、别名、拼音、地址、电话、证照号",
    )
    township = django_filters.ChoiceFilter(label="乡镇（街道）", method="by_township", empty_label="全部")
    standing = django_filters.ChoiceFilter(
        label="证照情况", choices=STANDINGS, method="by_standing", empty_label="全部"
    )
    track = django_filters.ChoiceFilter(
        label="培训类别", choices=TRACKS, method="by_track", empty_label="全部"
    )
    operating_state = django_filters.ChoiceFilter(
        label="办学状态", choices=STATES, method="by_state", empty_label="全部"
    )
    list_status = django_filters.ChoiceFilter(label="名单", choices=ListStatus.choices, empty_label="全部")
    licence = django_filters.ChoiceFilter(
        label="许可证", choices=LICENCES, method="by_licence", empty_label="全部"
    )
    profit_kind = django_filters.ChoiceFilter(
        label="营利性质", choices=ProfitKind.choices, empty_label="全部"
    )

    class Meta:
        model = Institution
        fields = [
            "q",
            "township",
            "standing",
            "track",
            "operating_state",
            "list_status",
            "licence",
            "profit_kind",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = townships_of(self.request.user) if self.request is not None else []
        self.filters["township"].extra["choices"] = [(place.code, place.name) for place in places]
        self.form.fields["q"].widget = forms.TextInput(attrs={"type": "search", "maxlength": 60})

    def by_words(self, rows: InstitutionQuerySet, name: str, value: str) -> QuerySet[Institution]:
        """Search words."""
        return rows.search(value)

    def by_township(self, rows: InstitutionQuerySet, name: str, value: str) -> QuerySet[Institution]:
        """One township by its code."""
        return rows.filter(region__code=value)

    def by_standing(self, rows: InstitutionQuerySet, name: str, value: str) -> QuerySet[Institution]:
        """One standing, or everything that lacks a paper."""
        return (
            rows.exclude(standing=Standing.LICENSED) if value == "INCOMPLETE" else rows.filter(standing=value)
        )

    def by_track(self, rows: InstitutionQuerySet, name: str, value: str) -> QuerySet[Institution]:
        """One class, or all non-subject ones."""
        return rows.filter(subject_kind=value) if value == "NON_SUBJECT" else rows.filter(track=value)

    def by_state(self, rows: InstitutionQuerySet, name: str, value: str) -> QuerySet[Institution]:
        """One state, or all that have not ended."""
        return rows.present() if value == "PRESENT" else rows.filter(operating_state=value)

    def by_licence(self, rows: InstitutionQuerySet, name: str, value: str) -> QuerySet[Institution]:
        """Licences in force, about to expire, expired or lost."""
        today = timezone.localdate()
        held = rows.filter(standing__in=HOLDS_LICENCE)
        if value == "EXPIRING":
            return held.filter(licence_to__range=(today, today + timedelta(days=EXPIRY_NOTICE_DAYS)))
        if value == "LOST":
            return rows.filter(licence_state__in=["REVOKED", "CANCELLED"])
        return held.filter(licence_state=value)


class EntityFilter(django_filters.FilterSet):
    """Market entities."""

    q = django_filters.CharFilter(label="查找", method="by_words", help_text="名称、信用代码、地址、文号")
    stage = django_filters.ChoiceFilter(
        label="进度",
        choices=[("FOUND", "待移交"), ("HANDED", "待处置"), ("SETTLED", "已处置")],
        method="by_stage",
        empty_label="全部",
    )
    outcome = django_filters.ChoiceFilter(label="处置结果", choices=EntityOutcome.choices, empty_label="全部")

    class Meta:
        model = MarketEntity
        fields = ("q", "stage", "outcome")

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By name, code, address or letter."""
        return rows.filter(any_contains(value, "name", "uscc", "address", "handed_no"))

    def by_stage(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Not handed over, with the regulator, or settled."""
        return rows.filter(handed_on__isnull=value == "FOUND", settled_on__isnull=value != "SETTLED")


class PlatformFilter(django_filters.FilterSet):
    """Institutions by their milestones on the national platform."""

    q = django_filters.CharFilter(label="查找", method="by_words", help_text="名称、拼音、地址")
    reached = django_filters.ChoiceFilter(
        label="已达到", choices=Milestone.choices, method="by_reached", empty_label="不限"
    )
    lacks = django_filters.ChoiceFilter(
        label="未达到", choices=Milestone.choices, method="by_lacking", empty_label="不限"
    )

    class Meta:
        model = Institution
        fields = ("q", "reached", "lacks")

    def by_words(self, rows: InstitutionQuerySet, name: str, value: str) -> QuerySet[Institution]:
        """Search words."""
        return rows.search(value)

    def by_reached(self, rows: InstitutionQuerySet, name: str, value: str) -> QuerySet[Institution]:
        """Those that stand at a milestone."""
        return rows.filter(Exists(_milestone(value)))

    def by_lacking(self, rows: InstitutionQuerySet, name: str, value: str) -> QuerySet[Institution]:
        """Those that do not."""
        return rows.filter(~Exists(_milestone(value)))


def _milestone(value: str) -> QuerySet[PlatformMilestone]:
    return PlatformMilestone.objects.filter(institution=OuterRef("pk"), milestone=value, left_on__isnull=True)


class MaterialFilter(django_filters.FilterSet):
    """Training materials."""

    q = django_filters.CharFilter(label="查找", method="by_words", help_text="材料、机构、编者、书号")
    status = django_filters.ChoiceFilter(label="状态", choices=MaterialStatus.choices, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="类型", choices=MaterialKind.choices, empty_label="全部")

    class Meta:
        model = TrainingMaterial
        fields = ("q", "status", "kind")

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By title, institution, author or book number."""
        return rows.filter(any_contains(value, "title", "institution__name", "author", "isbn"))
