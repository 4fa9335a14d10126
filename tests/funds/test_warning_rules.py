"""Each warning rule just under its line, at it and over it, on plain days without the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from funds.warnings import DayFacts, History, Parameters, Raised, judge

ON = date(2026, 11, 20)
QUIET = DayFacts(
    day=ON, opening_fen=10_000_000, in_fen=0, out_release_fen=0, out_refund_fen=0, out_unknown_fen=0,
    closing_fen=10_000_000, unearned_fen=8_000_000, releasable_fen=100_000, transit_fen=0, transit_oldest_days=0,
    receipts_n=1, active_students=50, lessons_taught=10, lessons_confirmed=8, lessons_auto=2, refunds_asked_n=0,
    complaints_n=0, units_sold=(), over_limit_n=0, mismatched_n=0, flags=(), statement_received=True,
)  # fmt: skip


def days(count: int = 200, **every: Any) -> list[DayFacts]:
    """So many quiet days up to the day."""
    return [replace(QUIET, day=ON - timedelta(days=back), **every) for back in reversed(range(count))]


def history(
    rows: list[DayFacts], *, opened: date = date(2020, 1, 1), wanted: int = 0, held: int = 0
) -> History:
    return History(opened, wanted, held, tuple(rows))


def last(**values: Any) -> list[DayFacts]:
    """Quiet days with another last one."""
    rows = days()
    return [*rows[:-1], replace(rows[-1], **values)]


def on_days(*values: dict[str, Any], count: int = 200, **every: Any) -> list[DayFacts]:
    """The last days changed one by one, the newest last."""
    rows = days(count, **every)
    start = len(rows) - len(values)
    return [replace(row, **(values[at - start] if at >= start else {})) for at, row in enumerate(rows)]


def level(rule: str, given: History, **lines: int) -> str | None:
    """The level of one rule, None when it is silent."""
    found = {item.rule: item.level for item in judge(given, ON, Parameters().of(**lines))}
    return found.get(rule)


def test_a_quiet_institution_raises_nothing() -> None:
    assert judge(history(days()), ON) == []
    assert judge(history([]), ON) == []


def test_the_future_is_not_seen() -> None:
    rows = [*days(), replace(QUIET, day=ON + timedelta(days=1), out_unknown_fen=500)]
    assert judge(history(rows), ON) == []
    assert level("W5", history(rows)) is None


@pytest.mark.parametrize(
    ("fen", "opened", "level_"),
    [
        (29_999_999, date(2026, 6, 1), None),
        (30_000_000, date(2026, 6, 1), "YELLOW"),
        (30_000_000, date(2020, 1, 1), None),
        (99_999_999, date(2020, 1, 1), None),
        (100_000_000, date(2020, 1, 1), "YELLOW"),
    ],
)
def test_w1_absolute_by_age(fen: int, opened: date, level_: str | None) -> None:
    big = 1_000_000_000
    rows = last(out_release_fen=fen, opening_fen=big, closing_fen=big - fen, releasable_fen=big)
    assert level("W1", history(rows, opened=opened)) == level_


@pytest.mark.parametrize(
    ("fen", "opening", "level_"),
    [
        (1_999_999, 2_000_000, None),
        (2_000_000, 6_666_667, None),
        (2_000_000, 6_666_666, "YELLOW"),
        (3_000_000, 10_000_000, "YELLOW"),
    ],
)
def test_w1_relative_with_its_least_amount(fen: int, opening: int, level_: str | None) -> None:
    rows = last(out_release_fen=fen, opening_fen=opening, closing_fen=9_000_000)
    assert level("W1", history(rows)) == level_


def test_w1_is_red_when_families_are_no_longer_covered_and_refunds_do_not_count() -> None:
    rows = last(out_release_fen=3_000_000, closing_fen=7_000_000)
    assert level("W1", history(rows)) == "RED"
    assert level("W1", history(last(out_refund_fen=9_000_000))) is None


@pytest.mark.parametrize(("fen", "level_"), [(199_999_999, None), (200_000_000, "YELLOW")])
def test_w2_week(fen: int, level_: str | None) -> None:
    part = fen // 2
    rows = on_days({"out_release_fen": part}, *[{}] * 5, {"out_release_fen": fen - part}, releasable_fen=0)
    assert level("W2", history(rows)) == level_
    early = on_days({"out_release_fen": part}, *[{}] * 6, {"out_release_fen": fen - part}, releasable_fen=0)
    assert level("W2", history(early)) is None


@pytest.mark.parametrize(("unknown", "level_"), [(1_000_000, None), (1_000_001, "YELLOW")])
def test_w2_more_than_became_releasable(unknown: int, level_: str | None) -> None:
    rows = last(out_release_fen=10_000_000, out_unknown_fen=unknown)
    assert level("W2", history(rows)) == level_


@pytest.mark.parametrize(("closing", "level_"), [(7_999_999, "RED"), (8_000_000, None)])
def test_w3_families_are_covered(closing: int, level_: str | None) -> None:
    assert level("W3", history(last(closing_fen=closing))) == level_


def test_w3_counts_money_in_transit_while_it_is_fresh() -> None:
    values = {"closing_fen": 7_000_000, "transit_fen": 1_000_000}
    assert level("W3", history(last(**values, transit_oldest_days=7))) is None
    assert level("W3", history(last(**values, transit_oldest_days=8))) == "RED"


@pytest.mark.parametrize(("closing", "level_"), [(29_999_999, "YELLOW"), (30_000_000, None)])
def test_w3_falls_through_the_floor(closing: int, level_: str | None) -> None:
    rows = [replace(row, closing_fen=30_000_000) for row in days()[:-1]]
    assert level("W3", history([*rows, replace(QUIET, closing_fen=closing)])) == level_
    assert level("W3", history(last(closing_fen=9_999_999))) is None


@pytest.mark.parametrize(
    ("held", "level_"), [(1000, None), (999, "YELLOW"), (500, "YELLOW"), (499, "RED"), (0, "RED")]
)
def test_w4_deposit(held: int, level_: str | None) -> None:
    assert level("W4", history(days(), wanted=1000, held=held)) == level_


@pytest.mark.parametrize(("count", "level_"), [(6, "YELLOW"), (7, "RED")])
def test_w4_turns_red_with_time(count: int, level_: str) -> None:
    rows = on_days(*[{"flags": ("DEPOSIT_SHORT",)}] * count)
    assert level("W4", history(rows, wanted=1000, held=900)) == level_
    assert level("W15", history(rows)) is None


def test_w5_is_red_from_the_first_fen_until_it_is_explained() -> None:
    assert level("W5", history(last(out_unknown_fen=1))) == "RED"
    assert level("W5", history(on_days({"out_unknown_fen": 1}, *[{}] * 89))) == "RED"
    assert level("W5", history(on_days({"out_unknown_fen": 1}, *[{}] * 90))) is None


def test_w6_no_receipt_while_the_prepaid_money_runs_out() -> None:
    falling = [
        {"receipts_n": 0, "unearned_fen": 6_000_000 - 100_000 * at, "lessons_taught": 1} for at in range(30)
    ]
    low = [{**row, "unearned_fen": row["unearned_fen"] - 2_900_000} for row in falling]
    assert level("W6", history(on_days(*low))) == "YELLOW"
    assert level("W6", history(on_days(*falling))) is None
    assert level("W6", history(on_days(*low[1:]))) is None
    assert level("W6", history(on_days(*low))) == "YELLOW"
    assert level("W6", history(on_days(*low)), w6_lessons=31) is None


@pytest.mark.parametrize(("receipts", "level_"), [(46, None), (45, "YELLOW"), (44, "YELLOW")])
def test_w6_receipts_of_a_student_fall(receipts: int, level_: str | None) -> None:
    late = [{"receipts_n": int(at < receipts)} for at in range(90)]
    assert level("W6", history(on_days(*late))) == level_


@pytest.mark.parametrize(("count", "before", "level_"), [(4, 0, None), (5, 13, "YELLOW"), (5, 14, None)])
def test_w7_refunds_against_the_usual(count: int, before: int, level_: str | None) -> None:
    rows = on_days({"refunds_asked_n": before}, *[{}] * 20, {"refunds_asked_n": count}, active_students=1000)
    assert level("W7", history(rows)) == level_


@pytest.mark.parametrize(
    ("count", "students", "level_"), [(4, 41, None), (4, 40, "YELLOW"), (2, 10, None), (3, 10, "YELLOW")]
)
def test_w7_refunds_against_students(count: int, students: int, level_: str | None) -> None:
    assert level("W7", history(on_days({"refunds_asked_n": count}, active_students=students))) == level_


@pytest.mark.parametrize(("count", "level_"), [(2, None), (3, "YELLOW"), (9, "YELLOW"), (10, "RED")])
def test_w8_complaints(count: int, level_: str | None) -> None:
    assert level("W8", history(on_days({"complaints_n": count}, *[{}] * 29))) == level_
    assert level("W8", history(on_days({"complaints_n": count}, *[{}] * 30))) is None


@pytest.mark.parametrize(
    ("weeks", "level_"),
    [((100, 70, 49), "YELLOW"), ((100, 71, 49), None), ((100, 70, 50), None), ((9, 0, 0), None)],
)
def test_w9_two_weeks_running(weeks: tuple[int, int, int], level_: str | None) -> None:
    values = [{"lessons_taught": count if at == 0 else 0} for count in weeks for at in range(7)]
    assert level("W9", history(on_days(*values))) == level_
    students = [{"active_students": count} for count in weeks for at in range(7)]
    assert level("W9", history(on_days(*students))) == level_


def test_w9_is_silent_in_a_break() -> None:
    rows = [replace(row, day=row.day - timedelta(days=40)) for row in days()]
    falls = [replace(row, lessons_taught=[100, 70, 49][at // 7]) for at, row in enumerate(rows[-21:])]
    given = history([*rows[:-21], *falls])
    found = judge(given, ON - timedelta(days=40), Parameters())
    assert "W9" not in {item.rule for item in found}
    assert "W9" in {
        item.rule for item in judge(given, ON - timedelta(days=40), replace(Parameters(), quiet=()))
    }


@pytest.mark.parametrize(("count", "level_"), [(0, None), (1, "YELLOW"), (4, "YELLOW"), (5, "RED")])
def test_w10_over_limit(count: int, level_: str | None) -> None:
    assert level("W10", history(last(over_limit_n=count))) == level_


@pytest.mark.parametrize(
    ("price", "sales", "level_"),
    [(6_001, 10, None), (6_000, 10, "YELLOW"), (6_000, 9, None), (100, 10, "YELLOW")],
)
def test_w11_deep_discount(price: int, sales: int, level_: str | None) -> None:
    old, new = ((10_000, 20),) * 10, ((price, 20),) * sales
    rows = on_days({"units_sold": old}, *[{}] * 13, {"units_sold": new})
    assert level("W11", history(rows)) == level_
    few = on_days({"units_sold": old[1:]}, *[{}] * 13, {"units_sold": new})
    assert level("W11", history(few)) is None


@pytest.mark.parametrize(
    ("auto", "confirmed", "level_"), [(12, 8, "YELLOW"), (11, 8, None), (12, 9, None), (599, 401, None)]
)
def test_w12_silence(auto: int, confirmed: int, level_: str | None) -> None:
    rows = on_days(
        {"lessons_auto": auto, "lessons_confirmed": confirmed}, lessons_auto=0, lessons_confirmed=0
    )
    assert level("W12", history(rows)) == level_


@pytest.mark.parametrize(("count", "level_"), [(0, None), (1, "YELLOW"), (9, "YELLOW"), (10, "RED")])
def test_w13_mismatches(count: int, level_: str | None) -> None:
    assert level("W13", history(last(mismatched_n=count))) == level_


@pytest.mark.parametrize(("age", "level_"), [(7, None), (8, "YELLOW"), (15, "YELLOW"), (16, "RED")])
def test_w14_transit(age: int, level_: str | None) -> None:
    assert level("W14", history(last(transit_fen=1, transit_oldest_days=age))) == level_
    assert level("W14", history(last(transit_fen=0, transit_oldest_days=age))) is None


@pytest.mark.parametrize(
    ("flags", "level_"),
    [((), None), (("WAGE",), "YELLOW"), (("WAGE", "WAGE"), "YELLOW"), (("RENT", "WAGE"), "RED")],
)
def test_w15_kinds_of_signals(flags: tuple[str, ...], level_: str | None) -> None:
    assert level("W15", history(last(flags=flags))) == level_


@pytest.mark.parametrize(("count", "level_"), [(0, None), (1, "YELLOW"), (2, "YELLOW"), (3, "RED")])
def test_w16_statement(count: int, level_: str | None) -> None:
    rows = days()
    late = [replace(row, statement_received=False) for row in rows[len(rows) - count :]]
    assert level("W16", history([*rows[: len(rows) - count], *late])) == level_


def test_what_raised_it_is_told_with_share_and_what_clears_it() -> None:
    rows = on_days({"out_unknown_fen": 300}, {"out_unknown_fen": 100})
    found: Raised = next(item for item in judge(history(rows), ON) if item.rule == "W5")
    assert [(row.value, row.share_permille) for row in found.contributions] == [(300, 750), (100, 250)]
    assert all(row.clears and row.day for row in found.contributions)
