"""Filters of the campaign register."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from fieldwork.models import Campaign, CampaignKind, CampaignStatus


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
