"""What the desk of clues puts on lower rooms."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from casework import events, registries
from casework.models import EvidenceFile


def register() -> None:
    """Called once when the room starts."""
    from casework.deadlines.services import DeadlineMoved
    from complaints import services
    from inspections.events import RectificationClosed, VisitOutcomeRecorded

    events.subscribe(DeadlineMoved, services.clue_due_moved)
    events.subscribe(VisitOutcomeRecorded, services.visit_heard)
    events.subscribe(RectificationClosed, services.rectification_heard)
    for name in ("clue", "verification"):
        registries.add_evidence_owner(f"complaints.{name}", may_see_evidence)


def may_see_evidence(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever sees the clue; supervised parties never."""
    from complaints.models import Clue, Verification

    if actor.is_counterpart or not actor.may("complaints.clue_view"):
        return False
    rows: Any = Clue if evidence.subject_type == "complaints.clue" else Verification
    return bool(rows.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists())
