"""Desk pages of rectification notices."""

from inspections.views.notices.drafting import (
    notice_draft,
    notice_edit,
    notice_issue,
    notice_preview,
    notice_preview_pdf,
    notice_serve,
)
from inspections.views.notices.following import (
    answers_of_form,
    extension_decide,
    notice_answer,
    notice_escalate,
    notice_recheck,
    notice_withdraw,
)
from inspections.views.notices.pages import (
    COLUMNS,
    PAGES,
    histories,
    notice_detail,
    notice_facts,
    notice_list,
    notice_url,
)

__all__ = [
    "COLUMNS",
    "PAGES",
    "answers_of_form",
    "extension_decide",
    "histories",
    "notice_answer",
    "notice_detail",
    "notice_draft",
    "notice_edit",
    "notice_escalate",
    "notice_facts",
    "notice_issue",
    "notice_list",
    "notice_preview",
    "notice_preview_pdf",
    "notice_recheck",
    "notice_serve",
    "notice_url",
    "notice_withdraw",
]
