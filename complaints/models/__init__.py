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
from complaints.models.patterns import CluePattern, CoverPattern
from complaints.models.rewards import Reward, RewardStatus
from complaints.models.sealed import RevealRequest, RevealStatus, SealedReport
from complaints.models.sites import (
    ENDED_SITES,
    ChangeKind,
    ClueLink,
    ClueSignals,
    LinkDecision,
    SiteChange,
    SiteMembership,
    SiteStatus,
    SuspectedSite,
)
from complaints.models.tickets import BatchState, TicketBatch, TicketReply

__all__ = [
    "ENDED_SITES",
    "OPEN_STATES",
    "BatchState",
    "ChangeKind",
    "Channel",
    "Clue",
    "ClueKind",
    "ClueLink",
    "ClueMessage",
    "CluePattern",
    "ClueSignals",
    "ClueStatus",
    "CoverPattern",
    "DisputeStatus",
    "LinkDecision",
    "MessageSide",
    "Outcome",
    "RefundClaim",
    "RefundDispute",
    "RevealRequest",
    "RevealStatus",
    "Reward",
    "RewardStatus",
    "SealedReport",
    "SiteChange",
    "SiteMembership",
    "SiteStatus",
    "Solved",
    "SuspectedSite",
    "TicketBatch",
    "TicketReply",
]
