"""How early run-aways are warned of, and how often honest institutions are: the rules against the known truth.

An alarm is a rule that holds on a day after it had not held, at this level or above, for QUIET_DAYS. A run-away is
warned of by an alarm that begins between the day on which it turned and its closing: what stood before it turned says
nothing of it. Beside it stands what chance gives: the share of windows of the same length in honest histories in
which an alarm begins as early.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median

from bench.runaway.county import DEV_SEEDS, fixed
from bench.runaway.model import Case
from bench.table import Results, Row
from funds.warnings import History, Raised, judge

AIM_DAYS = 14
SETTLED_DAYS = 30  # days on record before the first judgement
QUIET_DAYS = 14
WINDOW_STEP = 30
YELLOW, RED = "YELLOW", "RED"
Rules = Callable[[History, date], Sequence[Raised]]


@dataclass(frozen=True)
class Alarm:
    """A rule that begins to hold."""

    day: date
    rule: str
    level: str


@dataclass(frozen=True)
class Watched:
    """A case with its alarms in order of days; those of level RED stand in `red` too."""

    case: Case
    alarms: tuple[Alarm, ...]

    @property
    def first_day(self) -> date:
        """The first day judged."""
        return self.case.history.days[0].day + timedelta(days=SETTLED_DAYS)

    @property
    def honest_until(self) -> date:
        """The day after the last one on which nothing was wrong."""
        return self.case.turned_on or self.case.history.days[-1].day + timedelta(days=1)

    @property
    def honest_years(self) -> float:
        """Years judged in which nothing was wrong."""
        return max(0, (self.honest_until - self.first_day).days) / 365.25

    def honest_alarms(self) -> list[Alarm]:
        """Alarms while nothing was wrong."""
        return [alarm for alarm in self.alarms if alarm.day < self.honest_until]

    @property
    def truth(self) -> tuple[date, date]:
        """The day on which a run-away turned, and its closing. Raises ValueError for an honest institution."""
        case = self.case
        if case.turned_on is None or case.closed_on is None:
            raise ValueError(f"{case.name} did not run away")
        return case.turned_on, case.closed_on

    @property
    def window(self) -> int:
        """Days from the turn of a run-away to its closing."""
        turned, closed = self.truth
        return (closed - turned).days

    def lead(self, *levels: str) -> int | None:
        """Days from the first alarm after the turn to the closing; None where there is none."""
        turned, closed = self.truth
        days = [alarm.day for alarm in self.alarms if alarm.day >= turned and alarm.level in levels]
        return (closed - min(days)).days if days else None


def _level(raised: Raised) -> str:
    level = str(raised.level).upper()
    if level not in (YELLOW, RED):
        raise ValueError(f"unknown level {raised.level!r}")
    return level


def watch(case: Case, rules: Rules = judge) -> Watched:
    """Judge every day on record after the first SETTLED_DAYS."""
    last: dict[tuple[str, str], date] = {}
    alarms: list[Alarm] = []
    for facts in case.history.days[SETTLED_DAYS:]:
        for rule, level in sorted({(one.rule, _level(one)) for one in rules(case.history, facts.day)}):
            alarms += _begun(last, facts.day, rule, level)
    return Watched(case, tuple(alarms))


def _begun(last: dict[tuple[str, str], date], day: date, rule: str, level: str) -> Iterator[Alarm]:
    """The alarm, unless the rule held lately. A red rule keeps its yellow one from beginning anew."""
    before = last.get((rule, level))
    for reached in (YELLOW, RED) if level == RED else (YELLOW,):
        last[rule, reached] = day
    if before is None or (day - before).days > QUIET_DAYS:
        yield Alarm(day, rule, level)


@dataclass(frozen=True)
class Leads:
    """Leads of some run-aways, in days. `by_chance`: share of windows of honest histories with an alarm as early."""

    days: tuple[int | None, ...]
    by_chance: float

    @property
    def in_time(self) -> float:
        """Share warned of at least AIM_DAYS before the closing."""
        return fmean(lead is not None and lead >= AIM_DAYS for lead in self.days)

    @property
    def median(self) -> float | None:
        """Of those warned of at all."""
        known = [lead for lead in self.days if lead is not None]
        return median(known) if known else None

    def text(self) -> str:
        """One figure for people."""
        middle = "never" if self.median is None else f"{self.median:.0f} d"
        return f"{self.in_time:.0%} (chance {self.by_chance:.0%}), median {middle}"


class Report:
    """All figures of some watched cases."""

    def __init__(self, watched: Sequence[Watched]) -> None:
        self.runaways = [one for one in watched if one.case.is_runaway]
        self.healthy = [one for one in watched if not one.case.is_runaway]
        self.years = sum(one.honest_years for one in self.healthy)

    def leads(self, runaways: Sequence[Watched], *levels: str) -> Leads:
        """Leads and chance of these run-aways."""
        chances = [self._chance(one.window, levels) for one in runaways]
        return Leads(tuple(one.lead(*levels) for one in runaways), fmean(chances))

    def _chance(self, window: int, levels: tuple[str, ...]) -> float:
        """Share of honest windows of this length in which an alarm begins AIM_DAYS or more before their end."""
        early = window - AIM_DAYS
        if early < 0:
            return 0.0
        hits = [
            _is_hit(days, one.first_day + timedelta(days=offset), early)
            for one in self.healthy
            for days in [sorted(alarm.day for alarm in one.alarms if alarm.level in levels)]
            for offset in range(0, max(1, (one.honest_until - one.first_day).days - window + 1), WINDOW_STEP)
        ]
        return fmean(hits) if hits else 0.0

    def mechanisms(self) -> dict[str, list[Watched]]:
        """Run-aways by what they did."""
        found: dict[str, list[Watched]] = defaultdict(list)
        for one in self.runaways:
            found[one.case.kind.value].append(one)
        return found

    def per_hundred(self, level: str, rule: str | None = None) -> float:
        """False alarms at a level in a hundred institution-years of honest institutions."""
        alarms = [alarm for one in self.healthy for alarm in one.honest_alarms() if alarm.level == level]
        return 100 * sum(rule is None or alarm.rule == rule for alarm in alarms) / self.years

    def by_rule(self) -> Counter[tuple[str, str]]:
        """False alarms counted by rule and level."""
        return Counter((alarm.rule, alarm.level) for one in self.healthy for alarm in one.honest_alarms())

    def caught_by(self) -> Counter[str]:
        """How many run-aways each rule warned of in time, whatever the level."""
        return Counter(rule for one in self.runaways for rule in {alarm.rule for alarm in _timely(one)})

    def kinds(self) -> dict[str, tuple[float, float]]:
        """Yellow and red false alarms in a hundred institution-years of each kind of honest institution."""
        found: dict[str, tuple[float, float]] = {}
        for kind in dict.fromkeys(one.case.kind for one in self.healthy):
            part = Report([one for one in self.healthy if one.case.kind is kind])
            found[kind.value] = (part.per_hundred(YELLOW), part.per_hundred(RED))
        return found

    def untouched(self) -> float:
        """Share of honest institutions without any alarm, and without a red one."""
        return fmean(not one.honest_alarms() for one in self.healthy)

    def possible(self) -> float:
        """Share of run-aways that turned at least AIM_DAYS before they closed; the others cannot be warned of in time."""
        return fmean(one.window >= AIM_DAYS for one in self.runaways)

    def misses(self) -> list[str]:
        """Run-aways not warned of in time, with what was raised too late."""
        return [_miss(one) for one in self.runaways if (one.lead(YELLOW, RED) or 0) < AIM_DAYS]


def _is_hit(days: Sequence[date], begin: date, early: int) -> bool:
    """Whether one of the days, which are in order, lies in the first `early` days from `begin`, both ends included."""
    at = bisect_left(days, begin)
    return at < len(days) and days[at] <= begin + timedelta(days=early)


def _timely(one: Watched) -> list[Alarm]:
    turned, closed = one.truth
    latest = closed - timedelta(days=AIM_DAYS)
    return [alarm for alarm in one.alarms if turned <= alarm.day <= latest]


def _miss(one: Watched) -> str:
    turned, closed = one.truth
    late = [
        f"{alarm.rule} {alarm.level} {(closed - alarm.day).days} d"
        for alarm in one.alarms
        if alarm.day >= turned
    ]
    return f"{one.case.name}: turned {one.window} d before, {', '.join(late) or 'no alarm'}"


def report(cases: Iterable[Case], rules: Rules = judge) -> Report:
    """Judge all cases."""
    return Report([watch(case, rules) for case in cases])


# -- printed -----------------------------------------------------------------------------------------------------


def rows(found: Report, part: str) -> Iterator[Row]:
    """All figures as rows of the bench's table."""
    both = found.leads(found.runaways, YELLOW, RED)
    red = found.leads(found.runaways, RED)
    count = len(found.runaways)
    for name, leads in (("yellow or red", both), ("red", red)):
        yield Row(
            part,
            f"run-aways warned of {AIM_DAYS} days before closing, {name}",
            f"{leads.in_time:.0%} of {count}",
            f"by chance {leads.by_chance:.0%}; possible {found.possible():.0%}",
        )
        middle = leads.median
        yield Row(
            part,
            f"median days of warning, {name}, where there is one",
            "never" if middle is None else f"{middle:.0f}",
            aim=f"at least {AIM_DAYS}",
            is_met=middle is not None and middle >= AIM_DAYS,
        )
    for name, members in found.mechanisms().items():
        yield Row(part, f"{name} ({len(members)})", found.leads(members, YELLOW, RED).text(), "yellow or red")
        yield Row(part, f"{name} ({len(members)})", found.leads(members, RED).text(), "red")
    yield from _false_alarms(found, part)


def _false_alarms(found: Report, part: str) -> Iterator[Row]:
    years = f"{len(found.healthy)} honest institutions, {found.years:.0f} years"
    for level in (YELLOW, RED):
        value = f"{found.per_hundred(level):.0f}"
        yield Row(part, f"false alarms in 100 institution-years, {level}", value, years)
    yield Row(part, "honest institutions without any alarm", f"{found.untouched():.0%}")
    for kind, (yellow, red) in found.kinds().items():
        yield Row(part, f"false alarms, {kind}", f"yellow {yellow:.0f}, red {red:.0f}", "in 100 years")
    caught = found.caught_by()
    counted = found.by_rule()
    for rule in sorted({*caught, *(rule for rule, _ in counted)}, key=lambda name: (len(name), name)):
        value = f"yellow {found.per_hundred(YELLOW, rule):.0f}, red {found.per_hundred(RED, rule):.0f}"
        yield Row(part, f"false alarms, rule {rule}", value, f"run-aways warned of in time: {caught[rule]}")


def measure(results: Results, seeds: Iterable[int] = DEV_SEEDS, part: str = "runaway") -> Report:
    """Judge the institutions of these seeds and add the rows."""
    found = report(fixed(seeds))
    for row in rows(found, part):
        results.add(row)
    return found
