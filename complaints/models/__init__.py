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
from complaints.models.uploads import IntakeFile

__all__ = [
    "ENDED_SITES",
    "OPEN_STATES",
    "BatchState",
    "ChangeKind",
    "Channel",
    "Clue",
    "ClueHold",
    "ClueKind",
    "ClueLink",
    "ClueMerge",
    "ClueMessage",
    "ClueNoticeKind",
    "CluePattern",
    "ClueReminder",
    "ClueSignals",
    "ClueStatus",
    "CoverPattern",
    "DisputeStatus",
    "IntakeFile",
    "LinkDecision",
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
    "SiteChange",
    "SiteMembership",
    "SiteStatus",
    "Solved",
    "SuspectedSite",
    "TicketBatch",
    "TicketReply",
    "Transfer",
    "TransferKind",
    "Verification",
    "VerifyStatus",
    "VerifyWay",
]
