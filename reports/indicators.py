"""Numbers of this room: the base figures of the forms."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Region, RegionLevel
from casework.indicators import Indicator, Period, Scope, register


def towns(scope: Scope, period: Period, **dims: Any) -> QuerySet[Region]:
    """Townships in force on the last day of the period."""
    day = period.last_day
    rows = Region.objects.filter(level=RegionLevel.TOWNSHIP, path__startswith=scope.region_path)
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


def register_all() -> None:
    """Declare this room's indicators."""
    register(
        Indicator(
            "towns_total",
            "乡镇（街道）数",
            "个",
            towns,
            "报告期末日在用的乡镇（街道）行政区划数",
            columns=(("name", "乡镇（街道）"), ("code", "区划代码")),
        )
    )
