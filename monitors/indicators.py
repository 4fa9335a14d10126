"""Numbers of this room."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from casework.activities.indicators import activities
from casework.indicators import Indicator, Measure, Period, Scope, register
from casework.models import Activity
from monitors.models import Monitor

MONITOR_COLUMNS = (
    ("person.name", "姓名"),
    ("card_no", "证件编号"),
    ("region.name", "乡镇（街道）"),
    ("get_category_display", "身份类别"),
    ("get_status_display", "状态"),
)


def serving(scope: Scope, period: Period, **dims: Any) -> QuerySet[Monitor]:
    """Terms that run on the last day of the period."""
    rows = Monitor.objects.filter(region_path__startswith=scope.region_path)
    return rows.in_office_on(period.last_day)


def trainings(scope: Scope, period: Period, **dims: Any) -> QuerySet[Activity]:
    """Trainings of monitors held in the period."""
    return activities(scope, period, **dims).filter(kind="TRAINING", audience="MONITORS")


def register_all() -> None:
    """Declare them."""
    of_monitor: dict[str, Any] = {
        "measure": Measure.DISTINCT,
        "columns": MONITOR_COLUMNS,
        "url_name": "monitors:monitor_detail",
    }
    register(
        Indicator(
            "monitor_n", "社会监督员", "人", serving, "截至期末在聘的，同一人计一次",
            field="person", **of_monitor,
        ),
        Indicator(
            "monitor_towns", "监督员来源乡镇（街道）", "个", serving, "截至期末在聘监督员所属乡镇（街道），去重",
            field="region", **of_monitor,
        ),
        Indicator(
            "monitor_training", "监督员培训会", "次", trainings, "期间内登记的、对象为社会监督员的业务培训，一场计一次",
            columns=(("title", "名称"), ("held_on", "日期"), ("organiser", "组织单位")),
            url_name="monitors:training_detail",
        ),
    )  # fmt: skip
