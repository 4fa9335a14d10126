"""The only writers of this room."""

from schools.services.registry import school_account_open, school_close, school_create, school_edit
from schools.services.reminders import tip_escalate, tip_remind, tip_reminders_make
from schools.services.tips import (
    Answer,
    TipText,
    due_preview,
    tip_answer,
    tip_cancel,
    tip_close,
    tip_draft,
    tip_due_moved,
    tip_edit,
    tip_issue,
    tip_receive,
    tip_return,
    tip_serve,
    tip_withdraw,
)

__all__ = [
    "Answer",
    "TipText",
    "due_preview",
    "school_account_open",
    "school_close",
    "school_create",
    "school_edit",
    "tip_answer",
    "tip_cancel",
    "tip_close",
    "tip_draft",
    "tip_due_moved",
    "tip_edit",
    "tip_escalate",
    "tip_issue",
    "tip_receive",
    "tip_remind",
    "tip_reminders_make",
    "tip_return",
    "tip_serve",
    "tip_withdraw",
]
