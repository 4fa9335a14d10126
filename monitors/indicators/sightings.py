"""Numbers of duty logs, observations and alliances."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from casework.indicators import Indicator, Measure, Narrowed, Period, Scope, register
from monitors.models import DutyEntry, Observation, Outing


def entries(scope: Scope, period: Period, **dims: Any) -> QuerySet[DutyEntry]:
    """Lines of duty logs in the period."""
    return DutyEntry.objects.filter(
        region_path__startswith=scope.region_path, done_on__gte=period.start, done_on__lt=period.end
    )


def observations(scope: Scope, period: Period, **dims: Any) -> QuerySet[Observation]:
    """Observations that began in the period."""
    return Observation.objects.filter(
        region_path__startswith=scope.region_path,
        watched_from__gte=period.starts_at,
        watched_from__lt=period.ends_at,
    )


def alliance_outings(scope: Scope, period: Period, **dims: Any) -> QuerySet[Outing]:
    """Submitted outings of alliances of the trade in the period."""
    return Outing.objects.filter(
        region_path__startswith=scope.region_path,
        status="SUBMITTED",
        squad__kind="ALLIANCE",
        started_at__gte=period.starts_at,
        started_at__lt=period.ends_at,
    )


ENTRY_COLUMNS = (
    ("monitor.name", "监督员"),
    ("get_duty_display", "职责"),
    ("done_on", "日期"),
    ("text", "做了什么"),
)


def register_all() -> None:
    """Declare them."""
    of_entry: dict[str, Any] = {"columns": ENTRY_COLUMNS, "url_name": "monitors:entry_list"}
    register(
        Indicator("monitor_duty", "监督员履职", "次", entries, "期间内登记的履职记录，巡查另计", **of_entry),
        Indicator(
            "monitor_feedback", "监督员反馈", "次", Narrowed(entries, Q(duty="FEEDBACK")), "期间内登记的反馈", **of_entry
        ),
        Indicator(
            "monitor_publicity_heads", "监督员宣传", "人次", Narrowed(entries, Q(duty="PUBLICISE")),
            "期间内登记的宣传到的人次之和", Measure.SUM, "reach_count", **of_entry,
        ),
        Indicator(
            "observation_n", "人流观察", "次", observations, "期间内开始的观察；观察不是检查，每次一件线索",
            columns=(("number", "编号"), ("place", "地点"), ("watched_from", "观察开始"), ("entered", "进入学生（约）")),
            url_name="monitors:observation_detail",
        ),
        Indicator(
            "alliance_patrol", "行业联盟巡查", "次", alliance_outings, "期间内开始、已提交的联盟巡查",
            columns=(("number", "编号"), ("squad.name", "联盟"), ("started_at", "开始时间"), ("people", "人数")),
            url_name="monitors:outing_detail",
        ),
    )  # fmt: skip
