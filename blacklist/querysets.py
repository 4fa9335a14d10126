"""Chainable filters over batches and entries."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from blacklist.models import ListBatch, ListEntry  # noqa: F401


class ListBatchQuerySet(ScopedQuerySet["ListBatch"]):
    """Batches of a scope."""

    def published(self) -> Self:
        """Batches that the public can read."""
        return self.filter(status="PUBLISHED")


class ListEntryQuerySet(ScopedQuerySet["ListEntry"]):
    """Entries of a scope."""

    def in_force(self) -> Self:
        """Entries that stand on their list now."""
        return self.filter(status="PUBLISHED")

    def listed(self) -> Self:
        """Entries that stand or once stood on a list."""
        return self.filter(status__in=["PUBLISHED", "REMOVED"])

    def listed_on(self, day: date) -> Self:
        """Entries that stood on their list on `day`."""
        return self.listed().filter(span__contains=day)

    def in_procedure(self) -> Self:
        """Entries on their way to a list."""
        return self.filter(status__in=["DRAFT", "NOTIFIED", "REVIEWED"])
