"""The institutions of which the end is known, and the measure that the warning rules are judged by."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random

import pytest

from bench.runaway import DEV_SEEDS, DIGESTS, HELD_OUT_SEEDS, Case, Kind, digest, generate
from bench.runaway.county import HEALTHY_EACH, RUNAWAYS_EACH
from bench.runaway.house import MAX_FEN, MAX_LESSONS
from bench.runaway.judging import Alarm, Report, Watched, report, watch
from bench.runaway.model import HEALTHY, RUNAWAYS, Episode, Mood, count_of
from funds.warnings import DayFacts, History, Raised

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """A seed that is neither for tuning nor held out."""
    return generate(42)


# -- fixed beforehand ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", DEV_SEEDS + HELD_OUT_SEEDS)
def test_the_judged_histories_are_those_fixed_before_any_rule_was_run(seed: int):
    assert digest(generate(seed)) == DIGESTS[seed]


def test_seeds_for_tuning_and_held_out_are_apart():
    assert not set(DEV_SEEDS) & set(HELD_OUT_SEEDS)
    assert set(DIGESTS) == {*DEV_SEEDS, *HELD_OUT_SEEDS}


def test_a_case_is_the_same_whichever_others_are_made(cases: list[Case]):
    alone = generate(42, kinds=[Kind.CHAIN])
    assert alone == [case for case in cases if case.kind is Kind.CHAIN]
    assert generate(43, kinds=[Kind.CHAIN]) != alone


def test_a_new_process_gives_the_same_histories(cases: list[Case]):
    """Nothing depends on the order of sets, which differs from process to process."""
    code = (
        "from bench.runaway import Kind, digest, generate; print(digest(generate(42, kinds=[Kind.ARREARS])))"
    )
    command = [sys.executable, "-c", code]
    env = {"PYTHONHASHSEED": "77", "PYTHONPATH": str(ROOT)}
    told = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout
    assert told.strip() == digest(case for case in cases if case.kind is Kind.ARREARS)


# -- money -----------------------------------------------------------------------------------------------------


def test_the_balances_chain_from_day_to_day(cases: list[Case]):
    for case in cases:
        days = case.history.days
        for day in days:
            out = day.out_release_fen + day.out_refund_fen + day.out_unknown_fen
            assert day.closing_fen == day.opening_fen + day.in_fen - out, (case.name, day.day)
        for before, after in pairwise(days):
            assert after.day == before.day + timedelta(days=1)
            assert after.opening_fen == before.closing_fen, (case.name, after.day)


def test_what_is_held_and_coming_is_what_is_owed_less_what_went_without_instruction(cases: list[Case]):
    for case in cases:
        lost = accumulate(day.out_unknown_fen for day in case.history.days)
        for day, gone in zip(case.history.days, lost, strict=True):
            held = day.closing_fen + day.transit_fen + gone
            assert held == day.unearned_fen + day.releasable_fen, (case.name, day.day)


def test_nothing_is_negative(cases: list[Case]):
    for case in cases:
        for day in case.history.days:
            figures = [value for value in vars(day).values() if isinstance(value, int)]
            assert min(figures) >= 0, (case.name, day)


def test_what_is_unearned_grows_by_nothing_but_what_was_paid(cases: list[Case]):
    for case in cases:
        for before, after in pairwise(case.history.days):
            assert after.unearned_fen <= before.unearned_fen + _sold(after), (case.name, after.day)


def test_what_was_paid_arrives_or_is_on_its_way(cases: list[Case]):
    for case in cases:
        for before, after in pairwise(case.history.days):
            assert after.transit_fen == before.transit_fen + _sold(after) - after.in_fen, (
                case.name,
                after.day,
            )


def test_a_day_without_a_bank_file_shows_no_money_that_only_the_bank_knows_of(cases: list[Case]):
    dark = [day for case in cases for day in case.history.days if not day.statement_received]
    assert len(dark) > 100
    assert not any(day.in_fen or day.out_unknown_fen for day in dark)


def test_sales_above_the_caps_are_counted_and_no_others(cases: list[Case]):
    for case in cases:
        for day in case.history.days:
            above = sum(unit * n > MAX_FEN or n > MAX_LESSONS for unit, n in day.units_sold)
            assert above <= day.over_limit_n <= len(day.units_sold), (case.name, day.day)
            assert day.receipts_n == len(day.units_sold)


def _sold(day: DayFacts) -> int:
    return sum(unit * lessons for unit, lessons in day.units_sold)


# -- truth -----------------------------------------------------------------------------------------------------


def test_every_kind_is_there(cases: list[Case]):
    assert len(cases) == HEALTHY_EACH * len(HEALTHY) + RUNAWAYS_EACH * len(RUNAWAYS)
    assert {case.kind for case in cases} == set(Kind)
    sizes = [max(day.active_students for day in case.history.days) for case in cases]
    assert min(sizes) < 30
    assert max(sizes) > 250


def test_a_run_away_turned_before_it_closed_and_the_record_ends_the_day_before(cases: list[Case]):
    for case in cases:
        last = case.history.days[-1].day
        assert (case.turned_on is not None) == case.is_runaway
        if case.turned_on and case.closed_on:
            assert case.history.days[0].day + timedelta(days=20) < case.turned_on < case.closed_on
        if case.closed_on:
            assert case.closed_on == last + timedelta(days=1)


def test_a_run_away_leaves_families_with_lessons_and_an_honest_closing_pays_them(cases: list[Case]):
    for case in cases:
        last = case.history.days[-1]
        if case.is_runaway:
            assert last.unearned_fen > 0
            assert last.active_students > 0
        if case.kind is Kind.HONEST_CLOSING:
            assert last.active_students == 0
            # the last refunds are on their way, and the account holds them
            assert last.unearned_fen <= max(day.unearned_fen for day in case.history.days) * 0.25
            assert last.closing_fen + last.transit_fen >= last.unearned_fen


def test_signals_from_outside_also_befall_the_honest(cases: list[Case]):
    honest = [case for case in cases if case.kind is Kind.DISPUTE]
    assert all(any(day.flags for day in case.history.days) for case in honest)
    assert any(not any(day.flags for day in case.history.days) for case in cases if case.kind is Kind.QUIET)


def test_an_episode_acts_only_within_its_days():
    def act(mood: Mood, done: float) -> None:
        mood.teach = done

    episode = Episode(date(2025, 3, 1), date(2025, 3, 11), act)
    moods = [Mood() for _ in range(3)]
    for day, mood in zip((date(2025, 2, 28), date(2025, 3, 6), date(2025, 3, 12)), moods, strict=True):
        episode.on(day, mood)
    assert [mood.teach for mood in moods] == [1.0, 0.5, 1.0]


@pytest.mark.parametrize("expected", [0.0, 0.3, 4.0, 80.0])
def test_rare_events_have_the_mean_asked_for(expected: float):
    rng = Random(5)
    mean = sum(count_of(rng, expected) for _ in range(4000)) / 4000
    assert mean == pytest.approx(expected, rel=0.08, abs=0.001)


# -- the measure -----------------------------------------------------------------------------------------------


def _quiet(cases: Sequence[Case]) -> Case:
    return next(case for case in cases if case.kind is Kind.SLOW)


def test_a_rule_that_keeps_holding_is_one_alarm_and_one_that_comes_back_is_two(cases: list[Case]):
    case = _quiet(cases)
    begin = case.history.days[40].day
    holding = {begin + timedelta(days=offset) for offset in (0, 1, 2, 10, 40)}

    def rules(_: History, on: date) -> list[Raised]:
        return [Raised(rule="W1", level="YELLOW", contributions=())] if on in holding else []

    days = [alarm.day for alarm in watch(case, rules).alarms]
    assert days == [begin, begin + timedelta(days=40)]


def test_red_after_yellow_is_a_new_alarm_and_yellow_after_red_is_not(cases: list[Case]):
    case = _quiet(cases)
    begin = case.history.days[40].day
    levels = {begin: "YELLOW", begin + timedelta(days=1): "RED", begin + timedelta(days=2): "YELLOW"}

    def rules(_: History, on: date) -> list[Raised]:
        return [Raised(rule="W1", level=levels[on], contributions=())] if on in levels else []

    assert [alarm.level for alarm in watch(case, rules).alarms] == ["YELLOW", "RED"]


def test_what_stood_before_it_turned_is_no_warning_and_no_honest_day_is_lost(cases: list[Case]):
    case = _quiet(cases)
    turned, closed = case.turned_on, case.closed_on
    assert turned is not None
    assert closed is not None
    before = Watched(case, (Alarm(turned - timedelta(days=1), "W1", "RED"),))
    after = Watched(case, (Alarm(closed - timedelta(days=14), "W1", "YELLOW"),))
    assert before.lead("YELLOW", "RED") is None
    assert len(before.honest_alarms()) == 1
    assert after.lead("YELLOW", "RED") == 14
    assert after.lead("RED") is None
    assert not after.honest_alarms()


def test_rules_that_know_the_truth_are_perfect_and_silent_ones_are_not(cases: list[Case]):
    turned = {id(case.history): case.turned_on for case in cases}

    def knowing(history: History, on: date) -> list[Raised]:
        since = turned[id(history)]
        return [Raised(rule="W1", level="RED", contributions=())] if since is not None and on >= since else []

    perfect, silent = report(cases, knowing), report(cases, lambda *_: [])
    assert perfect.leads(perfect.runaways, "YELLOW", "RED").in_time == perfect.possible()
    assert perfect.per_hundred("RED") == 0
    assert perfect.untouched() == 1
    assert silent.leads(silent.runaways, "YELLOW", "RED").days == (None,) * len(silent.runaways)
    assert len(silent.misses()) == len(silent.runaways)


def test_rules_that_cry_every_month_are_shown_as_chance(cases: list[Case]):
    def crying(_: History, on: date) -> list[Raised]:
        return [Raised(rule="W1", level="YELLOW", contributions=())] if on.day == 1 else []

    found: Report = report(cases, crying)
    leads = found.leads(found.runaways, "YELLOW")
    assert leads.by_chance == pytest.approx(leads.in_time, abs=0.1)
    assert found.per_hundred("YELLOW") == pytest.approx(1200, rel=0.05)
