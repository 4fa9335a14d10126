"""The only writers of this room."""

from burden.services.merging import visits_merge
from burden.services.plans import (
    item_add,
    item_edit,
    item_remove,
    outing_link,
    plan_approve,
    plan_draft,
    plan_edit,
    plan_publish,
    plan_return,
    plan_submit,
)
from burden.services.ratings import Scores, rating_give, ratings_show, ticket_open, voucher_open, voucher_take
from burden.services.scanning import entry_scan

__all__ = [
    "Scores",
    "entry_scan",
    "item_add",
    "item_edit",
    "item_remove",
    "outing_link",
    "plan_approve",
    "plan_draft",
    "plan_edit",
    "plan_publish",
    "plan_return",
    "plan_submit",
    "rating_give",
    "ratings_show",
    "ticket_open",
    "visits_merge",
    "voucher_open",
    "voucher_take",
]
