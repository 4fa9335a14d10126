"""Chainable filters of draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from draws.models import Draw  # noqa: F401


class DrawQuerySet(ScopedQuerySet["Draw"]):
    """Draws. Supervised parties see the public pages only."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        rows = super().visible_to(actor)
        return rows.none() if getattr(actor, "is_counterpart", False) else rows

    def committed(self) -> Self:
        """Draws whose hash was published, whatever became of them."""
        return self.filter(frozen_at__isnull=False)
