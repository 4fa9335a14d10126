"""Recognising covers of hidden training."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful
from casework.models import ViolationType
from casework.steps import lock, require
from complaints.data import cover_patterns
from complaints.models import Clue, CluePattern, CoverPattern


@database.atomic
def pattern_note(
    *, actor: User, clue: Clue, pattern: CoverPattern, held: list[str], at: datetime | None = None
) -> CluePattern:
    """Say that a clue shows a cover and which needed evidence is at hand; saying it again replaces it.

    Raises NotAllowed, Unlawful for evidence that the cover does not ask for.
    """
    require(actor, "complaints.clue_handle")
    locked = lock(clue)
    strange = [item for item in held if item not in pattern.evidence]
    if strange:
        raise Unlawful(f"“{strange[0]}”不是“{pattern}”要求的证据，请刷新页面重新选择。")
    at = at or timezone.now()
    row = CluePattern.objects.filter(clue=locked, pattern=pattern).first()
    before = row.held if row else None
    row = row or CluePattern(clue=locked, pattern=pattern)
    row.held, row.noted_at, row.noted_by = held, at, actor
    row.save()
    audit.record(
        actor=actor,
        verb="complaints.pattern_note",
        target=locked,
        changes={pattern.name: [before, held]},
        about=locked.institution.uid if locked.institution else None,
        at=at,
    )
    return row


@database.atomic
def pattern_drop(
    *, actor: User, clue: Clue, pattern: CoverPattern, reason: str, at: datetime | None = None
) -> None:
    """Take a recognised cover back, with the reason; what was said stays on the audit chain."""
    require(actor, "complaints.clue_handle")
    if not reason.strip():
        raise Unlawful("撤销认定须写明理由。")
    locked = lock(clue)
    row = CluePattern.objects.filter(clue=locked, pattern=pattern).first()
    if row is None:
        return
    audit.record(
        actor=actor,
        verb="complaints.pattern_drop",
        target=locked,
        changes={pattern.name: [row.held, None]},
        reason=reason,
        at=at,
    )
    row.delete()


def reference_load(*, actor: User) -> int:
    """Covers as shipped, by code; switched-off ones stay off. Returns how many there are."""
    violations = {row.code: row for row in ViolationType.objects.all()}
    for row in cover_patterns():
        CoverPattern.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "description": row["description"],
                "signs": row["signs"],
                "evidence": row["evidence"],
                "basis": row["basis"],
                "violation": violations.get(row["violation"]),
            },
        )
    return len(cover_patterns())


audit.verb("complaints.pattern_note", "认定隐形变异形态")
audit.verb("complaints.pattern_drop", "撤销隐形变异认定")
