"""What the wall puts on lower rooms: owners of reporters' photos, worklists, buttons, the door's address."""

from __future__ import annotations

from casework import registries
from casework.registries import Worklist
from complaints.selectors import wall as wall_selectors


def register() -> None:
    """Called once when the room starts."""
    registries.add_evidence_owner("complaints.clue", wall_selectors.may_see_evidence)
    registries.add_worklist(
        Worklist(
            "clue_reveals", "查看反映人", wall_selectors.reveal_items, permission="complaints.reveal_open"
        )
    )
    registries.add_worklist(
        Worklist(
            "clue_quarantine", "待筛查", wall_selectors.quarantine_items, permission="complaints.clue_triage"
        )
    )
