"""Filter bars of this room's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from institutions.selectors import townships_of
from schools.models import (
    AdStatus,
    AfterSchool,
    CampusAd,
    LetterReceipt,
    Prohibition,
    ReturnStatus,
    School,
    SchoolKind,
    SchoolReturn,
    SchoolRound,
    SchoolTalk,
    Stage,
    Survey,
    SurveyKind,
    SurveyStatus,
    TalkLevel,
    TeacherPledge,
    TeacherViolation,
    TipSource,
    TipStatus,
    ViolationStatus,
    WorkTip,
)
from schools.selectors.rounds import fallen_providers

DAY = forms.DateInput(attrs={"type": "date"})


class PlaceFilter(django_filters.FilterSet):
    """A list of rows about schools: by words and township; `school_path` leads to the school."""

    school_path = "school__"
    q = django_filters.CharFilter(label="查找", method="by_words", help_text="学校名称或标识码")
    township = django_filters.ChoiceFilter(label="乡镇（街道）", method="by_township", empty_label="全部")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = townships_of(self.request.user) if self.request is not None else []
        self.filters["township"].extra["choices"] = [(place.code, place.name) for place in places]

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By the school's name or code."""
        path = self.school_path
        return rows.filter(Q(**{f"{path}name__icontains": value}) | Q(**{f"{path}code__icontains": value}))

    def by_township(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """One township by its code."""
        return rows.filter(region__code=value)


class SchoolFilter(PlaceFilter):
    """The register."""

    school_path = ""
    stage = django_filters.ChoiceFilter(label="学段", choices=Stage.choices, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="办学性质", choices=SchoolKind.choices, empty_label="全部")
    state = django_filters.ChoiceFilter(
        label="状态",
        method="by_state",
        choices=[("OPEN", "在办"), ("CLOSED", "停办或撤并"), ("NO_ACCOUNT", "在办，未开通账号")],
        empty_label="全部",
    )

    class Meta:
        model = School
        fields = ("q", "township", "stage", "kind", "state")

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Open, closed, or open without an account."""
        if value == "CLOSED":
            return rows.filter(closed_on__isnull=False)
        found = rows.filter(closed_on__isnull=True)
        return found.filter(organisation__isnull=True) if value == "NO_ACCOUNT" else found


class TipFilter(PlaceFilter):
    """Work-tip letters."""

    status = django_filters.ChoiceFilter(label="状态", choices=TipStatus.choices, empty_label="全部")
    source_kind = django_filters.ChoiceFilter(label="来源", choices=TipSource.choices, empty_label="全部")
    since = django_filters.DateFilter(
        label="发出日期从", field_name="issued_at", lookup_expr="date__gte", widget=DAY
    )
    until = django_filters.DateFilter(label="到", field_name="issued_at", lookup_expr="date__lte", widget=DAY)
    late = django_filters.BooleanFilter(label="只看逾期", method="by_late", widget=forms.CheckboxInput)

    class Meta:
        model = WorkTip
        fields = ("q", "township", "status", "source_kind", "since", "until", "late")

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By number or school."""
        return rows.filter(Q(number__icontains=value) | Q(school__name__icontains=value))

    def by_late(self, rows: Any, name: str, value: bool) -> QuerySet[Any]:
        """Unanswered past the term."""
        return rows.overdue(timezone.localdate()) if value else rows


class TalkFilter(PlaceFilter):
    """Talks."""

    level = django_filters.ChoiceFilter(label="级别", choices=TalkLevel.choices, empty_label="全部")
    since = django_filters.DateFilter(label="日期从", field_name="held_on", lookup_expr="gte", widget=DAY)
    until = django_filters.DateFilter(label="到", field_name="held_on", lookup_expr="lte", widget=DAY)

    class Meta:
        model = SchoolTalk
        fields = ("q", "township", "level", "since", "until")


class ReturnFilter(PlaceFilter):
    """Returns."""

    round = django_filters.ModelChoiceFilter(
        label="期次", queryset=SchoolRound.objects.none(), empty_label="全部"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=ReturnStatus.choices, empty_label="全部")
    is_zero = django_filters.BooleanFilter(
        label="零报告", widget=forms.Select(choices=[("", "全部"), ("true", "零报告"), ("false", "有发现")])
    )

    class Meta:
        model = SchoolReturn
        fields = ("q", "township", "round", "status", "is_zero")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["round"].queryset = SchoolRound.objects.visible_to(self.request.user)


class ReceiptFilter(PlaceFilter):
    """Receipts of letters."""

    edition = django_filters.NumberFilter(label="版次", field_name="letter__edition")

    class Meta:
        model = LetterReceipt
        fields = ("q", "township", "edition")


class PledgeFilter(PlaceFilter):
    """Pledges."""

    year = django_filters.NumberFilter(label="年度")

    class Meta:
        model = TeacherPledge
        fields = ("q", "township", "year")


class ViolationFilter(PlaceFilter):
    """Matters of teachers."""

    kind = django_filters.ChoiceFilter(label="事项", choices=Prohibition.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=ViolationStatus.choices, empty_label="全部")

    class Meta:
        model = TeacherViolation
        fields = ("q", "township", "kind", "status")


class ServiceFilter(PlaceFilter):
    """After-school service."""

    fallen = django_filters.BooleanFilter(
        label="选用机构已不在白名单", method="by_fallen", widget=forms.CheckboxInput
    )

    class Meta:
        model = AfterSchool
        fields = ("q", "township", "fallen")

    def by_fallen(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Those whose institution left the white list."""
        if not value:
            return rows
        return rows.filter(pk__in=fallen_providers(self.request.user).order_by().values("pk"))


class AdFilter(PlaceFilter):
    """Ads on campus."""

    status = django_filters.ChoiceFilter(label="状态", choices=AdStatus.choices, empty_label="全部")

    class Meta:
        model = CampusAd
        fields = ("q", "township", "status")


class SurveyFilter(django_filters.FilterSet):
    """Surveys by name, kind, state."""

    q = django_filters.CharFilter(label="名称", field_name="title", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(label="类别", choices=SurveyKind.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=SurveyStatus.choices, empty_label="全部")

    class Meta:
        model = Survey
        fields = ("q", "kind", "status")
