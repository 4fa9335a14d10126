"""Periods, due days and the last working day before them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from casework.deadlines import Calendar, load_calendar
from reports import services
from reports.models import Cadence, ReportPeriod, ReportRegime
from reports.schedule import plan_for, plans, warning_day
from tests.conftest import World
from tests.reports.making import REGIME, moment


def regime_of(world: World, code: str = REGIME) -> ReportRegime:
    return ReportRegime.objects.get(bureau=world.bureau, code=code)


def test_half_month_periods_join_without_gap_and_end_with_the_campaign(county: World) -> None:
    found = list(plans(regime_of(county), date(2027, 6, 1)))
    assert [plan.due_on.isoformat() for plan in found] == [
        "2026-09-27", "2026-10-13", "2026-10-27", "2026-11-13", "2026-11-27", "2026-12-13",
    ]  # fmt: skip
    assert found[0].starts_on == date(2026, 9, 14)
    assert all(one.ends_on == two.starts_on for one, two in pairwise(found))
    assert found[0].cut_off_at == moment(date(2026, 9, 27), 0)


def test_weekend_due_days_warn_on_the_last_working_day(county: World) -> None:
    calendar = load_calendar()
    assert warning_day(date(2026, 9, 27), calendar) == date(2026, 9, 24), "25 is the Mid-Autumn holiday"
    assert warning_day(date(2026, 12, 13), calendar) == date(2026, 12, 11)
    assert warning_day(date(2026, 10, 13), calendar) == date(2026, 10, 12)


def test_unknown_year_falls_back_to_monday_to_friday() -> None:
    assert warning_day(date(2031, 1, 5), Calendar(frozenset(), {})) == date(2031, 1, 3)


def test_month_end_days_are_clamped(county: World) -> None:
    regime = regime_of(county)
    regime.due = {"days_of_month": [15, 30]}
    regime.validity = type(regime.validity)(date(2026, 2, 1), date(2026, 4, 1))
    assert [plan.due_on for plan in plans(regime, date(2026, 4, 1))] == [
        date(2026, 2, 15), date(2026, 2, 28), date(2026, 3, 15), date(2026, 3, 30),
    ]  # fmt: skip


def test_weekly_and_yearly_and_single_periods(county: World) -> None:
    regime = regime_of(county)
    regime.cadence, regime.due = Cadence.WEEK, {"weekday": 5}
    weekly = list(plans(regime, date(2026, 9, 30)))
    assert [plan.due_on.isoweekday() for plan in weekly] == [5, 5, 5]
    annual = plan_for(regime_of(county, "ANNUAL"), date(2024, 1, 31))
    assert annual is not None
    assert (annual.starts_on, annual.ends_on, annual.due_on) == (
        date(2023, 1, 1),
        date(2024, 1, 1),
        date(2024, 1, 31),
    )
    final = plan_for(regime_of(county, "LOOKBACK_2026_WUSHAN_FINAL"), date(2026, 12, 18))
    assert final is not None
    assert (final.starts_on, final.due_on) == (date(2026, 9, 14), date(2026, 12, 18))


@pytest.mark.parametrize(("day", "due"), [((2026, 10, 13), (2026, 10, 13)), ((2026, 10, 14), (2026, 10, 27))])
def test_plan_for_prefers_the_due_day(county: World, day: tuple[int, ...], due: tuple[int, ...]) -> None:
    plan = plan_for(regime_of(county), date(*day))
    assert plan is not None
    assert plan.due_on == date(*due)


def test_opening_twice_opens_once(county: World) -> None:
    now = moment(date(2026, 10, 14))
    first, again = services.period_open_due(now=now), services.period_open_due(now=now)
    assert [period.due_on for period in first if period.regime.code == REGIME] == [
        date(2026, 9, 27), date(2026, 10, 13), date(2026, 10, 27),
    ]  # fmt: skip
    assert again == []


def test_warning_names_the_reporter_once(county: World, first: ReportPeriod) -> None:
    assert first.warn_on == date(2026, 9, 24)
    assert services.periods_warn(now=moment(date(2026, 9, 23), 8)) == []
    assert services.periods_warn(now=moment(date(2026, 9, 24), 8)) == [first]
    assert services.periods_warn(now=moment(date(2026, 9, 24), 9)) == []
    first.refresh_from_db()
    assert first.warned_on == date(2026, 9, 24)
