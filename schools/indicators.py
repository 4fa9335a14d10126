"""Numbers that this room contributes to reports."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from casework.indicators import Indicator, Measure, Narrowed, Period, Scope, register
from schools.models import AfterSchool, TalkTally, WorkTip

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


TALK_COLUMNS = (
    ("month", "月份"),
    ("get_level_display", "级别"),
    ("school_count", "学校（所）"),
    ("pupil_count", "学生（人次）"),
    ("parent_count", "家长（人次）"),
)


def talks(scope: Scope, period: Period, **dims: Any) -> QuerySet[TalkTally]:
    """Monthly totals of months that begin in the period; they stay when the schools' rows are deleted."""
    return TalkTally.objects.filter(
        region_path__startswith=scope.region_path, month__gte=period.start, month__lt=period.end
    )


def register_all() -> None:
    """Declare them."""
    _letters()
    _talks()
    _service()


def _talks() -> None:
    shared: dict[str, Any] = {"columns": TALK_COLUMNS, "url_name": "schools:talk_list"}
    rule = "按月份合计，月份第一天在期间内的计入；学校逐条记录到期删除后合计仍保留。"
    register(
        Indicator(
            "talk_levels",
            "学生约谈机制级数",
            "级",
            talks,
            f"校长、分管领导、班主任三级约谈中期间内有记录的级数。{rule}",
            Measure.DISTINCT,
            "level",
            **shared,
        ),
        Indicator("talk_pupil_pt", "三级约谈学生", "人次", talks, rule, Measure.SUM, "pupil_count", **shared),
        Indicator(
            "talk_parent_pt", "三级约谈家长", "人次", talks, rule, Measure.SUM, "parent_count", **shared
        ),
    )


def _letters() -> None:
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


SERVICE_COLUMNS = (
    ("school.name", "学校"),
    ("term_label", "学期"),
    ("joined_count", "参加学生（人）"),
    ("enrolled_count", "应服务学生（人）"),
)


def service_terms(scope: Scope, period: Period, **dims: Any) -> QuerySet[AfterSchool]:
    """Of each school the newest term that began before the end of the period and not before the year before it."""
    since = period.end.replace(year=period.end.year - 1, day=1)
    rows = AfterSchool.objects.filter(
        region_path__startswith=scope.region_path, term_on__lt=period.end, term_on__gte=since
    )
    newest = rows.filter(school=OuterRef("school")).order_by("-term_on").values("pk")[:1]
    return rows.filter(pk=Subquery(newest))


def _service() -> None:
    shared: dict[str, Any] = {"columns": SERVICE_COLUMNS, "url_name": "schools:service_list"}
    rule = "每所学校取期末前最近一个学期，参加率 = 参加学生 ÷ 应服务学生。"
    register(
        Indicator(
            "after_school_joined",
            "课后服务参加学生",
            "人",
            service_terms,
            rule,
            Measure.SUM,
            "joined_count",
            **shared,
        ),
        Indicator(
            "after_school_enrolled",
            "课后服务应服务学生",
            "人",
            service_terms,
            rule,
            Measure.SUM,
            "enrolled_count",
            **shared,
        ),
    )
