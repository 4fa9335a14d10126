"""Filter bars of this room's lists."""

from monitors.filters.grids import DutyFilter, EventFilter, SheetFilter, SweepFilter, UnitFilter
from monitors.filters.patrols import (
    AreaFilter,
    AssessmentFilter,
    AuditFilter,
    LookFilter,
    MonitorFilter,
    OutingFilter,
    QuotaFilter,
    StopFilter,
    TaskFilter,
    UnseenFilter,
)
from monitors.filters.sightings import EntryFilter, ObservationFilter

__all__ = [
    "AreaFilter",
    "AssessmentFilter",
    "AuditFilter",
    "DutyFilter",
    "EntryFilter",
    "EventFilter",
    "LookFilter",
    "MonitorFilter",
    "ObservationFilter",
    "OutingFilter",
    "QuotaFilter",
    "SheetFilter",
    "StopFilter",
    "SweepFilter",
    "TaskFilter",
    "UnitFilter",
    "UnseenFilter",
]
