"""Terms in working or calendar days, with their working shown."""

from casework.deadlines.calendar import Calendar, CalendarMissing, load_calendar
from casework.deadlines.selectors import lines_by_kind, lines_of
from casework.deadlines.services import (
    deadline_cancel,
    deadline_extend,
    deadline_finish,
    deadline_pause,
    deadline_resume,
    deadline_start,
    deadlines_recompute,
)
from casework.deadlines.terms import Term, TermUnit, compute

__all__ = [
    "Calendar",
    "CalendarMissing",
    "Term",
    "TermUnit",
    "compute",
    "deadline_cancel",
    "deadline_extend",
    "deadline_finish",
    "deadline_pause",
    "deadline_resume",
    "deadline_start",
    "deadlines_recompute",
    "lines_by_kind",
    "lines_of",
    "load_calendar",
]
