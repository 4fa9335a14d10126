"""Clues, the sealed side of them, and what handling writes down."""

from complaints.models.clues import (
    OPEN_STATES,
    Channel,
    Clue,
    ClueKind,
    ClueMessage,
    ClueStatus,
    MessageSide,
    Outcome,
    Solved,
)
from complaints.models.intake import IntakeFile
from complaints.models.sealed import RevealRequest, RevealStatus, SealedReport

__all__ = [
    "OPEN_STATES",
    "Channel",
    "Clue",
    "ClueKind",
    "ClueMessage",
    "ClueStatus",
    "IntakeFile",
    "MessageSide",
    "Outcome",
    "RevealRequest",
    "RevealStatus",
    "SealedReport",
    "Solved",
]
