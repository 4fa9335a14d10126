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


# 场次 and 人次 of each kind: (key, what, kinds, audience).
PAIRS: tuple[tuple[str, str, Q], ...] = (
    ("all", "活动", Q()),
    ("training", "业务培训", Q(kind="TRAINING")),
    ("study", "学法", Q(kind="STUDY")),
    ("forum", "座谈", Q(kind="FORUM")),
    ("counselling", "家庭教育指导", Q(kind="COUNSELLING")),
    ("parents", "家长会", Q(kind="PARENTS")),
    ("home_visit", "家访", Q(kind="HOME_VISIT")),
    ("publicity", "宣传", Q(kind="PUBLICITY")),
    ("law_talk", "普法宣讲", Q(kind="LAW_TALK")),
    ("institution_training", "培训机构培训", Q(kind__in=["TRAINING", "LAW_TALK"], audience="INSTITUTIONS")),
)
OFFICERS = Q(kind="TRAINING", audience="OFFICERS")
training_county = Narrowed(activities, OFFICERS & Q(level__in=["OWN", "COUNTY"]))
training_city = Narrowed(activities, OFFICERS & Q(level="CITY"))
study = Narrowed(activities, Q(kind="STUDY", audience="OFFICERS"))


def register_pairs(shared: dict[str, Any]) -> None:
    """场次 and 人次 of every kind, and the copies of letters."""
    for key, what, condition in PAIRS:
        rows = Narrowed(activities, condition)
        register(
            Indicator(
                f"activity_{key}_sessions", f"{what}场次", "场次", rows,
                "期间内登记的场次之和，一条登记几场的按场次计。", Measure.SUM, "session_count", **shared,
            ),
            Indicator(
                f"activity_{key}_heads", f"{what}人次", "人次", rows,
                "期间内登记的参加人次之和，没有填写人次的不计。", Measure.SUM, "head_count", **shared,
            ),
        )  # fmt: skip
    register(
        Indicator(
            "activity_letter_copies", "致居民一封信发放", "份", Narrowed(activities, Q(kind="LETTER")),
            "期间内登记的发放份数之和。", Measure.SUM, "copy_count", **shared,
        ),
        Indicator(
            "activity_reach", "宣传覆盖", "人次", Narrowed(activities, Q(kind__in=["PUBLICITY", "LETTER", "LAW_TALK"])),
            "期间内登记的阅读、覆盖人次之和。", Measure.SUM, "reach_count", **shared,
        ),
    )  # fmt: skip


def register_all() -> None:
    """Declare the numbers of this register."""
    shared: dict[str, Any] = {"columns": COLUMNS, "url_name": "casework:activity_list"}
    register_pairs(shared)
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
        Indicator(
            "study_n",
            "执法人员学法活动",
            "次",
            study,
            "期间内登记的、对象为执法人员的学法活动，一场计一次。",
            **shared,
        ),
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
