"""Keeping the working-day calendar: what the State Council's yearly notice says, entered by a person.

A change moves open deadlines at once; each moved term leaves its own audit event.
"""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from casework import audit
from casework.deadlines import deadlines_recompute
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import CalendarDay, CalendarYear

SPAN_MAX_DAYS = 20
FIRST_YEAR, LAST_YEAR = 2015, 2099


@dataclass(frozen=True)
class DayCell:
    """One day of the year's view. `mark` is 休 for a day off by notice, 班 for a make-up workday."""

    day: date
    is_workday: bool
    mark: str
    name: str
    is_exception: bool


@dataclass(frozen=True)
class MonthView:
    """One month as weeks from Monday to Sunday; None fills the first and last week."""

    number: int
    weeks: tuple[tuple[DayCell | None, ...], ...]
    workdays: int


def year_view(year: int) -> tuple[MonthView, ...]:
    """The twelve months of `year` with everything that differs from Monday-to-Friday (one query)."""
    rows = {row.day: row for row in CalendarDay.objects.filter(day__year=year)}
    return tuple(_month(year, number, rows) for number in range(1, 13))


def _month(year: int, number: int, rows: dict[date, CalendarDay]) -> MonthView:
    weeks = [
        tuple(_cell(date(year, number, day), rows) if day else None for day in week)
        for week in months.monthcalendar(year, number)
    ]
    workdays = sum(cell.is_workday for week in weeks for cell in week if cell)
    return MonthView(number, tuple(weeks), workdays)


def _cell(day: date, rows: dict[date, CalendarDay]) -> DayCell:
    row = rows.get(day)
    if row is None:
        return DayCell(day, day.weekday() < 5, "", "", is_exception=False)
    return DayCell(day, row.is_workday, "班" if row.is_workday else "休", row.name, is_exception=True)


def calendar_year(year: int) -> CalendarYear | None:
    """Whether and on what basis a year is confirmed; None when nobody has entered anything."""
    return CalendarYear.objects.filter(year=year).first()


def exceptions_of(year: int) -> list[CalendarDay]:
    """Holidays and make-up workdays of a year in order."""
    return list(CalendarDay.objects.filter(day__year=year).order_by("day"))


def missing_years(today: date) -> list[int]:
    """Years that terms started today may need and nobody has confirmed; next year counts from December."""
    wanted = [today.year, today.year + 1] if today.month == 12 else [today.year]
    known = set(CalendarYear.objects.filter(is_confirmed=True).values_list("year", flat=True))
    return [year for year in wanted if year not in known]


@transaction.atomic
def calendar_days_set(
    *, actor: User, first: date, last: date, is_workday: bool, name: str, today: date
) -> int:
    """Enter a holiday (`is_workday` false) or make-up workdays from `first` to `last`, both included.

    Returns how many open deadlines moved. Raises NotAllowed, Unlawful.
    """
    _check_editor(actor)
    _check_span(first, last)
    if not name.strip():
        raise Unlawful("请填写名称，例如“国庆节”或“国庆节调休上班”。")
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    if is_workday and (weekday := next((day for day in days if day.weekday() < 5), None)):
        raise Unlawful(f"{weekday:%Y-%m-%d} 不是周末，本来就是工作日。调休上班只登记周六、周日。")
    before = {row.day: row for row in CalendarDay.objects.select_for_update().filter(day__in=days)}
    changes: dict[str, list[Any]] = {}
    for day in days:
        known = before.get(day)
        text = _describe(is_workday=is_workday, name=name)
        old = _describe(is_workday=known.is_workday, name=known.name) if known else None
        if old == text:
            continue
        CalendarDay.objects.update_or_create(day=day, defaults={"is_workday": is_workday, "name": name})
        changes[day.isoformat()] = [old, text]
    if not changes:
        return 0
    CalendarYear.objects.get_or_create(year=first.year)
    audit.record(actor=actor, verb="casework.calendar_days_set", changes=changes)
    return deadlines_recompute(actor=actor, since=today)


@transaction.atomic
def calendar_day_clear(*, actor: User, day: date, today: date) -> int:
    """Take an exception out again; returns how many open deadlines moved. Raises NotAllowed, WrongState."""
    _check_editor(actor)
    row = CalendarDay.objects.select_for_update().filter(day=day).first()
    if row is None:
        raise WrongState(f"{day:%Y-%m-%d} 没有登记放假或调休。")
    old = _describe(is_workday=row.is_workday, name=row.name)
    row.delete()
    audit.record(actor=actor, verb="casework.calendar_day_clear", changes={day.isoformat(): [old, None]})
    return deadlines_recompute(actor=actor, since=today)


@transaction.atomic
def calendar_year_confirm(*, actor: User, year: int, source: str, today: date) -> int:
    """Declare a year complete by the notice `source`; from then on terms may run into it.

    Returns how many open deadlines moved. Raises NotAllowed, Unlawful.
    """
    _check_editor(actor)
    if not source.strip():
        raise Unlawful("请填写国务院办公厅放假安排通知的文号。")
    if not CalendarDay.objects.filter(day__year=year, is_workday=False).exists():
        raise Unlawful(f"{year} 年还没有登记放假日期，请先登记再确认。")
    row, _ = CalendarYear.objects.get_or_create(year=year)
    locked = CalendarYear.objects.select_for_update().get(pk=row.pk)
    changes: dict[str, list[Any]] = {
        "is_confirmed": [locked.is_confirmed, True],
        "source": [locked.source, source],
    }
    locked.is_confirmed, locked.source = True, source[:120]
    locked.save()
    audit.record(actor=actor, verb="casework.calendar_year_confirm", target=locked, changes=changes)
    return deadlines_recompute(actor=actor, since=today)


def _check_editor(actor: User) -> None:
    if not actor.may("casework.calendar_edit"):
        raise NotAllowed("您没有“维护工作日历”的权限。")


def _check_span(first: date, last: date) -> None:
    if last < first:
        raise Unlawful("结束日期不能早于开始日期。")
    if first.year != last.year:
        raise Unlawful("跨年的放假请按年份分两次登记。")
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise Unlawful(f"年份须在 {FIRST_YEAR} 至 {LAST_YEAR} 之间。")
    if (last - first).days >= SPAN_MAX_DAYS:
        raise Unlawful(f"一次最多登记 {SPAN_MAX_DAYS} 天，请核对日期。")


def _describe(*, is_workday: bool, name: str) -> str:
    return f"{'上班' if is_workday else '放假'}：{name}"


audit.verb("casework.calendar_days_set", "登记放假调休")
audit.verb("casework.calendar_day_clear", "取消放假调休登记")
audit.verb("casework.calendar_year_confirm", "确认年度工作日历")
