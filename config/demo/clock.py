"""Times of the demonstration, in Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from casework.deadlines import Calendar, load_calendar

QUIET_DAYS = 25


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of a day."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def anchor(today: date) -> date:
    """The day that the demonstration calls today.

    Terms that run now must end in a year whose working days are known; while the notice of the
    coming year is not in, the demonstration stays at the last day from which they do.
    """
    known = load_calendar().years
    day = today
    while (day + timedelta(days=QUIET_DAYS)).year not in known:
        day = date(day.year - 1, 11, 16) if day.year not in known else day - timedelta(days=1)
    return day


def workday(day: date, calendar: Calendar | None = None) -> date:
    """`day`, or the next working day after it."""
    return (calendar or load_calendar()).next_workday(day)


def workday_before(day: date, calendar: Calendar | None = None) -> date:
    """`day`, or the last working day before it."""
    known = calendar or load_calendar()
    return day if known.is_workday(day) else known.previous_workday(day)
