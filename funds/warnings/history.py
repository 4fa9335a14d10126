"""The facts that warnings are judged on: one institution, day by day, without the database.

A rule never asks the database: the nightly task, the back-test and a simulation all fill these frozen
records and call :func:`funds.warnings.judge`. Amounts are integer fen, days are days in Shanghai.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DayFacts:
    """What one day looked like on an institution's escrow account and in its classrooms.

    The balance chain is ``closing = opening + in - out_release - out_refund - out_unknown``; a day whose bank
    file has not come (``statement_received`` false) carries what is known from the shadow ledger.
    """

    day: date
    opening_fen: int
    in_fen: int
    out_release_fen: int
    """Releases to the institution that an instruction covers."""
    out_refund_fen: int
    out_unknown_fen: int
    """Outflows of this day that no instruction covers (`SUSPENSE_OUT`)."""
    closing_fen: int
    unearned_fen: int
    """What families have paid and not yet consumed, at close."""
    releasable_fen: int
    """Earned and not yet released, at close."""
    transit_fen: int
    """Paid by families and not yet on the account, at close."""
    transit_oldest_days: int
    """Age in days of the oldest money in transit, 0 where none is."""
    receipts_n: int
    active_students: int
    lessons_taught: int
    lessons_confirmed: int
    """Lessons that a family confirmed itself this day."""
    lessons_auto: int
    """Lessons that were taken as confirmed this day because the family stayed silent."""
    refunds_asked_n: int
    complaints_n: int
    units_sold: tuple[tuple[int, int], ...]
    """One pair (unit price in fen, lessons) for each contract signed this day."""
    over_limit_n: int
    """Sales of this day above the caps for one charge, split contracts included."""
    mismatched_n: int
    """Open failures of the match of invoice, contract and buyer, at close."""
    flags: tuple[str, ...]
    """Kinds of outside signals in force this day, e.g. ``WAGE``, ``RENT``, ``SOCIAL_INSURANCE``, ``LAWSUIT``."""
    statement_received: bool


@dataclass(frozen=True)
class History:
    """One institution: when it opened, its deposit, and its days in ascending order.

    A day without a record is a day on which nothing is known; rules over a span take the records that
    lie inside the span.
    """

    opened_on: date
    deposit_required_fen: int
    deposit_fen: int
    days: tuple[DayFacts, ...]


@dataclass(frozen=True)
class Contribution:
    """One row of the working: which facts raised the warning, how much they weigh, and what clears it."""

    what: str
    """A Chinese phrase that names the row: a day, a lesson, a price, a flag."""
    value: int
    """The amount in `unit`."""
    unit: str
    """``fen``, ``count``, ``days`` or ``permille``."""
    line: int
    """The line that the value crossed, in the same unit."""
    share_permille: int
    """The share of this row in what raised the warning, in thousandths."""
    clears: str
    """A Chinese sentence: what must happen for this row to stop counting."""
    day: date | None = None


@dataclass(frozen=True)
class Raised:
    """One rule that holds on a day."""

    rule: str
    """``W1`` to ``W16``."""
    level: str
    """``YELLOW`` or ``RED``."""
    contributions: tuple[Contribution, ...]
