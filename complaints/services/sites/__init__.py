"""The only writers of suspected sites."""

from complaints.services.sites.changes import (
    link_confirm,
    link_reject,
    site_merge,
    site_split,
)
from complaints.services.sites.placing import (
    clue_placed,
    clue_unplaced,
    older_place_again,
    on_clue_registered,
)
from complaints.services.sites.states import site_confirm, site_dismiss, site_open, site_reopen, site_watch
from complaints.services.sites.undo import site_undo

__all__ = [
    "clue_placed",
    "clue_unplaced",
    "link_confirm",
    "link_reject",
    "older_place_again",
    "on_clue_registered",
    "site_confirm",
    "site_dismiss",
    "site_merge",
    "site_open",
    "site_reopen",
    "site_split",
    "site_undo",
    "site_watch",
]
