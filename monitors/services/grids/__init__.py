"""Grids: units, people on duty, sweeps, what they report, departments that they call, sheets of staff."""

from monitors.services.grids.calls import call_remind, calls_remind_due, event_whistle
from monitors.services.grids.events import EventReport, event_report
from monitors.services.grids.sheets import sheet_apply, sheet_drop, sheet_receive
from monitors.services.grids.sweeps import sweep_close, sweep_open
from monitors.services.grids.units import Duty, duty_add, duty_end, unit_close, unit_save

__all__ = [
    "Duty",
    "EventReport",
    "call_remind",
    "calls_remind_due",
    "duty_add",
    "duty_end",
    "event_report",
    "event_whistle",
    "sheet_apply",
    "sheet_drop",
    "sheet_receive",
    "sweep_close",
    "sweep_open",
    "unit_close",
    "unit_save",
]
