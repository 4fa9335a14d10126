"""The working-day calendar: Monday to Friday, except holidays, plus make-up workdays (调休)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from casework.errors import DomainError
from casework.models import CalendarDay, CalendarYear


class CalendarMissing(DomainError):
    """The State Council's notice of a needed year has not been entered."""


@dataclass(frozen=True)
class Calendar:
    """Confirmed years and the days in them that differ from Monday-to-Friday."""

    years: frozenset[int]
    exceptions: dict[date, tuple[bool, str]]

    def is_workday(self, day: date) -> bool:
        """Whether `day` is a working day; raises CalendarMissing for an unconfirmed year."""
        if day.year not in self.years:
            raise CalendarMissing(
                f"{day.year} 年的放假安排尚未录入，无法计算工作日。请先在“工作日历”中录入国务院办公厅通知。"
            )
        exception = self.exceptions.get(day)
        return exception[0] if exception else day.weekday() < 5

    def name_of(self, day: date) -> str:
        """Name of a holiday or make-up day, empty otherwise."""
        exception = self.exceptions.get(day)
        return exception[1] if exception else ""

    def next_workday(self, day: date) -> date:
        """`day` itself if it is a working day, else the first one after it."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def previous_workday(self, day: date) -> date:
        """The last working day before `day`."""
        day -= timedelta(days=1)
        while not self.is_workday(day):
            day -= timedelta(days=1)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is earlier."""
        if end < start:
            return -self.workdays_between(end, start)
        days = ((start + timedelta(days=offset)) for offset in range(1, (end - start).days + 1))
        return sum(self.is_workday(day) for day in days)


def load_calendar() -> Calendar:
    """The calendar as entered now (two queries)."""
    years = frozenset(CalendarYear.objects.filter(is_confirmed=True).values_list("year", flat=True))
    rows = CalendarDay.objects.values_list("day", "is_workday", "name")
    return Calendar(years, {day: (is_workday, name) for day, is_workday, name in rows})
