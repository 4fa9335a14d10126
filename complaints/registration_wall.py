"""What the wall puts on lower rooms: owners of reporters' photos, worklists, buttons, the door's address."""

from __future__ import annotations

from django.urls import reverse

from casework import registries
from casework.registries import Action, NavEntry, Worklist
from complaints import selectors_wall


def register() -> None:
    """Called once when the room starts."""
    registries.add_evidence_owner("complaints.clue", selectors_wall.may_see_evidence)
    registries.add_nav(
        NavEntry("隔离区", "complaints:quarantine_list", "shield-exclamation", 64, "complaints.clue_triage")
    )
    registries.add_nav(
        NavEntry("查看反映人", "complaints:reveal_list", "lock-access", 65, "complaints.reveal_open")
    )
    registries.add_worklist(
        Worklist(
            "clue_reveals", "查看反映人", selectors_wall.reveal_items, permission="complaints.reveal_open"
        )
    )
    registries.add_worklist(
        Worklist(
            "clue_quarantine", "隔离区", selectors_wall.quarantine_items, permission="complaints.clue_triage"
        )
    )
    registries.actions.register(
        "complaints.Clue",
        Action(
            "申请查看反映人",
            lambda clue: reverse("complaints:reveal_ask", args=[clue.uid]),
            "complaints.reveal_ask",
            icon="lock-access",
            is_offered=selectors_wall.has_sealed,
        ),
    )
