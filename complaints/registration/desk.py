"""What the desk of clues puts on lower rooms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from casework import events, registries
from casework.models import EvidenceFile
from casework.registries import NavEntry, Panel, Worklist


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
    _screens()


def _screens() -> None:
    from complaints import desk, indicators

    indicators.register_all()
    registries.add_nav(NavEntry("线索", "complaints:clue_list", "message-report", 22, desk.VIEW))
    for key, label, items, permission in desk.WORKLISTS:
        registries.add_worklist(Worklist(f"complaints.{key}", label, items, permission=permission))
    registries.add_kpis(desk.kpis)
    registries.panels.register(
        "institutions.Institution",
        Panel("clues", "线索", "complaints/_institution_panel.html", desk.panel, 42, desk.VIEW),
    )
    registries.object_urls["complaints.clue"] = clue_address
    registries.object_urls["complaints.verification"] = look_address


def clue_address(uid: UUID) -> str:
    """The clue's page."""
    return reverse("complaints:clue_detail", kwargs={"uid": uid})


def look_address(uid: UUID) -> str:
    """The page of the clue that a look is about."""
    from complaints.models import Verification

    look = Verification.objects.select_related("clue").filter(uid=uid).first()
    return clue_address(look.clue.uid if look else uid)


def may_see_evidence(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever sees the clue; supervised parties never."""
    from complaints.models import Clue, Verification

    if actor.is_counterpart or not actor.may("complaints.clue_view"):
        return False
    rows: Any = Clue if evidence.subject_type == "complaints.clue" else Verification
    return bool(rows.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists())
