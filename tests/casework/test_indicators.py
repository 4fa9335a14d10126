"""Numbers that open their rows, and ratios that round as the publication does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import QuerySet
from hypothesis import given
from hypothesis import strategies as st

from casework import indicators
from casework.indicators import Indicator, Measure, Period, Rounding, Scope, compute, figure, ratio, register
from casework.models import JobRun
from tests.conftest import World

YEAR = Period(date(2000, 1, 1), date(2100, 1, 1))
counts = st.integers(min_value=0, max_value=10**7)


def rows(scope: Scope, period: Period, **dims: Any) -> QuerySet[JobRun]:
    """Background jobs of the scope."""
    found = JobRun.objects.filter(
        bureau__region__path__startswith=scope.region_path,
        created_at__gte=period.starts_at,
        created_at__lt=period.ends_at,
    )
    return found.filter(kind=dims["kind"]) if "kind" in dims else found


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three indicators over the same rows, for this test only."""
    monkeypatch.setattr(indicators, "_indicators", {})
    register(
        Indicator("jobs", "任务", "件", rows, "每件一次"),
        Indicator("people", "发起人", "人", rows, "同一人只计一次", Measure.DISTINCT, "created_by"),
        Indicator("steps", "步数", "步", rows, "各件之和", Measure.SUM, "total"),
    )


@pytest.fixture
def made(world: World, declared: None) -> World:
    """Three jobs of two people here, one next door."""
    for person, total in ((world.officer, 2), (world.officer, 3), (world.head, 5)):
        JobRun.objects.create(bureau=world.bureau, kind="a", label="x", total=total, created_by=person)
    JobRun.objects.create(
        bureau=world.neighbour, kind="b", label="x", total=7, created_by=world.neighbour_officer
    )
    return world


@pytest.mark.parametrize(("key", "own", "city"), [("jobs", 3, 4), ("people", 2, 3), ("steps", 10, 17)])
def test_a_county_counts_its_own_and_a_city_its_counties(made: World, key: str, own: int, city: int) -> None:
    assert compute(key, Scope(made.bureau), YEAR) == own
    assert compute(key, Scope(made.city), YEAR) == city
    assert compute(key, Scope(made.bureau), YEAR, kind="b") == 0


def test_a_figure_keeps_the_rows_that_it_counted(made: World) -> None:
    made_figure = figure("jobs", Scope(made.bureau), YEAR)
    assert made_figure.value == len(made_figure.row_ids) == 3
    assert made_figure.row_ids == sorted(
        JobRun.objects.filter(bureau=made.bureau).values_list("pk", flat=True)
    )
    assert made_figure.unit == "件"


def test_nothing_sums_to_zero(made: World) -> None:
    empty = Period(date(1990, 1, 1), date(1991, 1, 1))
    assert [compute(key, Scope(made.bureau), empty) for key in ("jobs", "people", "steps")] == [0, 0, 0]


def test_a_key_has_one_meaning(declared: None) -> None:
    register(Indicator("jobs", "任务", "件", rows, "每件一次"))
    with pytest.raises(ValueError, match="defined twice"):
        register(Indicator("jobs", "别的", "件", rows, "不同"))
    with pytest.raises(KeyError):
        indicators.get("unknown")


def test_a_period_is_half_open_in_shanghai() -> None:
    november = Period(date(2026, 11, 1), date(2026, 12, 1))
    assert november.last_day == date(2026, 11, 30)
    assert november.starts_at.isoformat() == "2026-11-01T00:00:00+08:00"
    assert november.ends_at.isoformat() == "2026-12-01T00:00:00+08:00"


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "rounding", "shown"),
    [
        (2, 3, 2, Rounding.HALF_UP, "66.67"),
        (2, 3, 2, Rounding.TRUNCATE, "66.66"),
        (1, 8, 1, Rounding.HALF_UP, "12.5"),
        (1, 16, 1, Rounding.HALF_UP, "6.3"),
        (1, 16, 1, Rounding.TRUNCATE, "6.2"),
        (15, 16, 1, Rounding.COMPLEMENT, "93.7"),
        (15, 16, 1, Rounding.HALF_UP, "93.8"),
        (0, 7, 0, Rounding.HALF_UP, "0"),
        (7, 7, 2, Rounding.COMPLEMENT, "100.00"),
    ],
)
def test_ratios_round_as_named(
    numerator: int, denominator: int, decimals: int, rounding: Rounding, shown: str
) -> None:
    assert str(ratio(numerator, denominator, decimals=decimals, rounding=rounding)) == shown


@pytest.mark.parametrize("rounding", list(Rounding))
def test_no_share_of_nothing(rounding: Rounding) -> None:
    assert ratio(0, 0, decimals=2, rounding=rounding) is None


@given(part=counts, rest=counts, decimals=st.integers(0, 4), rounding=st.sampled_from(Rounding))
def test_ratios_stay_near_the_truth_and_between_the_ends(
    part: int, rest: int, decimals: int, rounding: Rounding
) -> None:
    found = ratio(part, part + rest, decimals=decimals, rounding=rounding)
    if part + rest == 0:
        assert found is None
        return
    assert found is not None
    step = Decimal(1).scaleb(-decimals)
    exact = Decimal(part) * 100 / Decimal(part + rest)
    assert 0 <= found <= 100
    assert abs(found - exact) <= (step if rounding == Rounding.TRUNCATE else step / 2 + Decimal("1e-20"))
    assert found == found.quantize(step)
    if rounding == Rounding.TRUNCATE:
        assert found <= exact


@given(part=counts, rest=counts, decimals=st.integers(0, 4))
def test_a_share_and_its_complement_add_up(part: int, rest: int, decimals: int) -> None:
    one = ratio(part, part + rest, decimals=decimals, rounding=Rounding.HALF_UP)
    other = ratio(rest, part + rest, decimals=decimals, rounding=Rounding.COMPLEMENT)
    if one is None or other is None:
        assert part + rest == 0
    else:
        assert one + other == 100


@given(part=counts, more=counts, rest=counts, rounding=st.sampled_from(Rounding))
def test_a_larger_part_never_shows_a_smaller_share(
    part: int, more: int, rest: int, rounding: Rounding
) -> None:
    total = part + more + rest
    if total:
        small = ratio(part, total, decimals=2, rounding=rounding)
        large = ratio(part + more, total, decimals=2, rounding=rounding)
        assert small is not None
        assert large is not None
        assert small <= large
