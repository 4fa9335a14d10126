"""Numbers that this room contributes to reports."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from casework.indicators import Indicator, Measure, Narrowed, Period, Scope, register
from schools.models import WorkTip

TIP_COLUMNS = (
    ("number", "文号"),
    ("school.name", "学校"),
    ("region.name", "乡镇（街道）"),
    ("pupil_count", "学生数"),
    ("issued_at", "发出时间"),
    ("get_status_display", "状态"),
)


def tips_sent(scope: Scope, period: Period, **dims: Any) -> QuerySet[WorkTip]:
    """Letters sent in the period and not withdrawn."""
    return WorkTip.objects.sent().filter(
        region_path__startswith=scope.region_path,
        issued_at__gte=period.starts_at,
        issued_at__lt=period.ends_at,
    )


def register_all() -> None:
    """Declare them."""
    letter: dict[str, Any] = {"columns": TIP_COLUMNS, "url_name": "schools:tip_detail"}
    register(
        Indicator("school_tip_n", "发出工作提示函", "件", tips_sent, "按发出时间计，撤回的不计。", **letter),
        Indicator(
            "school_tip_school_n",
            "收到工作提示的学校",
            "所",
            tips_sent,
            "按发出时间计，同一学校只计一次，撤回的不计。",
            Measure.DISTINCT,
            "school",
            **letter,
        ),
        Indicator(
            "school_tip_pupil_pt",
            "工作提示涉及学生",
            "人次",
            tips_sent,
            "各函写明的本校学生数之和，同一学生在不同函中分别计。",
            Measure.SUM,
            "pupil_count",
            **letter,
        ),
        Indicator(
            "school_tip_answered_n",
            "学校已答复的工作提示函",
            "件",
            Narrowed(tips_sent, Q(answered_at__isnull=False)),
            "期间内发出的函中已经答复的（含逾期答复）。",
            **letter,
        ),
        Indicator(
            "school_tip_late_n",
            "逾期答复的工作提示函",
            "件",
            Narrowed(tips_sent, Q(is_late=True)),
            "期间内发出的函中，答复（含补充）晚于期限的。",
            **letter,
        ),
    )
