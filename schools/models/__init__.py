"""What this room keeps: schools and what is asked of them, in counts."""

from schools.models.registry import COMPULSORY, School, SchoolKind, Stage
from schools.models.tips import (
    WAITING,
    ReminderKind,
    TipAnswer,
    TipReminder,
    TipSource,
    TipStatus,
    WorkTip,
)

__all__ = [
    "COMPULSORY",
    "WAITING",
    "ReminderKind",
    "School",
    "SchoolKind",
    "Stage",
    "TipAnswer",
    "TipReminder",
    "TipSource",
    "TipStatus",
    "WorkTip",
]
