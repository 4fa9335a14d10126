"""The year of families: terms, holidays, and when they enrol."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

SPRING_FESTIVALS = {
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
}
"""First day of the lunar year."""

# Months and days without lessons: New Year, Qingming, Labour Day, National Day.
_REST_DAYS = (
    {(1, 1)}
    | {(4, day) for day in (4, 5)}
    | {(5, day) for day in (1, 2, 3)}
    | {(10, day) for day in range(1, 8)}
)


@cache
def is_rest(day: date) -> bool:
    """Nobody teaches and banks rest: public holidays and the days around Spring Festival."""
    festival = SPRING_FESTIVALS[day.year]
    return (day.month, day.day) in _REST_DAYS or -3 <= (day - festival).days <= 9


@cache
def is_working(day: date) -> bool:
    """Banks and bureaus work (days worked in exchange for holidays left out)."""
    return day.weekday() < 5 and not is_rest(day)


@cache
def working_days_after(day: date, count: int) -> date:
    """The day on which `count` working days have passed."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working(day)
    return day


@cache
def is_vacation(day: date) -> bool:
    """Schools are closed: summer from 6 July to 31 August, winter around Spring Festival."""
    if date(day.year, 7, 6) <= day <= date(day.year, 8, 31):
        return True
    return -16 <= (day - SPRING_FESTIVALS[day.year]).days <= 13


def is_exam_time(day: date) -> bool:
    """The two or three weeks of school examinations before a vacation, in which lessons are put off."""
    if day.month == 6 and day.day >= 20:
        return True
    return -30 <= (day - SPRING_FESTIVALS[day.year]).days < -16


@cache
def enrolment(day: date) -> float:
    """How many families enrol on a day, against the mean of the year."""
    if date(day.year, 8, 20) <= day <= date(day.year, 9, 20):
        return 2.6
    if date(day.year, 6, 15) <= day <= date(day.year, 7, 15):
        return 2.0
    since_festival = (day - SPRING_FESTIVALS[day.year]).days
    if 10 <= since_festival <= 40:
        return 2.2
    return 0.1 if is_rest(day) else 0.6
