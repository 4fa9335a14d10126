"""Term arithmetic. The day of the event does not count; a term of calendar days that ends on a day
off runs to the next working day (行政处罚法 第八十五条; 民事诉讼法 第八十五条)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models

from casework.deadlines.calendar import Calendar
from casework.models.policy import UNVERIFIED


class TermUnit(models.TextChoices):
    """How a term counts."""

    WORKING_DAY = "WORKING_DAY", "个工作日"
    CALENDAR_DAY = "CALENDAR_DAY", "日"
    MONTH = "MONTH", "个月"
    YEAR = "YEAR", "年"


@dataclass(frozen=True)
class Term:
    """A length of time with its legal basis. `is_verified`: whether somebody read the value in that document."""

    amount: int
    unit: TermUnit
    basis: str = ""
    rolls_to_workday: bool = True
    is_verified: bool = True

    def __str__(self) -> str:
        return f"{self.amount} {TermUnit(self.unit).label}"

    @property
    def cited(self) -> str:
        """Its basis for screens, with the mark 待核实 where nobody checked the value; papers cite `basis`."""
        parts = [*([self.basis] if self.basis else []), *([] if self.is_verified else [UNVERIFIED])]
        return "；".join(parts)


@dataclass(frozen=True)
class Computed:
    """A due day and the sentences that show how it came about."""

    due_on: date
    explanation: tuple[str, ...]


def compute(term: Term, starts_on: date, calendar: Calendar) -> Computed:
    """The last day of `term` counted from the day after `starts_on`; raises CalendarMissing."""
    lines = [
        f"起算：{starts_on:%Y-%m-%d}（当日不计入）",
        f"期限：{term}（{term.cited}）" if term.cited else f"期限：{term}",
    ]
    if term.unit == TermUnit.WORKING_DAY:
        due = _after_workdays(starts_on, term.amount, calendar, lines)
    else:
        due = _after_calendar(starts_on, term)
        if term.rolls_to_workday and not calendar.is_workday(due):
            rolled = calendar.next_workday(due)
            name = calendar.name_of(due) or "休息日"
            lines.append(f"{due:%Y-%m-%d} 为{name}，顺延至 {rolled:%Y-%m-%d}")
            due = rolled
    lines.append(f"到期：{due:%Y-%m-%d}")
    return Computed(due, tuple(lines))


def _after_workdays(day: date, amount: int, calendar: Calendar, lines: list[str]) -> date:
    skipped: list[str] = []
    counted = 0
    while counted < amount:
        day += timedelta(days=1)
        if calendar.is_workday(day):
            counted += 1
            if day.weekday() >= 5:
                lines.append(f"{day:%Y-%m-%d} 调休上班，计入")
        elif name := calendar.name_of(day):
            skipped.append(f"{day:%m-%d}{name}")
    if skipped:
        lines.append("不计：" + "、".join(skipped))
    return day


def _after_calendar(day: date, term: Term) -> date:
    if term.unit == TermUnit.CALENDAR_DAY:
        return day + timedelta(days=term.amount)
    months = term.amount * (12 if term.unit == TermUnit.YEAR else 1)
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
