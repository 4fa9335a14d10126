"""The judged institutions of a seed, and the fingerprints that keep them as they were before any rule was run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from operator import attrgetter
from random import Random

from bench.runaway import fraud, healthy
from bench.runaway.house import House
from bench.runaway.model import HEALTHY, RUNAWAYS, Case, Kind, Profile, Script
from funds.warnings import History

HEALTHY_EACH = 4
RUNAWAYS_EACH = 3
WARM_UP = 75  # days lived before the first one on record
EARLIEST, LATEST = date(2024, 1, 10), date(2026, 6, 30)
FLAT_DEPOSIT = 10_000_000  # 100,000 yuan

_FIGURES = attrgetter(
    *("opening_fen", "in_fen", "out_release_fen", "out_refund_fen", "out_unknown_fen", "closing_fen"),
    *(
        "unearned_fen",
        "releasable_fen",
        "transit_fen",
        "transit_oldest_days",
        "receipts_n",
        "active_students",
    ),
    *("lessons_taught", "lessons_confirmed", "lessons_auto", "refunds_asked_n", "complaints_n", "units_sold"),
    *("over_limit_n", "mismatched_n", "flags", "statement_received"),
)

DEV_SEEDS = (1, 2, 3)
HELD_OUT_SEEDS = (9101, 9102, 9103)
# SHA-256 over the cases of each seed, fixed before any rule was run on them. A test holds them.
DIGESTS: dict[int, str] = {
    1: "1c6cdf8c9339cd08d7a8e8e2418d20cbbdbe3e253bf583aac3db207295b6a6fd",
    2: "53438fcf0b20750d6e0efd669a5905ceb0a785dc2dbae2f9d41327e426ad1cf9",
    3: "91b98297bffac9653741d4006a2ffbb19418fac243c721f8b2ee85f8000da872",
    9101: "d0bc3505be72da583cac78defb51efff19bf1167f7b75298c13cf0bdc8d72d25",
    9102: "7c321f4f3a82abf575513e228366abb0667e57befa16f4d0b5bd08fdbe9ade6c",
    9103: "611e8fb00eb6f23bcedcf6ef8e33e841dad257cd33592ef9a0befadc2cb654e0",
}


def generate(seed: int, *, kinds: Iterable[Kind] | None = None) -> list[Case]:
    """All institutions of a seed: each healthy kind HEALTHY_EACH times, each mechanism RUNAWAYS_EACH times.

    `kinds` limits them; a case is the same whether or not the others are made.
    """
    wanted = set(kinds) if kinds is not None else set(Kind)
    return [
        _case(seed, kind, number)
        for kinds_of_end, each in ((HEALTHY, HEALTHY_EACH), (RUNAWAYS, RUNAWAYS_EACH))
        for kind in kinds_of_end
        if kind in wanted
        for number in range(each)
    ]


def _case(seed: int, kind: Kind, number: int) -> Case:
    rng = Random(f"{seed}/{kind.name}/{number}")
    profile = profile_of(rng, kind)
    first, last = _span(rng, kind)
    script = _script(kind, rng, first, last, profile.students)
    is_new = kind is Kind.YOUNG
    begun = first if is_new else first - timedelta(days=WARM_UP)
    house = House(rng, profile, script.episodes, begun, is_new=is_new)
    facts = []
    for offset in range((last - begun).days + 1):
        day = house.live(begun + timedelta(days=offset))
        if day.day >= first:
            facts.append(day)
    required = _required(rng, facts[0].unearned_fen, profile)
    history = History(
        opened_on=begun if is_new else first - timedelta(days=rng.randint(200, 3000)),
        deposit_required_fen=required,
        deposit_fen=_deposit(rng, required, kind),
        days=tuple(facts),
    )
    ends = kind.is_runaway or kind is Kind.HONEST_CLOSING
    name = f"{seed}/{kind.value}/{number + 1}"
    return Case(name, kind, history, script.turned_on, last + timedelta(days=1) if ends else None)


def _script(kind: Kind, rng: Random, first: date, last: date, students: int) -> Script:
    if kind.is_runaway:
        return fraud.runaway(kind, rng, first, last, students)
    return healthy.WRITERS[kind](rng, first, last, students)


def _span(rng: Random, kind: Kind) -> tuple[date, date]:
    """First and last day on record: a year to a year and a half."""
    length = rng.randint(300, 500) if kind.is_runaway else rng.randint(365, 540)
    first = EARLIEST + timedelta(days=rng.randint(0, (LATEST - EARLIEST).days - length))
    return first, first + timedelta(days=length - 1)


def profile_of(rng: Random, kind: Kind) -> Profile:
    """Traits of an institution: the size is log-normal around 110 students, between 10 and 400."""
    students = max(10, min(400, round(rng.lognormvariate(4.7, 0.7))))
    if kind is Kind.TINY:
        students = rng.randint(10, 22)
    weekly = rng.choice((1, 1, 2, 2, 2, 3))
    return Profile(
        students=students,
        unit_fen=rng.choice((2_500, 4_000, 5_500, 6_000, 8_000, 10_000, 12_000, 16_000, 20_000)),
        pack=min(60, rng.choice((12, 12, 13, 16, 20)) * weekly),
        weekly=weekly,
        renew=rng.uniform(0.72, 0.93),
        confirms=rng.choice((rng.uniform(0.02, 0.2), rng.uniform(0.3, 0.7), rng.uniform(0.7, 0.95))),
        silent_days=rng.choice((7, 7, 15)),
        transit_days=rng.choice((1, 2, 3, 7)),
        release_weekday=rng.choice((0, 0, 1, 2, 3, None)),
        vacation_pace=rng.choice((0.3, 0.6, 0.9, 1.2)) if kind is not Kind.TINY else 0.6,
        refund_hazard=rng.uniform(0.0001, 0.0005),
        late=rng.choice((0.0, 0.01, 0.02, 0.05)),
        over_limit=rng.choice((0.0, 0.0, 0.0, 0.005, 0.02)),
        mismatch=rng.uniform(0.0, 0.04),
        complaint=rng.uniform(0.002, 0.01),
    )


def _required(rng: Random, unearned_fen: int, profile: Profile) -> int:
    """No deposit beside custody, a flat one, or a fifth of a cycle's fees, by the county's rule."""
    cycle = profile.students * profile.weekly * 13 * profile.unit_fen
    return rng.choice((0, 0, FLAT_DEPOSIT, max(unearned_fen, cycle) // 5))


def _deposit(rng: Random, required: int, kind: Kind) -> int:
    """Mostly in full; some honest ones have not topped up yet, and more of those that end badly."""
    short = 0.25 if kind.is_runaway else 0.04
    return int(required * rng.uniform(0.3, 0.95)) if rng.random() < short else required


def fixed(seeds: Iterable[int]) -> list[Case]:
    """The institutions of judged seeds. Raises ValueError where they are not those of DIGESTS."""
    found: list[Case] = []
    for seed in seeds:
        cases = generate(seed)
        if digest(cases) != DIGESTS[seed]:
            raise ValueError(f"seed {seed}: the histories are not those fixed beforehand")
        found += cases
    return found


def digest(cases: Iterable[Case]) -> str:
    """SHA-256 over the cases as lines of a file."""
    found = hashlib.sha256()
    for case in cases:
        history = case.history
        head = (case.name, case.kind.name, str(case.turned_on), str(case.closed_on), str(history.opened_on))
        found.update(repr((*head, history.deposit_required_fen, history.deposit_fen)).encode())
        for day in history.days:
            found.update(repr((str(day.day), *_FIGURES(day))).encode() + b"\n")
    return found.hexdigest()
