"""Filter bars of this room's lists."""

from monitors.filters.grids import DutyFilter, EventFilter, SheetFilter, SweepFilter, UnitFilter
from monitors.filters.patrols import (
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

__all__ = [
    "AssessmentFilter",
    "AuditFilter",
    "DutyFilter",
    "EventFilter",
    "LookFilter",
    "MonitorFilter",
    "OutingFilter",
    "QuotaFilter",
    "SheetFilter",
    "StopFilter",
    "SweepFilter",
    "TaskFilter",
    "UnitFilter",
    "UnseenFilter",
]
