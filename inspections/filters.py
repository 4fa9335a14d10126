"""Filter bars of this room's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Organisation, Region, User
from casework.web.filters import YearFilter
from fieldwork.models import CampaignKind
from fieldwork.selectors import campaigns_visible
from inspections import selectors
from inspections.models import (
    Deployment,
    DeploymentStatus,
    Finding,
    FindingMode,
    FindingStatus,
    InspectionKind,
    NoticeStatus,
    RectificationNotice,
    Visit,
    VisitStatus,
)


def organs_of(request: Any) -> QuerySet[Organisation]:
    """Issuing organs of the reader's bureau."""
    return selectors.organ_choices(request.user)


def towns_of(request: Any) -> QuerySet[Region]:
    """Townships inside the reader's reach."""
    user: User = request.user
    path = user.reach.region_path or (user.bureau.region.path if user.bureau else "/none/")
    return Region.objects.filter(level="TOWNSHIP", path__startswith=path).order_by("code")


def campaigns_of(request: Any) -> Any:
    """Campaigns that the reader may see."""
    return campaigns_visible(request.user)


class DeploymentFilter(django_filters.FilterSet):
    """Outings."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="名称、文号、检查对象")
    status = django_filters.ChoiceFilter(label="状态", choices=DeploymentStatus.choices, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="类别", choices=InspectionKind.choices, empty_label="全部")
    campaign = django_filters.ModelChoiceFilter(label="专项行动", queryset=campaigns_of, empty_label="全部")

    class Meta:
        model = Deployment
        fields = ("q", "status", "kind", "campaign")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By name, number or place."""
        places = Visit.objects.filter(institution__name__icontains=value).values("deployment")
        return rows.filter(Q(name__icontains=value) | Q(number__icontains=value) | Q(pk__in=places))


class VisitFilter(django_filters.FilterSet):
    """Visits."""

    q = django_filters.CharFilter(
        label="查找", field_name="institution__name", lookup_expr="icontains", help_text="机构名称"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=VisitStatus.choices, empty_label="全部")
    region = django_filters.ModelChoiceFilter(label="乡镇（街道）", queryset=towns_of, empty_label="全部")
    campaign_kind = django_filters.ChoiceFilter(
        label="专项类别",
        field_name="deployment__campaign__kind",
        choices=CampaignKind.choices,
        empty_label="全部",
    )
    year = YearFilter(label="年度", field_name="planned_on", lookup_expr="year")
    since = django_filters.DateFilter(
        label="进场自",
        field_name="started_at",
        lookup_expr="date__gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        label="进场至",
        field_name="started_at",
        lookup_expr="date__lte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    done = django_filters.ChoiceFilter(
        label="是否实施", method="carried_out", choices=[("1", "已实施")], empty_label="全部"
    )

    class Meta:
        model = Visit
        fields = ("q", "status", "region", "campaign_kind", "year", "since", "until", "done")

    def carried_out(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Only visits that took place."""
        return rows.filter(status__in=["STARTED", "RECORDED", "CLOSED"])


class NoticeFilter(django_filters.FilterSet):
    """Notices."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="文号、机构名称")
    state = django_filters.ChoiceFilter(
        label="进度",
        method="by_state",
        choices=[("OVERDUE", "逾期未整改"), ("PENDING", "未办结"), *NoticeStatus.choices],
        empty_label="全部",
    )
    organ = django_filters.ModelChoiceFilter(label="制发机关", queryset=organs_of, empty_label="全部")
    region = django_filters.ModelChoiceFilter(label="乡镇（街道）", queryset=towns_of, empty_label="全部")

    class Meta:
        model = RectificationNotice
        fields = ("q", "state", "organ", "region")

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By number or party."""
        return rows.filter(Q(number__icontains=value) | Q(party_name__icontains=value))

    def by_state(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        """Overdue, unsettled, or one state."""
        if value == "OVERDUE":
            return rows.overdue(timezone.localdate())
        return rows.pending() if value == "PENDING" else rows.filter(status=value)


class FindingFilter(django_filters.FilterSet):
    """Findings."""

    q = django_filters.CharFilter(label="查找", method="search", help_text="机构名称、问题")
    status = django_filters.ChoiceFilter(label="状态", choices=FindingStatus.choices[:-1], empty_label="全部")
    mode = django_filters.ChoiceFilter(label="处理方式", choices=FindingMode.choices, empty_label="全部")
    organ = django_filters.ModelChoiceFilter(label="责任部门", queryset=organs_of, empty_label="全部")
    group = django_filters.CharFilter(
        label="问题类别", field_name="violation__group", lookup_expr="icontains"
    )
    campaign = django_filters.ModelChoiceFilter(
        label="专项行动", field_name="visit__deployment__campaign", queryset=campaigns_of, empty_label="全部"
    )
    item = django_filters.CharFilter(label="清单项目", method="by_item", help_text="如 K4 或 K4-2")
    place = django_filters.CharFilter(
        label="机构公开编号", field_name="visit__institution__public_id", lookup_expr="iexact"
    )

    class Meta:
        model = Finding
        fields = ("q", "status", "mode", "organ", "group", "campaign", "item", "place")

    def by_item(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By one checklist item, or by all of one aspect."""
        return rows.filter(Q(item_code__iexact=value) | Q(item_code__istartswith=f"{value}-"))

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By place or text."""
        return rows.filter(Q(visit__institution__name__icontains=value) | Q(text__icontains=value))
