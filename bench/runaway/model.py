"""What an institution is (`Profile`), how it acts on a day (`Mood`), and a history with its truth (`Case`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import exp
from random import Random

from funds.warnings import History


class Kind(StrEnum):
    """What befalls an institution. Those from OFF_BOOK on end in a run-away."""

    STEADY = "steady"
    TINY = "tiny"
    SEASONAL = "long vacation"
    PROMOTION = "honest promotion"
    GROWTH = "growth"
    YOUNG = "newly opened"
    ILLNESS = "illness weeks"
    LATE_FILES = "late bank files"
    OWNER_CHANGE = "owner change"
    TEACHER_LEAVES = "teacher leaves"
    DISPUTE = "wage or rent dispute, settled"
    SLIPS = "bookkeeping slips"
    HONEST_CLOSING = "honest closing"

    OFF_BOOK = "off-book receipts"
    FAKE_LESSONS = "fake lessons"
    QUICK_RELEASE = "quick releases"
    CASH_GRAB = "deep-discount cash grab"
    REFUSED_REFUNDS = "refused refunds"
    ARREARS = "wages and rent in arrears"
    UNKNOWN_OUT = "unknown outflows"
    CHAIN = "chain collapse"
    QUIET = "hard: little trace"
    SLOW = "hard: slow decline"

    @property
    def is_runaway(self) -> bool:
        """The institution closes while families have paid for lessons, without notice."""
        return self in RUNAWAYS


RUNAWAYS = (
    Kind.OFF_BOOK,
    Kind.FAKE_LESSONS,
    Kind.QUICK_RELEASE,
    Kind.CASH_GRAB,
    Kind.REFUSED_REFUNDS,
    Kind.ARREARS,
    Kind.UNKNOWN_OUT,
    Kind.CHAIN,
    Kind.QUIET,
    Kind.SLOW,
)
HEALTHY = tuple(kind for kind in Kind if kind not in RUNAWAYS)


@dataclass(frozen=True)
class Profile:
    """Traits that stay. Money in fen; shares between 0 and 1."""

    students: int
    unit_fen: int
    """List price of a lesson."""
    pack: int
    """Lessons in a usual contract."""
    weekly: int
    """Lessons of a student in a week."""
    renew: float
    confirms: float
    """Share of lessons that families confirm themselves."""
    silent_days: int
    """Working days after which a silent family is taken to have confirmed."""
    transit_days: int
    """Days until a payment is on the account, at most."""
    release_weekday: int | None
    """Day of the weekly application; None: once a month."""
    vacation_pace: float
    """Lessons in vacations, against term time."""
    refund_hazard: float
    """Refunds asked for by a family in a day."""
    late: float
    """Share of days of which the bank's file comes late."""
    over_limit: float
    """Share of sales above the caps, through ignorance."""
    mismatch: float
    """Share of sales whose invoice, contract and buyer do not agree at first."""
    complaint: float
    """Complaints in a day for each hundred students."""


@dataclass
class Mood:
    """How an institution and its families act on one day. The defaults are an ordinary day."""

    teach: float = 1.0
    """Lessons held, against the timetable."""
    fake: float = 0.0
    """Lessons entered that nobody taught, for each student."""
    ahead: float = 0.0
    """Share of students talked into confirming lessons still to come."""
    confirms: float = 1.0
    off_book: float = 0.0
    """Share of sales that never reach the platform."""
    discount: float = 0.0
    demand: float = 1.0
    """Newcomers, against an ordinary day of the season."""
    renew: float = 1.0
    pull: float = 0.0
    """Share of families that buy again before they need to."""
    big_packs: float = 0.0
    """Share of sales above the caps."""
    refund_hazard: float = 0.0
    """Refunds asked for by a family, added."""
    refund_pay: float = 1.0
    """Chance that a refund due today is paid."""
    complaints: float = 0.0
    """Complaints expected, added."""
    unknown: float = 0.0
    """Share of the balance that leaves without an instruction."""
    unknown_fen: int = 0
    """Amount that leaves without an instruction."""
    mismatch: float = 0.0
    """Share of sales whose invoice, contract and buyer do not agree, added."""
    late: float = 0.0
    """Share of late bank files, added."""
    is_releasing_daily: bool = False
    is_release_held: bool = False
    flags: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Episode:
    """A stretch of days, first and last included, in which something acts on the mood.

    `act` gets the mood and how far the stretch has gone, from 0 to 1.
    """

    first: date
    last: date
    act: Callable[[Mood, float], None]

    def on(self, day: date, mood: Mood) -> None:
        """Act on the mood of this day, if it lies within."""
        if self.first <= day <= self.last:
            length = max(1, (self.last - self.first).days)
            self.act(mood, (day - self.first).days / length)


@dataclass(frozen=True)
class Script:
    """All that happens to an institution. `turned_on`: from then a run-away prepares or drifts to its end."""

    episodes: tuple[Episode, ...] = ()
    turned_on: date | None = None


@dataclass(frozen=True)
class Case:
    """A history with its truth. `closed_on` is the first day on which the doors stay shut."""

    name: str
    kind: Kind
    history: History
    turned_on: date | None
    closed_on: date | None

    @property
    def is_runaway(self) -> bool:
        """Whether families are left with lessons paid and nobody to teach them."""
        return self.kind.is_runaway


def count_of(rng: Random, expected: float) -> int:
    """A whole number of rare events in a day (Poisson, by multiplication; `expected` below some hundreds)."""
    if expected <= 0:
        return 0
    if expected > 30:
        return max(0, round(rng.gauss(expected, expected**0.5)))
    limit, product, count = exp(-expected), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
