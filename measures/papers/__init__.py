"""What the documents of this room say, as sources for the typesetter. Preview and issue use the same functions."""

from measures.papers.closures import ad_referral, closure_lift, closure_order, closure_scope, handover_receipt
from measures.papers.common import TITLES, lines, source, stop, when
from measures.papers.directives import directive, remedy_line, service_receipt
from measures.papers.talks import meeting_minutes, talk_invitation, talk_record

__all__ = [
    "TITLES",
    "ad_referral",
    "closure_lift",
    "closure_order",
    "closure_scope",
    "directive",
    "handover_receipt",
    "lines",
    "meeting_minutes",
    "remedy_line",
    "service_receipt",
    "source",
    "stop",
    "talk_invitation",
    "talk_record",
    "when",
]
