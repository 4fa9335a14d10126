"""Reading evidence."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.http import Http404

from accounts.models import User
from casework import registries
from casework.models import EvidenceFile


def may_open(actor: User, evidence: EvidenceFile) -> bool:
    """Asks the room that owns the subject; without an owner nobody may open it."""
    owner = registries.evidence_owners.get(evidence.subject_type)
    return owner is not None and owner(actor, evidence)


def evidence_of(*, actor: User, subject: models.Model) -> list[EvidenceFile]:
    """Files attached to `subject` that the actor may open, oldest first."""
    uid: UUID = getattr(subject, "uid")  # noqa: B009
    files = EvidenceFile.objects.filter(
        subject_type=subject._meta.label_lower, subject_uid=uid, discarded_at__isnull=True
    ).order_by("pk")
    return [item for item in files if may_open(actor, item)]


def evidence_get(*, actor: User, uid: UUID) -> EvidenceFile:
    """One file, or Http404 for strangers and for files whose retention ran out."""
    evidence = EvidenceFile.objects.filter(uid=uid, discarded_at__isnull=True).first()
    if evidence is None or not may_open(actor, evidence):
        raise Http404
    return evidence
