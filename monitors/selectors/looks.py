"""Reads of requests to look."""

from __future__ import annotations

from accounts.models import User
from monitors.models import LookAsk
from monitors.querysets import LookQuerySet


def looks_visible(actor: User) -> LookQuerySet:
    """Requests that the actor sees, the nearest term first."""
    rows: LookQuerySet = LookAsk.objects.visible_to(actor)
    return rows.select_related("verification__clue", "squad", "region").order_by(
        "answered_at", "due_on", "pk"
    )
