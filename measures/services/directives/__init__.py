"""Documents that stop, assign, press, remind or warn: drafted, issued, served, settled, withdrawn, replaced."""

from measures.services.directives.drafting import BASES, CARRIED, REFUND, directive_draft, directive_edit
from measures.services.directives.issuing import (
    Served,
    ban_publish,
    decision_press,
    directive_finish,
    directive_issue,
    directive_replace,
    directive_serve,
    directive_withdraw,
    pupils_hand_over,
)

__all__ = [
    "BASES",
    "CARRIED",
    "REFUND",
    "Served",
    "ban_publish",
    "decision_press",
    "directive_draft",
    "directive_edit",
    "directive_finish",
    "directive_issue",
    "directive_replace",
    "directive_serve",
    "directive_withdraw",
    "pupils_hand_over",
]
