"""Who may do what, and which time of day an outing falls into."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from casework.deadlines import load_calendar
from monitors.models import PatrolTask, Slot

DO, EDIT = "monitors.patrol_do", "monitors.monitor_edit"
OUTING_FORM = "monitors.outing"
WATCH_FORM = "monitors.observation"
EVENING_FROM, DAY_FROM = 18, 6


def slot_of(moment: datetime) -> str:
    """Which time of day and week an outing falls into; unknown calendars count by the weekday."""
    local = timezone.localtime(moment)
    if local.hour >= EVENING_FROM or local.hour < DAY_FROM:
        return Slot.EVENING
    return Slot.DAY if _is_workday(local.date()) else Slot.REST_DAY


def _is_workday(day: date) -> bool:
    calendar = load_calendar()
    return calendar.is_workday(day) if day.year in calendar.years else day.weekday() < 5


FITS = {
    Slot.DAY: {Slot.DAY},
    Slot.EVENING: {Slot.EVENING},
    Slot.REST_DAY: {Slot.REST_DAY},
    Slot.OFF_DUTY: {Slot.EVENING, Slot.REST_DAY},
}


def fits_window(task: PatrolTask, begun: datetime) -> bool:
    """Whether an outing began in the time of day that its task asks for. It counts either way; the task says so.

    At school gates the hours of the task decide on workdays, be they by day or in the evening.
    """
    local = timezone.localtime(begun)
    if task.slot == Slot.GATE and not _is_workday(local.date()):
        return False
    asked = FITS.get(Slot(task.slot))
    if asked is not None and slot_of(begun) not in asked:
        return False
    if task.from_time is None or task.until_time is None:
        return True
    return bool(task.from_time <= local.time() <= task.until_time)
