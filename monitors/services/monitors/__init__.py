"""The life of a monitor: proposal, check, appointment with its papers, renewal, end."""

from monitors.services.monitors.accounts import (
    account_link,
    account_open,
    photo_receive,
    team_of,
    tie_declare,
    tie_end,
    ties_none,
)
from monitors.services.monitors.selection import (
    Nomination,
    born_from,
    monitor_edit,
    monitor_nominate,
    monitor_qualify,
    monitor_refuse,
)
from monitors.services.monitors.terms import (
    Term,
    issuing_organ,
    monitor_appoint,
    monitor_dismiss,
    monitor_expire_due,
    monitor_renew,
    monitor_resign,
    papers_of,
)

__all__ = [
    "Nomination",
    "Term",
    "account_link",
    "account_open",
    "born_from",
    "issuing_organ",
    "monitor_appoint",
    "monitor_dismiss",
    "monitor_edit",
    "monitor_expire_due",
    "monitor_nominate",
    "monitor_qualify",
    "monitor_refuse",
    "monitor_renew",
    "monitor_resign",
    "papers_of",
    "photo_receive",
    "team_of",
    "tie_declare",
    "tie_end",
    "ties_none",
]
