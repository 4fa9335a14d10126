"""What this room puts on lower rooms: navigation, worklists, panels, blockers, owners, figures."""

from inspections.registration.joining import campaign_panel, closing_blocker, panel, phones_agree, register
from inspections.registration.owners import (
    PARTY_DOCUMENTS,
    may_see_answer,
    may_see_document,
    may_see_evidence,
    notice_services,
    own_withdrawal,
    posted_notice,
)
from inspections.registration.worklists import (
    approvals,
    extensions,
    kpis,
    notices,
    portal_notices,
    recusals,
    to_notify,
    visits,
)

__all__ = [
    "PARTY_DOCUMENTS",
    "approvals",
    "campaign_panel",
    "closing_blocker",
    "extensions",
    "kpis",
    "may_see_answer",
    "may_see_document",
    "may_see_evidence",
    "notice_services",
    "notices",
    "own_withdrawal",
    "panel",
    "phones_agree",
    "portal_notices",
    "posted_notice",
    "recusals",
    "register",
    "to_notify",
    "visits",
]
