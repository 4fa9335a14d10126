"""Grids: who is responsible where, sweeps of their areas, what they report."""

from monitors.models.grids.events import (
    EVENT_CLUES,
    CallReminder,
    EventKind,
    GridEvent,
    ReminderKind,
)
from monitors.models.grids.sheets import GridSheet, SheetState
from monitors.models.grids.sweeps import GridSweep, SweepStatus, SweepTarget
from monitors.models.grids.units import NETS, PARENTS, DutyPost, GridDuty, GridKind, GridUnit, Net

__all__ = [
    "EVENT_CLUES",
    "NETS",
    "PARENTS",
    "CallReminder",
    "DutyPost",
    "EventKind",
    "GridDuty",
    "GridEvent",
    "GridKind",
    "GridSheet",
    "GridSweep",
    "GridUnit",
    "Net",
    "ReminderKind",
    "SheetState",
    "SweepStatus",
    "SweepTarget",
]
