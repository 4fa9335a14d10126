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
from complaints.models.disputes import DisputeStatus, RefundClaim, RefundDispute
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
from complaints.models.patterns import CluePattern, CoverPattern
from complaints.models.rewards import Reward, RewardStatus
from complaints.models.sealed import RevealRequest, RevealStatus, SealedReport
from complaints.models.tickets import BatchState, TicketBatch, TicketReply

__all__ = [
    "OPEN_STATES",
    "BatchState",
    "Channel",
    "Clue",
    "ClueHold",
    "ClueKind",
    "ClueMerge",
    "ClueMessage",
    "ClueNoticeKind",
    "CluePattern",
    "ClueReminder",
    "ClueStatus",
    "CoverPattern",
    "DisputeStatus",
    "MessageSide",
    "Outcome",
    "RefundClaim",
    "RefundDispute",
    "RevealRequest",
    "RevealStatus",
    "Reward",
    "RewardStatus",
    "RoutingRule",
    "SealedReport",
    "Solved",
    "TicketBatch",
    "TicketReply",
    "Transfer",
    "TransferKind",
    "Verification",
    "VerifyStatus",
    "VerifyWay",
]
