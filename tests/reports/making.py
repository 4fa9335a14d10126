"""Rows and periods that the tests of this room share."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Length
from django.utils import timezone

from casework.indicators import Indicator, Measure, Period, Scope
from casework.models import AuditEvent
from reports import services
from reports.models import ReportPeriod, ReportRegime
from reports.schedule import plan_for
from tests.conftest import World, build_world

REGIME = "LOOKBACK_HALF_MONTH_2026"


def moment(day: date, hour: int = 10) -> datetime:
    """A time of day in Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _visits(scope: Scope, period: Period, **dims: Any) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.filter(
        region_path__startswith=scope.region_path,
        verb="test.visit",
        occurred_at__gte=period.starts_at,
        occurred_at__lt=period.ends_at,
    )
    return rows.annotate(amount=Length("object_label") * Value(1_000_000))


TEST_INDICATORS = (
    Indicator(
        "t_visits", "检查机构家次", "家次", _visits, "每到一家计一次", columns=(("object_label", "检查对象"),)
    ),
    Indicator("t_places", "排查机构数", "个", _visits, "去重", Measure.DISTINCT, "object_label"),
    Indicator("t_money", "超收金额", "万元", _visits, "金额之和", Measure.SUM, "amount", 2),
)
CELLS = {
    "checks_times": {"indicator": "t_visits"},
    "inst_checked": {"indicator": "t_places"},
    "inst_checked_offline": {"indicator": "t_places"},
    "k3_over_amount": {"indicator": "t_money"},
}


def make_visit(world: World, day: date, place: str) -> AuditEvent:
    """One visit to `place` on `day`."""
    event = AuditEvent(
        bureau=world.bureau,
        occurred_at=moment(day),
        actor=world.officer,
        actor_name=world.officer.name,
        region_path=world.town.path,
        verb="test.visit",
        object_label=place,
        payload_hash="0" * 64,
    )
    event.save(force_insert=True)
    return event


def install(world: World, *codes: str) -> list[ReportRegime]:
    """The county's orders to report."""
    return services.regimes_install(
        actor=world.head, bureau=world.bureau, reporter=world.clerk, reviewer=world.head, codes=codes
    )


def open_period(world: World, due: date, code: str = REGIME) -> ReportPeriod:
    """The period of a regime that is due on `due`."""
    regime = ReportRegime.objects.get(bureau=world.bureau, code=code)
    plan = plan_for(regime, due)
    assert plan is not None
    return services.period_open(actor=world.system, regime=regime, plan=plan)


def frozen_county() -> tuple[World, ReportPeriod]:
    """A world with six visits to four places and the first period open; for tests with real transactions."""
    world = build_world()
    install(world)
    fill_visits(world)
    return world, open_period(world, date(2026, 9, 27))


def fill_visits(world: World) -> None:
    """Four visits to three places before 27 September, two more to two places after."""
    for day, place in (
        (date(2026, 9, 15), "甲"),
        (date(2026, 9, 16), "乙乙"),
        (date(2026, 9, 20), "甲"),
        (date(2026, 9, 26), "丙丙丙"),
        (date(2026, 9, 27), "甲"),
        (date(2026, 10, 8), "丁"),
    ):
        make_visit(world, day, place)
