"""Monitors, how they are chosen, what they learn."""

from monitors.models.growth import Assessment, Grade, Manual, ManualReceipt, TrainingResult
from monitors.models.people import (
    LEFT,
    SERVED,
    Category,
    Gender,
    Monitor,
    MonitorStatus,
    Source,
    Squad,
    Tie,
    TieKind,
)
from monitors.models.selection import CandidateNotice, Objection

__all__ = [
    "LEFT",
    "SERVED",
    "Assessment",
    "CandidateNotice",
    "Category",
    "Gender",
    "Grade",
    "Manual",
    "ManualReceipt",
    "Monitor",
    "MonitorStatus",
    "Objection",
    "Source",
    "Squad",
    "Tie",
    "TieKind",
    "TrainingResult",
]
