"""The only writers of this room."""

from complaints.services.disputes import (
    ClaimLine,
    claim_add,
    claim_agree,
    claim_pay,
    claimant_read,
    dispute_agree,
    dispute_due_moved,
    dispute_end,
    dispute_mediate,
    dispute_open,
    dispute_pay,
)
from complaints.services.intake import (
    MailTaken,
    mail_import,
    replies_export,
    tickets_apply,
    tickets_check,
    tickets_drop,
)
from complaints.services.patterns import pattern_drop, pattern_note, reference_load
from complaints.services.register import ClueReport, Registered, clue_admit, clue_register, keeper_of
from complaints.services.rewards import reward_decide, reward_pay, reward_propose, rewards_are_on

__all__ = [
    "ClaimLine",
    "ClueReport",
    "MailTaken",
    "Registered",
    "claim_add",
    "claim_agree",
    "claim_pay",
    "claimant_read",
    "clue_admit",
    "clue_register",
    "dispute_agree",
    "dispute_due_moved",
    "dispute_end",
    "dispute_mediate",
    "dispute_open",
    "dispute_pay",
    "keeper_of",
    "mail_import",
    "pattern_drop",
    "pattern_note",
    "reference_load",
    "replies_export",
    "reward_decide",
    "reward_pay",
    "reward_propose",
    "rewards_are_on",
    "tickets_apply",
    "tickets_check",
    "tickets_drop",
]
