"""The only writers of this room."""

from complaints.services.intake import (
    OffsetMismatch,
    Progress,
    intake_expire,
    intake_open,
    intake_part,
    intake_take,
)
from complaints.services.keys import reporters_reseal, sealed_shred
from complaints.services.quarantine import quarantine_pass, quarantine_reject, quarantine_reject_suspects
from complaints.services.register import ClueReport, Registered, clue_admit, clue_register, keeper_of
from complaints.services.reporter import (
    Sent,
    clue_by_receipt,
    report_send,
    reporter_add,
    reporter_reopen_ask,
    reporter_solved,
)
from complaints.services.reveal import reveal_ask, reveal_decide, reveal_read, reveals_expire

__all__ = [
    "ClueReport",
    "OffsetMismatch",
    "Progress",
    "Registered",
    "Sent",
    "clue_admit",
    "clue_by_receipt",
    "clue_register",
    "intake_expire",
    "intake_open",
    "intake_part",
    "intake_take",
    "keeper_of",
    "quarantine_pass",
    "quarantine_reject",
    "quarantine_reject_suspects",
    "report_send",
    "reporter_add",
    "reporter_reopen_ask",
    "reporter_solved",
    "reporters_reseal",
    "reveal_ask",
    "reveal_decide",
    "reveal_read",
    "reveals_expire",
    "sealed_shred",
]
