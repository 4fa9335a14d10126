"""Which dated policy value decides a clock. The values themselves are data (政策参数)."""

from __future__ import annotations

from datetime import date

from accounts.models import Region
from casework import policy
from casework.deadlines import Term
from complaints.models import Channel, ClueKind

ACCEPT = "CLUE_ACCEPT"
HANDLE = "CLUE_HANDLE"
RETENTION = "clue.reporter.retention"
REFUSED_FILES = "clue.refused.files.retention"


def accept_term(channel: str, *, region: Region, on: date) -> Term:
    """How long a first look and assignment may take; 12345 tickets are signed for at once."""
    key = "clue.12345.sign" if channel == Channel.HOTLINE else "clue.accept"
    return policy.term(key, region=region, on=on)


def handle_term(channel: str, kind: str, *, region: Region, on: date, is_complex: bool = False) -> Term:
    """How long handling may take, by matter first and channel second."""
    if kind == ClueKind.REFUND:
        key = "clue.refund"
    elif kind == ClueKind.ADVICE:
        key = "clue.consult"
    elif channel == Channel.HOTLINE:
        key = "clue.12345.complaint"
    else:
        key = "clue.finish.complex" if is_complex else "clue.finish"
    return policy.term(key, region=region, on=on)
