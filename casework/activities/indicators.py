"""Numbers of the activity register."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from casework.indicators import Indicator, Measure, Narrowed, Period, Scope, register
from casework.models import Activity, Attendee

COLUMNS = (
    ("title", "名称"),
    ("get_kind_display", "类别"),
    ("get_level_display", "级别"),
    ("held_on", "日期"),
    ("organiser", "组织单位"),
)


def activities(scope: Scope, period: Period, **dims: Any) -> QuerySet[Activity]:
    """Activities held in the period."""
    return Activity.objects.filter(
        region_path__startswith=scope.region_path, held_on__gte=period.start, held_on__lt=period.end
    )


def attendances(scope: Scope, period: Period, **dims: Any) -> QuerySet[Attendee]:
    """People at trainings and law study of officers in the period."""
    held = activities(scope, period, **dims).filter(kind__in=["TRAINING", "STUDY"], audience="OFFICERS")
    return Attendee.objects.filter(activity__in=held)


OFFICERS = Q(kind="TRAINING", audience="OFFICERS")
training_county = Narrowed(activities, OFFICERS & Q(level__in=["OWN", "COUNTY"]))
training_city = Narrowed(activities, OFFICERS & Q(level="CITY"))
study = Narrowed(activities, Q(kind="STUDY"))


def register_all() -> None:
    """Declare the numbers of this register."""
    shared: dict[str, Any] = {"columns": COLUMNS, "url_name": "casework:activity_list"}
    register(
        Indicator(
            "training_county",
            "县级执法培训",
            "次",
            training_county,
            "期间内县级（含本单位）组织的执法人员业务培训，一场计一次。",
            **shared,
        ),
        Indicator(
            "training_city",
            "市级执法培训",
            "次",
            training_city,
            "期间内参加的市级执法人员业务培训，一场计一次。",
            **shared,
        ),
        Indicator("study_n", "学法活动", "次", study, "期间内登记的学法活动，一场计一次。", **shared),
        Indicator(
            "officer_training_hours",
            "执法人员培训学时",
            "学时",
            attendances,
            "期间内执法人员参加业务培训和学法的学时之和，每人每场分别计。",
            Measure.SUM,
            "hours",
            columns=(
                ("user.name", "人员"),
                ("activity.title", "活动"),
                ("activity.held_on", "日期"),
                ("hours", "学时"),
            ),
            url_name="casework:activity_list",
        ),
        Indicator(
            "officer_trained_n",
            "参加培训执法人员",
            "人",
            attendances,
            "期间内参加业务培训或者学法的执法人员，同一人只计一次。",
            Measure.DISTINCT,
            "user",
            columns=(
                ("user.name", "人员"),
                ("activity.title", "活动"),
                ("activity.held_on", "日期"),
                ("hours", "学时"),
            ),
            url_name="casework:activity_list",
        ),
    )
