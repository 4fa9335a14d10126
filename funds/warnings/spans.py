"""Looking at spans of days, and saying what was found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from .history import Contribution, DayFacts, History

THOUSAND = 1000


class Seen:
    """A history up to one day: what a rule may look at."""

    def __init__(self, history: History, on: date) -> None:
        self.history, self.on = history, on
        self.days = tuple(row for row in history.days if row.day <= on)

    @property
    def now(self) -> DayFacts | None:
        """The newest known day."""
        return self.days[-1] if self.days else None

    @property
    def today(self) -> DayFacts | None:
        """The day itself; None when nothing is known of it."""
        return self.days[-1] if self.days and self.days[-1].day == self.on else None

    def span(self, days: int, ending: int = 0) -> tuple[DayFacts, ...]:
        """The known days of so many days that end `ending` days before the day."""
        last = self.on - timedelta(days=ending)
        first = last - timedelta(days=days - 1)
        return tuple(row for row in self.days if first <= row.day <= last)

    def reaches(self, days: int) -> bool:
        """Whether the history goes back so far that a span of `days` is whole."""
        return bool(self.days) and self.days[0].day <= self.on - timedelta(days=days - 1)

    def before(self, days: int) -> DayFacts | None:
        """The newest known day that is older than the last `days` days."""
        edge = self.on - timedelta(days=days)
        return next((row for row in reversed(self.days) if row.day <= edge), None)

    def is_old(self, after_days: int) -> bool:
        """Whether the institution has been open for long."""
        return (self.on - self.history.opened_on).days >= after_days


def paid_out(row: DayFacts) -> int:
    """What left the account on a day other than refunds to families."""
    return row.out_release_fen + row.out_unknown_fen


def permille(part: int, whole: int) -> int:
    """A share in thousandths, rounded down; the whole when there is no whole."""
    return part * THOUSAND // whole if whole else THOUSAND


def percent(share: int) -> str:
    """Thousandths as a percentage."""
    return f"{share / 10:g}%"


def by_day(
    rows: Iterable[tuple[date, str, int]], unit: str, line: int, clears: str, most: int = 31
) -> tuple[Contribution, ...]:
    """One contribution a row, with its share of the sum; the largest first."""
    found = [row for row in rows if row[2]]
    total = sum(row[2] for row in found)
    found.sort(key=lambda row: (-row[2], row[0]))
    return tuple(
        Contribution(what, value, unit, line, permille(value, total), clears, day)
        for day, what, value in found[:most]
    )


def one(what: str, value: int, unit: str, line: int, clears: str, day: date | None = None) -> Contribution:
    """The only reason, or one of several that stand for themselves."""
    return Contribution(what, value, unit, line, THOUSAND, clears, day)
