"""Transitions of this room's rows."""

from measures.workflow.duty import MYSTERY, SWAP
from measures.workflow.joint import CALL, DECISION, MEETING, WHISTLE
from measures.workflow.market import AD, TALK
from measures.workflow.papers import CLOSURE, DIRECTIVE, HANDOVER

__all__ = [
    "AD",
    "CALL",
    "CLOSURE",
    "DECISION",
    "DIRECTIVE",
    "HANDOVER",
    "MEETING",
    "MYSTERY",
    "SWAP",
    "TALK",
    "WHISTLE",
]
