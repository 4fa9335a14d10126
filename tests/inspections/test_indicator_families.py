"""Numbers counted together are the numbers counted one by one."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import world as rows
from casework import indicators
from casework.indicators import Measure, Narrowed, Period, Scope
from casework.management.commands.load_reference import load_all
from tests.conftest import World


def test_a_family_is_read_once_and_counts_the_same(world: World) -> None:
    load_all()
    ground = rows.Ground(
        world.bureau, [world.town, world.town2], world.education, world.head, world.leader, [world.officer]
    )
    rows.institutions_make(ground, 6)
    rows.campaigns_make(ground, 4)
    rows.visits_make(ground, 24, per_outing=2)
    scope, period = Scope(world.bureau), Period(date(2023, 1, 1), date(2027, 1, 1))
    keys = sorted(indicators.known_keys())
    with CaptureQueriesContext(connection) as together:
        many = indicators.compute_many(keys, scope, period)
    with CaptureQueriesContext(connection) as apart:
        one_by_one = {key: indicators.compute(key, scope, period) for key in keys}
    assert many == one_by_one
    assert many["visit_pt"] == 24
    assert 0 < many["visit_closed_pt"] < 24
    assert many["fixed_on_spot"] + many["fixed_in_term"] == many["problem_n"] > 0
    assert len(together) < len(apart) - 10


def test_a_narrowed_family_takes_the_conditions_of_its_base(world: World) -> None:
    indicator = indicators.get("visit_closed_pt")
    assert isinstance(indicator.rows, Narrowed)
    assert indicator.measure == Measure.COUNT
    scope, period = Scope(world.bureau, world.town), Period(date(2026, 1, 1), date(2027, 1, 1))
    sql = str(indicator.rows(scope, period, campaign_kind="LOOK_BACK").query)
    assert "LOOK_BACK" in sql
    assert world.town.path in sql
