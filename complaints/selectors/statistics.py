"""Counts of clues by channel and outcome, for the desk and, with small cells left out, for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import Bureau, User
from casework import policy
from casework.deadlines import CalendarMissing, load_calendar
from complaints.models import Channel, Clue, Outcome
from complaints.querysets import ClueQuerySet
from complaints.selectors.desk import TOWARDS, clues_visible

ACCEPTED = Q(assigned_at__isnull=False)
CELL_MIN = "clue.numbers.cell_min"


def starts(day: date) -> datetime:
    """First moment of a day in Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(day, time()))


def ends(day: date) -> datetime:
    """First moment after a day."""
    return starts(day + timedelta(days=1))


def overdue(today: date) -> Q:
    """Handled after its day, or open past it."""
    closed_late = Q(status="CLOSED", due_on__isnull=False, closed_at__date__gt=F("due_on"))
    return (
        closed_late | Q(status="RECEIVED", accept_due_on__lt=today) | Q(status__in=TOWARDS, due_on__lt=today)
    )


@dataclass(frozen=True)
class Measure:
    """A column: its head and unit, which clues count, and the filter that opens them."""

    key: str
    label: str
    query: Mapping[str, str]


MEASURES: tuple[Measure, ...] = (
    Measure("received", "收到", {"status": "COUNTED"}),
    Measure("accepted", "受理", {"status": "ACCEPTED"}),
    *(
        Measure(f"outcome_{value.lower()}", label, {"status": "CLOSED", "outcome": value})
        for value, label in Outcome.choices
    ),
    Measure("closed", "办结", {"status": "CLOSED"}),
    Measure("solved", "称已解决", {"solved": "YES"}),
    Measure("unsolved", "称未解决", {"solved": "NO"}),
    Measure("fixed", "已整改", {"status": "CLOSED", "fixed": "1"}),
    Measure("overdue", "逾期", {"due": "EVER_LATE"}),
)


def conditions(today: date) -> dict[str, Q]:
    """Which counted clues make each figure."""
    found = {
        "received": Q(),
        "accepted": ACCEPTED,
        "closed": Q(status="CLOSED"),
        "solved": Q(status="CLOSED", solved="YES"),
        "unsolved": Q(status="CLOSED", solved="NO"),
        "fixed": Q(status="CLOSED", fixed_at__isnull=False),
        "overdue": overdue(today),
    }
    return found | {f"outcome_{code.lower()}": Q(status="CLOSED", outcome=code) for code in Outcome.values}


def cohort(actor: User, since: date, until: date) -> ClueQuerySet:
    """Counted clues received from `since` to `until`, both days included."""
    rows: ClueQuerySet = (
        clues_visible(actor)
        .counted()
        .filter(received_at__gte=starts(since), received_at__lt=ends(until))
        .order_by()
    )
    return rows


@dataclass(frozen=True)
class Line:
    """One channel (empty: all) with its figures and the median working days until somebody had looked."""

    channel: str
    label: str
    figures: dict[str, int]
    median_days: float | None


def table(actor: User, since: date, until: date, today: date) -> list[Line]:
    """Figures by channel and in all, of the clues received in the span, as they stand today (two queries)."""
    rows = cohort(actor, since, until)
    counted = {f"n_{key}": Count("pk", filter=condition) for key, condition in conditions(today).items()}
    grouped: Any = rows.values("channel").annotate(**counted)
    found: dict[str, dict[str, int]] = {row["channel"]: row for row in grouped}
    days = _days(rows)
    lines = [
        Line(code, label, {m.key: found[code][f"n_{m.key}"] for m in MEASURES}, _median(days.get(code, ())))
        for code, label in Channel.choices
        if code in found
    ]
    total = {m.key: sum(line.figures[m.key] for line in lines) for m in MEASURES}
    return [*lines, Line("", "合计", total, _median([n for one in days.values() for n in one]))]


def _days(rows: QuerySet[Clue]) -> dict[str, list[int]]:
    """Working days from arrival to the first look, by channel; spans over unknown years are left out."""
    calendar = load_calendar()
    found: dict[str, list[int]] = {}
    looked = rows.filter(verified_at__isnull=False).values_list("channel", "received_at", "verified_at")
    for channel, received_at, verified_at in looked:
        try:
            span = calendar.workdays_between(timezone.localdate(received_at), timezone.localdate(verified_at))
        except CalendarMissing:
            continue
        found.setdefault(channel, []).append(max(span, 0))
    return found


def _median(values: Iterable[int]) -> float | None:
    listed = list(values)
    return float(median(listed)) if listed else None


@dataclass(frozen=True)
class Published:
    """A table that may be shown to everybody: cells too small are None, totals add only what is shown."""

    rows: list[tuple[str, list[int | None], int]]
    columns: list[str]
    totals: list[int]
    total: int
    least: int


def publish(cells: Mapping[str, Mapping[str, int]], columns: list[str], least: int) -> Published:
    """Leave out every cell below `least`, zeros included, so that nothing shown depends on its value.

    Totals add shown cells only. Whatever a hidden cell holds, the result is the same: it cannot be computed
    back from rows, columns or the whole.
    """
    rows: list[tuple[str, list[int | None], int]] = []
    for name, values in cells.items():
        shown = [value if (value := values.get(column, 0)) >= least else None for column in columns]
        rows.append((name, shown, sum(value or 0 for value in shown)))
    totals = [sum(row[1][index] or 0 for row in rows) for index in range(len(columns))]
    return Published(rows, columns, totals, sum(totals), least)


def public_years(bureau: Bureau, today: date) -> list[int]:
    """Years that are over and have clues, the newest first. Spans never overlap, so none is the difference of two."""
    first = (
        Clue.objects.filter(bureau=bureau)
        .counted()
        .order_by("received_at")
        .values_list("received_at")
        .first()
    )
    if first is None:
        return []
    return list(range(today.year - 1, timezone.localdate(first[0]).year - 1, -1))


def public_numbers(bureau: Bureau, year: int) -> tuple[Published, Published]:
    """Clues received by channel, and those closed by channel and outcome, in a year that is over."""
    span = {"gte": starts(date(year, 1, 1)), "lt": starts(date(year + 1, 1, 1))}
    least = int(policy.value(CELL_MIN, region=bureau.region, on=date(year, 12, 31)).value)
    rows = Clue.objects.filter(bureau=bureau).counted().order_by()
    received = rows.filter(received_at__gte=span["gte"], received_at__lt=span["lt"])
    closed = rows.filter(status="CLOSED", closed_at__gte=span["gte"], closed_at__lt=span["lt"])
    by_channel: dict[Any, int] = dict(received.values_list("channel").annotate(n=Count("pk")))
    crossed = {
        (channel, outcome): n
        for channel, outcome, n in closed.values_list("channel", "outcome").annotate(n=Count("pk"))
    }
    names = Channel.choices
    first = publish({label: {"收到": by_channel.get(code, 0)} for code, label in names}, ["收到"], least)
    second = publish(
        {
            label: {str(word): crossed.get((code, outcome), 0) for outcome, word in Outcome.choices}
            for code, label in names
        },
        [str(word) for word in Outcome.labels],
        least,
    )
    return first, second
