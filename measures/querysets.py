"""Chainable filters of this room, and the scope of rows that several bodies share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q

from accounts.models import OrganisationKind
from accounts.querysets import ScopedQuerySet

M = TypeVar("M", bound=models.Model)


class SharedQuerySet(ScopedQuerySet[M]):
    """Rows in which a township may take part outside its own area: it sees those, too."""

    def visible_to(self, actor: Any) -> Self:
        """Rows inside the actor's reach, and for a township those that name it."""
        rows = super().visible_to(actor)
        organisation = getattr(actor, "organisation", None)
        if organisation is None or organisation.kind != OrganisationKind.TOWNSHIP:
            return rows
        named = Q()
        for path in self.model.scope_paths.participants:  # type: ignore[attr-defined]
            named |= Q(**{path: organisation.pk})
        own = self.model._base_manager.filter(named, bureau_id=actor.bureau_id)
        return self.filter(Q(pk__in=rows.values("pk")) | Q(pk__in=own.values("pk")))


class PartyQuerySet(SharedQuerySet[M]):
    """Rows about an institution, which sees its own once they were issued to it, never a draft."""

    def visible_to(self, actor: Any) -> Self:
        """Rows inside the actor's reach; drafts and recalled ones stay with the authorities."""
        rows = super().visible_to(actor)
        if getattr(actor, "is_counterpart", False):
            return rows.exclude(status__in=["DRAFT", "CANCELLED"])
        return rows


class AdQuerySet(SharedQuerySet[M]):
    """Advertisements against the rules."""

    def waiting(self) -> Self:
        """Still hanging, or taken down without a re-check."""
        return self.filter(status__in=["FOUND", "ORDERED", "REFERRED", "BACK", "REMOVED"])

    def overdue(self, today: date) -> Self:
        """Ordered away, and the day is past."""
        return self.filter(status="ORDERED", due_on__lt=today)


class CallQuerySet(SharedQuerySet[M]):
    """Departments called to a township."""

    def late(self, moment: datetime) -> Self:
        """Not there although the time to arrive is over."""
        return self.filter(status__in=["CALLED", "ACKNOWLEDGED"], arrive_due_at__lt=moment)


class DecisionQuerySet(SharedQuerySet[M]):
    """Decisions of meetings."""

    def open(self) -> Self:
        """Not done and not dropped."""
        return self.filter(status__in=["OPEN", "REPORTED"])

    def overdue(self, today: date) -> Self:
        """Open, and the day is past."""
        return self.filter(status="OPEN", due_on__lt=today)
