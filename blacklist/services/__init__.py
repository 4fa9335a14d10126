"""The only writers of this room."""

from blacklist.services.batches import (
    batch_approve,
    batch_choose,
    batch_create,
    batch_drop,
    batch_edit,
    batch_publish,
    batch_redraw,
    batch_return,
    batch_submit,
)
from blacklist.services.entries import (
    black_entry_create,
    black_entry_edit,
    entry_drop,
    entry_evidence_add,
    entry_notify,
    entry_publish,
    entry_reply,
    entry_review,
)
from blacklist.services.removal import entries_expire, entry_remove, listings_end_on_close

__all__ = [
    "batch_approve",
    "batch_choose",
    "batch_create",
    "batch_drop",
    "batch_edit",
    "batch_publish",
    "batch_redraw",
    "batch_return",
    "batch_submit",
    "black_entry_create",
    "black_entry_edit",
    "entries_expire",
    "entry_drop",
    "entry_evidence_add",
    "entry_notify",
    "entry_publish",
    "entry_remove",
    "entry_reply",
    "entry_review",
    "listings_end_on_close",
]
