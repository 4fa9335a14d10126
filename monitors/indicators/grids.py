"""Numbers of grids: people on duty, what was reported, coverage of sweeps, reminders."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from casework.indicators import Indicator, Measure, Narrowed, Period, Scope, register
from monitors.models import CallReminder, GridDuty, GridEvent, GridSweep, GridUnit


def _in_time(field: str, period: Period) -> dict[str, Any]:
    return {f"{field}__gte": period.starts_at, f"{field}__lt": period.ends_at}


def _stood(field: str, period: Period) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": period.last_day})


def units(scope: Scope, period: Period, **dims: Any) -> QuerySet[GridUnit]:
    """Units that stood on the last day of the period."""
    rows = GridUnit.objects.filter(region_path__startswith=scope.region_path, created_at__lt=period.ends_at)
    return rows.filter(_stood("closed_on", period))


def duties(scope: Scope, period: Period, **dims: Any) -> QuerySet[GridDuty]:
    """People on duty on the last day of the period in units that stood then."""
    rows = GridDuty.objects.filter(unit__region_path__startswith=scope.region_path)
    return rows.filter(_stood("unit__closed_on", period), span__contains=period.last_day)


def events(scope: Scope, period: Period, **dims: Any) -> QuerySet[GridEvent]:
    """What grids saw in the period."""
    rows = GridEvent.objects.filter(region_path__startswith=scope.region_path)
    return rows.filter(**_in_time("happened_at", period))


def sweeps(scope: Scope, period: Period, **dims: Any) -> QuerySet[GridSweep]:
    """Sweeps that began in the period."""
    return GridSweep.objects.filter(
        region_path__startswith=scope.region_path, starts_on__gte=period.start, starts_on__lt=period.end
    )


def reminders(scope: Scope, period: Period, **dims: Any) -> QuerySet[CallReminder]:
    """Reminders of departments in the period."""
    rows = CallReminder.objects.filter(call__whistle__region_path__startswith=scope.region_path)
    return rows.filter(**_in_time("made_at", period))


IN_SWEEP = Q(sweep__isnull=False, institution__isnull=False)
EVENT_COLUMNS = (
    ("number", "编号"),
    ("get_kind_display", "情况"),
    ("party", "地点"),
    ("unit.name", "网格"),
    ("happened_at", "看到的时间"),
)


def register_all() -> None:
    """Declare them."""
    of_event: dict[str, Any] = {"columns": EVENT_COLUMNS, "url_name": "monitors:event_detail"}
    register(
        Indicator(
            "grid_unit_n", "网格", "个", units, "截至期末正在使用的网格，各级都计",
            columns=(("code", "编码"), ("name", "名称"), ("get_kind_display", "级别")), url_name="monitors:unit_detail",
        ),
        Indicator(
            "grid_duty_n", "网格责任人", "人次", duties, "截至期末在岗的，一人在几个网格在岗的分别计",
            columns=(("name", "姓名"), ("unit.name", "网格"), ("get_post_display", "岗位")),
        ),
        Indicator("grid_event", "网格登记情况", "件", events, "期间内看到的，按看到的时间计，含没有发现问题的", **of_event),
        Indicator(
            "grid_clue", "网格转为线索", "件", Narrowed(events, Q(clue__isnull=False)), "期间内看到并转为线索的", **of_event
        ),
        Indicator(
            "grid_new_site", "网格新发现培训点", "处", Narrowed(events, Q(kind="NEW_SITE")),
            "期间内登记的新发现的培训点，一处登记计一次", **of_event,
        ),
        Indicator("grid_ad", "网格发现违规广告", "件", Narrowed(events, Q(kind="AD")), "期间内登记的违规广告", **of_event),
        Indicator(
            "grid_swept_n", "拉网排查机构", "家", Narrowed(events, IN_SWEEP), "期间内拉网排查中看过的名录机构，去重",
            measure=Measure.DISTINCT, field="institution", **of_event,
        ),
        Indicator(
            "grid_sweep", "拉网排查", "次", sweeps, "期间内开始的拉网排查",
            columns=(("title", "名称"), ("starts_on", "开始日期"), ("ends_on", "截止日期")),
            url_name="monitors:sweep_detail",
        ),
        Indicator(
            "whistle_reminder", "催办报到部门", "次", reminders, "期间内自动和人工催办，一个部门一次计一次",
            columns=(("call.whistle.matter", "事项"), ("call.organisation.name", "部门"), ("made_at", "催办时间")),
        ),
    )  # fmt: skip
