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
from complaints.models.handling import (
    ClueHold,
    ClueMerge,
    ClueNoticeKind,
    ClueReminder,
    RoutingRule,
    Transfer,
    TransferKind,
    Verification,
    VerifyStatus,
    VerifyWay,
)
from complaints.models.sealed import RevealRequest, RevealStatus, SealedReport

__all__ = [
    "OPEN_STATES",
    "Channel",
    "Clue",
    "ClueHold",
    "ClueKind",
    "ClueMerge",
    "ClueMessage",
    "ClueNoticeKind",
    "ClueReminder",
    "ClueStatus",
    "MessageSide",
    "Outcome",
    "RevealRequest",
    "RevealStatus",
    "RoutingRule",
    "SealedReport",
    "Solved",
    "Transfer",
    "TransferKind",
    "Verification",
    "VerifyStatus",
    "VerifyWay",
]
