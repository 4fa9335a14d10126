"""Rectification notices: drafting, issuing, serving, withdrawing, escalating."""

from inspections.services.notices.drafting import DEFAULT_BASIS, RECHECK, RECTIFY, notice_draft, notice_edit
from inspections.services.notices.issuing import (
    Service,
    deadline_copy,
    notice_escalate,
    notice_issue,
    notice_serve,
    notice_withdraw,
)

__all__ = [
    "DEFAULT_BASIS",
    "RECHECK",
    "RECTIFY",
    "Service",
    "deadline_copy",
    "notice_draft",
    "notice_edit",
    "notice_escalate",
    "notice_issue",
    "notice_serve",
    "notice_withdraw",
]
