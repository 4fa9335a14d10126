"""Days, numbers and identifiers as pages say them."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

WEEKDAYS = "一二三四五六日"
DASH = "—"


def local_day(value: object) -> dt.date | None:
    """The local (Asia/Shanghai) day of a date or of an aware time; None for anything else."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, dt.date) else None


def cn_date(value: object) -> str:
    """A date or time as `2026-11-21` (local day); a dash for nothing."""
    day = local_day(value)
    return day.isoformat() if day else DASH


def cn_day(value: object) -> str:
    """A date or time as `11 月 21 日`; the year is added when it is not the current one."""
    day = local_day(value)
    if day is None:
        return DASH
    text = f"{day.month} 月 {day.day} 日"
    return text if day.year == timezone.localdate().year else f"{day.year} 年 {text}"


def cn_weekday(value: object) -> str:
    """A date as `星期六`."""
    day = local_day(value)
    return f"星期{WEEKDAYS[day.weekday()]}" if day else ""


def cn_datetime(value: object) -> str:
    """A time as `2026-11-21 14:05` in local time; a plain date as `2026-11-21`."""
    if isinstance(value, dt.datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return local.strftime("%Y-%m-%d %H:%M")
    return cn_date(value)


def number_words(value: object) -> str:
    """A whole number with thousands separators; a dash for nothing."""
    if value is None or value == "":
        return DASH
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def mask(value: object) -> str:
    """`138****8000`: a telephone or document number with its middle hidden."""
    text = str(value or "")
    if len(text) >= 15:
        return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
    if len(text) >= 7:
        return f"{text[:3]}****{text[-4:]}"
    return "*" * len(text) if text else DASH


def due_words(due_on: dt.date, today: dt.date) -> tuple[str, str]:
    """The word for a due day and its class: `逾期 2 日`/over, `今日`/today, `明日`/soon, `11-25`/later."""
    days = (due_on - today).days
    if days < 0:
        return f"逾期 {-days} 日", "over"
    if days == 0:
        return "今日", "today"
    if days == 1:
        return "明日", "soon"
    pattern = "%m-%d" if due_on.year == today.year else "%Y-%m-%d"
    return due_on.strftime(pattern), "soon" if days <= 3 else "later"
