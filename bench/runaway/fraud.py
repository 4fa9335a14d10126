"""How institutions were emptied or drifted to a sudden end, each at its own pace.

`last` is the last day before the doors stay shut. Mechanisms come from what was reported of such closings: fees past the
platform at a discount, a great sale about a month before, wages and insurance unpaid for months, a chain that
takes its branches with it. How long each lasts is a judgement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from bench.runaway.healthy import Writer, steady
from bench.runaway.model import Episode, Kind, Mood, Script


def _script(last: date, days: int, *acts: Callable[[Mood, float], None]) -> Script:
    """All acts over the last `days` days."""
    begun = last - timedelta(days=days)
    return Script(tuple(Episode(begun, last, act) for act in acts), begun)


def _then(last: date, days: int, act: Callable[[Mood, float], None]) -> Episode:
    """One more act over the last `days` days."""
    return Episode(last - timedelta(days=days), last, act)


def off_book(rng: Random, first: date, last: date, students: int) -> Script:
    """Two to six months: more and more fees go to the owner's own code, at a discount for skipping the platform."""
    most = rng.uniform(0.6, 0.95)

    def past_platform(mood: Mood, done: float) -> None:
        mood.off_book = most * min(1.0, 1.6 * done)
        mood.mismatch = 0.08 * done
        mood.complaints = 0.03 * done

    return _script(last, rng.randint(60, 180), past_platform)


def fake_lessons(rng: Random, first: date, last: date, students: int) -> Script:
    """One to four months: lessons that nobody taught are entered, families stay silent, the account drains."""
    most = rng.uniform(0.08, 0.3)

    def entered(mood: Mood, done: float) -> None:
        mood.fake = most * min(1.0, 0.3 + 1.4 * done)
        mood.complaints = 0.02

    return _script(last, rng.randint(30, 120), entered)


def quick_release(rng: Random, first: date, last: date, students: int) -> Script:
    """Two to eight weeks: families are talked into confirming ahead, and every fen earned is taken the same day."""
    ahead = rng.uniform(0.03, 0.12)

    def taken(mood: Mood, done: float) -> None:
        mood.ahead = ahead
        mood.is_releasing_daily = True
        mood.demand = 0.8

    return _script(last, rng.randint(14, 56), taken)


def cash_grab(rng: Random, first: date, last: date, students: int) -> Script:
    """Three to eight weeks: a sale of half the price and more, large packs, part of it past the platform.

    The money on the account is got out in the last two or three weeks with lessons that nobody taught.
    """
    off, past, large = rng.uniform(0.35, 0.65), rng.uniform(0.1, 0.6), rng.uniform(0.1, 0.6)

    def sale(mood: Mood, done: float) -> None:
        mood.discount = off
        mood.demand = 3.0
        mood.pull = 0.03
        mood.big_packs = large
        mood.off_book = past

    def drain(mood: Mood, _: float) -> None:
        mood.fake = 0.25
        mood.is_releasing_daily = True

    script = _script(last, rng.randint(21, 56), sale)
    return replace(script, episodes=(*script.episodes, _then(last, rng.randint(10, 21), drain)))


def refused_refunds(rng: Random, first: date, last: date, students: int) -> Script:
    """Two to five months: teachers go, lessons fall out, families ask for their money and are put off."""
    asked = rng.uniform(0.003, 0.01)

    def put_off(mood: Mood, done: float) -> None:
        mood.refund_hazard = asked * done
        mood.refund_pay = max(0.0, 0.5 - done)
        mood.teach = 1 - 0.5 * done
        mood.complaints = (0.15 + students / 700) * done
        mood.demand = 1 - 0.6 * done
        mood.renew = 1 - 0.4 * done

    return _script(last, rng.randint(60, 150), put_off)


def arrears(rng: Random, first: date, last: date, students: int) -> Script:
    """Two to six months: social insurance, wages, then rent unpaid; teachers leave; only some of it is known."""
    owed = [flag for flag in ("SOCIAL_INSURANCE", "WAGE", "RENT", "LAWSUIT") if rng.random() < 0.6]
    begin = {flag: rng.uniform(0.1, 0.85) for flag in owed}

    def unpaid(mood: Mood, done: float) -> None:
        mood.flags.update(flag for flag in owed if done >= begin[flag])
        mood.teach = 1 - 0.4 * done
        mood.renew = 1 - 0.3 * done
        mood.refund_hazard = 0.002 * done
        mood.refund_pay = 1 - 0.6 * done
        mood.complaints = 0.08 * done

    return _script(last, rng.randint(60, 180), unpaid)


def unknown_out(rng: Random, first: date, last: date, students: int) -> Script:
    """One to five times in the last weeks money leaves at the counter, or a court takes it, without an instruction."""
    days = rng.randint(4, 50)
    strokes = sorted(rng.sample(range(days), rng.randint(1, min(5, days))))
    share = rng.uniform(0.15, 0.7)

    def stroke(mood: Mood, _: float) -> None:
        mood.unknown = share

    begun = last - timedelta(days=days)
    when = [begun + timedelta(days=0 if number == 0 else day) for number, day in enumerate(strokes)]
    return Script(tuple(Episode(day, day, stroke) for day in when), begun)


def chain(rng: Random, first: date, last: date, students: int) -> Script:
    """The head office fails: within days to weeks its lawsuits are known, the branch stops teaching and paying."""
    days = rng.randint(5, 45)
    known = rng.uniform(0.0, 0.9)
    swept = rng.random() < 0.5

    def falling(mood: Mood, done: float) -> None:
        if done >= known:
            mood.flags.add("LAWSUIT")
        if done >= 0.5:
            mood.teach = 0.5
            mood.refund_pay = 0.0
            mood.refund_hazard = 0.01
            mood.complaints = 0.3
        if swept and 0.6 <= done < 0.6 + 1.5 / days:
            mood.unknown = 0.5

    return _script(last, days, falling)


def quiet(rng: Random, first: date, last: date, students: int) -> Script:
    """Ordinary to the last day: in ten to thirty days a part of the sales goes past the platform, then nobody opens."""
    past = rng.uniform(0.1, 0.4)

    def hardly(mood: Mood, _: float) -> None:
        mood.off_book = past

    return _script(last, rng.randint(10, 30), hardly)


def slow(rng: Random, first: date, last: date, students: int) -> Script:
    """Half a year and more of too few newcomers, as in any bad year, until the rent cannot be paid."""
    left = rng.uniform(0.2, 0.6)

    def fewer(mood: Mood, done: float) -> None:
        mood.demand = 1 - (1 - left) * min(1.0, 2 * done)
        mood.renew = 1 - 0.25 * done
        mood.complaints = 0.01 * done

    return _script(last, rng.randint(150, 270), fewer)


MECHANISMS: dict[Kind, Writer] = {
    Kind.OFF_BOOK: off_book,
    Kind.FAKE_LESSONS: fake_lessons,
    Kind.QUICK_RELEASE: quick_release,
    Kind.CASH_GRAB: cash_grab,
    Kind.REFUSED_REFUNDS: refused_refunds,
    Kind.ARREARS: arrears,
    Kind.UNKNOWN_OUT: unknown_out,
    Kind.CHAIN: chain,
    Kind.QUIET: quiet,
    Kind.SLOW: slow,
}
SECOND = (Kind.OFF_BOOK, Kind.FAKE_LESSONS, Kind.REFUSED_REFUNDS, Kind.ARREARS)
"""What is often mixed in."""


def runaway(kind: Kind, rng: Random, first: date, last: date, students: int) -> Script:
    """An ordinary life, then the mechanism; in three of ten another one beside it, unless it leaves little trace."""
    script = MECHANISMS[kind](rng, first, last, students)
    episodes = [*steady(rng, first, last, students).episodes, *script.episodes]
    begun = script.turned_on or last
    if kind not in (Kind.QUIET, Kind.SLOW, Kind.CHAIN) and rng.random() < 0.3:
        other = MECHANISMS[rng.choice([one for one in SECOND if one is not kind])](rng, first, last, students)
        # the second one lasts as long as the first, so that the truth of when it turned holds
        episodes += [Episode(max(one.first, begun), one.last, one.act) for one in other.episodes]
    return Script(tuple(episodes), begun)
