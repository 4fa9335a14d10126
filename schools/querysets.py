"""Chainable filters. A school reaches its own rows only; townships reach their place's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from schools.models import School  # noqa: F401


class SchoolQuerySet(ScopedQuerySet["School"]):
    """Schools."""

    def open(self) -> Self:
        """Those that still teach."""
        return self.filter(closed_on__isnull=True)
