"""Numbers of monitors and patrols."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from casework.activities.indicators import activities
from casework.indicators import Indicator, Measure, Narrowed, Period, Scope, register
from casework.models import Activity
from monitors.models import AuditTarget, AuditTrip, Monitor, OutingMember, Stop

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


def _in_time(field: str, period: Period) -> dict[str, Any]:
    return {f"{field}__gte": period.starts_at, f"{field}__lt": period.ends_at}


def attendances(scope: Scope, period: Period, **dims: Any) -> QuerySet[OutingMember]:
    """Who went on submitted outings that began in the period."""
    return OutingMember.objects.filter(
        outing__region_path__startswith=scope.region_path,
        outing__status="SUBMITTED",
        **_in_time("outing__started_at", period),
    )


def stops(scope: Scope, period: Period, **dims: Any) -> QuerySet[Stop]:
    """Stops of submitted outings that began in the period."""
    rows = Stop.objects.filter(region_path__startswith=scope.region_path)
    return rows.counted().filter(**_in_time("outing__started_at", period))


def confirmed(scope: Scope, period: Period, **dims: Any) -> QuerySet[Stop]:
    """Stops whose clue was closed in the period as confirmed; `party` is the institution or the name seen."""
    rows = Stop.objects.filter(region_path__startswith=scope.region_path).counted()
    closed = rows.filter(
        clue__status="CLOSED", clue__outcome="CONFIRMED", **_in_time("clue__closed_at", period)
    )
    known = Concat(Value("#"), Cast("clue__institution", CharField()))
    found: QuerySet[Stop] = closed.alias(known=known).annotate(
        party_key=Case(When(clue__institution__isnull=False, then=known), default="seen_name")
    )
    return found


def trips(scope: Scope, period: Period, **dims: Any) -> QuerySet[AuditTrip]:
    """Re-check trips in the period."""
    return AuditTrip.objects.filter(
        region_path__startswith=scope.region_path, went_on__gte=period.start, went_on__lt=period.end
    )


def rechecked(scope: Scope, period: Period, **dims: Any) -> QuerySet[AuditTarget]:
    """Visits re-checked on trips in the period."""
    return AuditTarget.objects.filter(trip__in=trips(scope, period, **dims))


CONSULTING = Q(cover="CONSULTING")
UNLICENSED = Q(clue__kind="UNLICENSED") & ~CONSULTING
STOP_COLUMNS = (
    ("number", "巡查编号"),
    ("party", "机构或名称"),
    ("place", "地点"),
    ("arrived_at", "到达时间"),
    ("problem_count", "问题项"),
)


def register_patrols() -> None:
    """Declare the numbers of patrols."""
    of_stop: dict[str, Any] = {"columns": STOP_COLUMNS, "url_name": "monitors:stop_detail"}
    not_counted = "没有提交和作废的巡查不计"
    register(
        Indicator(
            "patrol_sup", "督查巡查", "次", trips, "对巡查的督查，一次出动计一次，按督查日期计",
            columns=(("number", "编号"), ("went_on", "督查日期"), ("audit.title", "督查")),
        ),
        Indicator(
            "patrol_sup_visit_pt", "督查覆盖机构", "家次", rechecked, "督查中每到一家计一次，按督查日期计",
            columns=(("stop.number", "巡查编号"), ("stop.party", "机构或名称"), ("get_finding_display", "结论")),
        ),
        Indicator(
            "patrol_pt", "监督员参与巡查", "人次", attendances, f"每次出巡的参加人数之和，按开始时间计，{not_counted}",
            columns=(("outing.number", "巡查编号"), ("monitor.person.name", "监督员"), ("outing.started_at", "开始时间")),
        ),
        Indicator(
            "patrol_n", "巡查监督员", "人", attendances, f"期间内参加过巡查的，去重，{not_counted}",
            measure=Measure.DISTINCT, field="monitor__person",
        ),
        Indicator("patrol_visit_pt", "监督员巡查机构", "家次", stops, f"每次出巡每到一家计一次，{not_counted}", **of_stop),
        Indicator(
            "patrol_visit_n", "监督员巡查覆盖机构", "家", Narrowed(stops, Q(institution__isnull=False)),
            f"期间内巡查过的名录机构，去重，{not_counted}", measure=Measure.DISTINCT, field="institution", **of_stop,
        ),
        Indicator(
            "patrol_found_unlicensed", "监督员发现无证机构", "家", Narrowed(confirmed, UNLICENSED),
            "由巡查线索查实（按办结时间）的无证机构，去重；以咨询公司名义的另计",
            measure=Measure.DISTINCT, field="party_key", **of_stop,
        ),
        Indicator(
            "patrol_found_consulting", "监督员发现咨询公司违规培训", "家", Narrowed(confirmed, CONSULTING),
            "由巡查线索查实（按办结时间）、以咨询公司名义违规培训的主体，去重",
            measure=Measure.DISTINCT, field="party_key", **of_stop,
        ),
    )  # fmt: skip


def register_all() -> None:
    """Declare them."""
    register_patrols()
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
