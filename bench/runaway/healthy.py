"""What befalls honest institutions. Each gives the episodes between two days, the first and the last of a history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from bench.runaway.model import Episode, Kind, Mood, Script

Writer = Callable[[Random, date, date, int], Script]
"""Draws what happens between the first and the last day to an institution of so many students."""


def somewhere(
    rng: Random, first: date, last: date, length: int, act: Callable[[Mood, float], None]
) -> Episode:
    """An episode of `length` days that begins anywhere between the two days."""
    begin = first + timedelta(days=rng.randint(0, max(0, (last - first).days - length)))
    return Episode(begin, begin + timedelta(days=length - 1), act)


def steady(rng: Random, first: date, last: date, students: int) -> Script:
    """Nothing but the year, an ordinary sale in the seasons and a cold now and then."""
    return Script((*_sales(rng, first, last, (0.05, 0.15)), _colds(rng, first, last)))


def seasonal(rng: Random, first: date, last: date, students: int) -> Script:
    """Hardly a lesson in July and August; families come back in September."""

    def rest(mood: Mood, _: float) -> None:
        mood.teach = 0.1
        mood.demand = 0.4
        mood.refund_hazard = 0.0003

    years = range(first.year, last.year + 1)
    summers = [Episode(date(year, 7, 8), date(year, 8, 24), rest) for year in years]
    return Script((*summers, *_sales(rng, first, last, (0.0, 0.1))))


def promotion(rng: Random, first: date, last: date, students: int) -> Script:
    """Two to four honest sales a year, up to four tenths off, that families use to buy ahead."""
    return Script((*_sales(rng, first, last, (0.2, 0.4), pull=0.02), _colds(rng, first, last)))


def growth(rng: Random, first: date, last: date, students: int) -> Script:
    """A good name: twice to four times the newcomers for most of a year."""
    strength = rng.uniform(2.0, 4.0)

    def grow(mood: Mood, _: float) -> None:
        mood.demand = strength

    return Script((somewhere(rng, first, last, rng.randint(150, 330), grow), _colds(rng, first, last)))


def illness(rng: Random, first: date, last: date, students: int) -> Script:
    """Weeks in which half of the classes or all of them fall out, and some families want their money."""
    held = rng.uniform(0.0, 0.5)

    def ill(mood: Mood, _: float) -> None:
        mood.teach = held
        mood.demand = 0.4
        mood.refund_hazard = 0.0015

    weeks = [somewhere(rng, first, last, rng.randint(7, 24), ill) for _ in range(rng.randint(1, 3))]
    return Script((*weeks, *_sales(rng, first, last, (0.05, 0.15))))


def late_files(rng: Random, first: date, last: date, students: int) -> Script:
    """A bank that sends nothing for days on end."""

    def late(mood: Mood, _: float) -> None:
        mood.late = 1.0

    gaps = [somewhere(rng, first, last, rng.randint(3, 12), late) for _ in range(rng.randint(4, 10))]
    return Script((*gaps, _colds(rng, first, last)))


def owner_change(rng: Random, first: date, last: date, students: int) -> Script:
    """Sold to another owner: a quiet fortnight, some families leave, prices are set anew."""
    asked, price = rng.uniform(0.001, 0.005), rng.uniform(-0.1, 0.2)

    def handed_over(mood: Mood, done: float) -> None:
        mood.teach = 0.7
        mood.refund_hazard = asked * (1 - done)
        mood.complaints = 0.05
        mood.is_release_held = done < 0.5

    def afterwards(mood: Mood, _: float) -> None:
        mood.discount = price

    begun = somewhere(rng, first, last - timedelta(days=60), rng.randint(14, 35), handed_over)
    return Script((begun, Episode(begun.last, last, afterwards), _colds(rng, first, last)))


def teacher_leaves(rng: Random, first: date, last: date, students: int) -> Script:
    """A popular teacher goes to another place; a tenth to a quarter of the families follow, and are paid."""
    share = rng.uniform(0.1, 0.25)
    length = rng.randint(15, 40)

    def going(mood: Mood, done: float) -> None:
        mood.refund_hazard = 2 * share * (1 - done) / length
        mood.complaints = 0.08
        mood.teach = 0.8

    return Script((somewhere(rng, first, last, length, going), *_sales(rng, first, last, (0.05, 0.2))))


def dispute(rng: Random, first: date, last: date, students: int) -> Script:
    """One quarrel over wages, rent or a contract that reaches an office or a court, and is settled."""
    flag = rng.choice(("WAGE", "RENT", "LAWSUIT", "SOCIAL_INSURANCE"))

    def quarrel(mood: Mood, _: float) -> None:
        mood.flags.add(flag)
        mood.complaints = 0.02

    return Script((somewhere(rng, first, last, rng.randint(15, 75), quarrel), _colds(rng, first, last)))


def slips(rng: Random, first: date, last: date, students: int) -> Script:
    """Bank fees, a transfer to a wrong account, invoices to a grandmother: small things without a matching paper."""

    def fee(mood: Mood, done: float) -> None:
        mood.unknown_fen = amount if done == 0 else 0

    def careless(mood: Mood, _: float) -> None:
        mood.mismatch = 0.12

    amount = rng.choice((5_00, 20_00, 60_00, 350_00, 2_000_00))
    fees = [somewhere(rng, first, last, 2, fee) for _ in range(rng.randint(1, 6))]
    return Script((*fees, somewhere(rng, first, last, 120, careless)))


def honest_closing(rng: Random, first: date, last: date, students: int) -> Script:
    """Closes with two to four months' notice: no more sales, lessons run out, everyone is paid the rest."""
    notice = last - timedelta(days=rng.randint(60, 120))

    def run_out(mood: Mood, done: float) -> None:
        mood.demand = 0.0
        mood.renew = 0.0
        mood.refund_hazard = 0.004 + (0.5 if done > 0.8 else 0.0)

    return Script((Episode(notice, last, run_out), _colds(rng, first, last)))


def _sales(
    rng: Random, first: date, last: date, off: tuple[float, float], pull: float = 0.004
) -> tuple[Episode, ...]:
    """Sales of one to three weeks in September, November, after Spring Festival or in June."""
    wanted = rng.sample(((9, 1), (11, 4), (3, 1), (6, 10)), rng.randint(2, 4))
    return tuple(
        _sale(rng, date(year, month, day), off, pull)
        for year in range(first.year, last.year + 1)
        for month, day in wanted
    )


def _sale(rng: Random, begin: date, off: tuple[float, float], pull: float) -> Episode:
    discount = rng.uniform(*off)

    def on_sale(mood: Mood, _: float) -> None:
        mood.discount = discount
        mood.demand = 1.4
        mood.pull = pull

    begin += timedelta(days=rng.randint(-5, 10))
    return Episode(begin, begin + timedelta(days=rng.randint(7, 21)), on_sale)


def _colds(rng: Random, first: date, last: date) -> Episode:
    def cold(mood: Mood, _: float) -> None:
        mood.teach *= 0.75

    return somewhere(rng, first, last, rng.randint(5, 12), cold)


WRITERS: dict[Kind, Writer] = {
    Kind.STEADY: steady,
    Kind.TINY: steady,
    Kind.SEASONAL: seasonal,
    Kind.PROMOTION: promotion,
    Kind.GROWTH: growth,
    Kind.YOUNG: growth,
    Kind.ILLNESS: illness,
    Kind.LATE_FILES: late_files,
    Kind.OWNER_CHANGE: owner_change,
    Kind.TEACHER_LEAVES: teacher_leaves,
    Kind.DISPUTE: dispute,
    Kind.SLIPS: slips,
    Kind.HONEST_CLOSING: honest_closing,
}
