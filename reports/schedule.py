"""When periods begin, end and are due: plain dates from a regime's rule."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.utils import timezone

from casework.deadlines import Calendar, CalendarMissing
from reports.models import Cadence, ReportRegime

LOOK_AHEAD_DAYS = 400


@dataclass(frozen=True)
class Plan:
    """One planned period: days `starts_on` to `ends_on` (excluded), its cut-off and its due day."""

    starts_on: date
    ends_on: date
    cut_off_at: datetime
    due_on: date

    @property
    def last_day(self) -> date:
        """The last day inside the period."""
        return self.ends_on - timedelta(days=1)


def plans(regime: ReportRegime, until: date) -> Iterator[Plan]:
    """Planned periods of a regime that start on or before `until`, in order."""
    offset = int(regime.cutoff.get("offset_days") or 0)
    if regime.cadence == Cadence.YEAR:
        yield from _years(regime, until)
        return
    first, last = regime.validity.lower, regime.validity.upper
    dues = [day for day in _due_days(regime, first, until) if day > first and (last is None or day < last)]
    ends = [first if regime.cadence != Cadence.ONCE else regime.starts_on]
    ends += [day + timedelta(days=offset) for day in dues]
    for (start, end), due in zip(pairwise(ends), dues, strict=True):
        if start <= until and start < end:
            yield Plan(start, end, _cut_off(regime, end), due)


def plan_for(regime: ReportRegime, day: date) -> Plan | None:
    """The period that is due or ends on `day`, else the one containing it."""
    known = list(plans(regime, day))
    for matches in (
        lambda p: p.due_on == day,
        lambda p: p.ends_on == day,
        lambda p: p.starts_on <= day < p.ends_on,
    ):
        for plan in known:
            if matches(plan):
                return plan
    return None


@dataclass(frozen=True)
class Upcoming:
    """A period that a rule will open: its plan, the day of the warning, and what the calendar says of it."""

    plan: Plan
    warn_on: date
    note: str = ""


def upcoming(regime: ReportRegime, today: date, working_days: Calendar, count: int = 6) -> list[Upcoming]:
    """The next periods that end after `today`; a year whose holidays are not entered is said."""
    horizon = max(today, regime.validity.lower) + timedelta(days=LOOK_AHEAD_DAYS)
    coming = [plan for plan in plans(regime, horizon) if plan.ends_on > today or plan.due_on >= today]
    return [
        Upcoming(plan, warning_day(plan.due_on, working_days), _day_note(plan.due_on, working_days))
        for plan in coming[:count]
    ]


def _day_note(day: date, working_days: Calendar) -> str:
    try:
        working_days.previous_workday(day)
        if working_days.is_workday(day):
            return ""
    except CalendarMissing as error:
        return f"{error.message}提醒日暂按周一至周五推算。"
    name = working_days.name_of(day) or "休息日"
    return f"报送日是{name}，不顺延，提前到提醒日报送。"


def warning_day(due_on: date, working_days: Calendar) -> date:
    """The last working day before the due day; Monday to Friday while the year's holidays are not entered."""
    try:
        return working_days.previous_workday(due_on)
    except CalendarMissing:
        day = due_on - timedelta(days=1)
        while day.weekday() >= 5:
            day -= timedelta(days=1)
        return day


def _due_days(regime: ReportRegime, first: date, until: date) -> Iterator[date]:
    if regime.cadence == Cadence.ONCE:
        yield date.fromisoformat(regime.due["on"])
    elif regime.cadence == Cadence.WEEK:
        day = first + timedelta(days=(int(regime.due["weekday"]) - first.isoweekday()) % 7)
        while day <= until + timedelta(days=7):
            yield day
            day += timedelta(days=7)
    else:
        yield from _month_days(regime.due["days_of_month"], first, until)


def _month_days(days: list[int], first: date, until: date) -> Iterator[date]:
    year, month = first.year, first.month
    while (year, month) <= _next_month(until.year, until.month):
        length = calendar.monthrange(year, month)[1]
        for day in sorted({min(int(number), length) for number in days}):
            yield date(year, month, day)
        year, month = _next_month(year, month)


def _next_month(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def _years(regime: ReportRegime, until: date) -> Iterator[Plan]:
    last = regime.validity.upper
    for year in range(regime.validity.lower.year, until.year + 1):
        start, end = date(year, 1, 1), date(year + 1, 1, 1)
        if last is not None and start >= last:
            return
        due = date(year + 1, int(regime.due["month"]), int(regime.due["day"]))
        yield Plan(start, end, _cut_off(regime, end), due)


def _cut_off(regime: ReportRegime, end: date) -> datetime:
    moment = time.fromisoformat(regime.cutoff.get("time", "00:00"))
    return timezone.make_aware(datetime.combine(end, moment))
