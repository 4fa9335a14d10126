"""Chainable filters. A school reaches its own rows only, and no drafts; townships reach their place's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

from accounts.models import OrganisationKind
from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import ParentLetter, School, WorkTip  # noqa: F401

M = TypeVar("M", bound=models.Model)
UNSENT = ("DRAFT", "CANCELLED")


class SchoolQuerySet(ScopedQuerySet["School"]):
    """Schools."""

    def open(self) -> Self:
        """Those that still teach."""
        return self.filter(closed_on__isnull=True)


def _sent(rows: Any, actor: User | Any, path: str) -> Any:
    if getattr(actor, "is_counterpart", False):
        return rows.exclude(**{f"{path}__in": UNSENT})
    return rows


class TipQuerySet(ScopedQuerySet["WorkTip"]):
    """Work-tip letters; the school sees those that were sent."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        found: Self = _sent(super().visible_to(actor), actor, "status")
        return found

    def waiting(self) -> Self:
        """Letters that the school has to answer."""
        return self.filter(status__in=["ISSUED", "RECEIVED", "RETURNED"])

    def overdue(self, today: date) -> Self:
        """Waiting past the term."""
        return self.waiting().filter(due_on__lt=today)

    def sent(self) -> Self:
        """Letters that count: sent and not withdrawn."""
        return self.exclude(status__in=[*UNSENT, "WITHDRAWN"])


class TipTrailQuerySet(ScopedQuerySet[M]):
    """What belongs to a letter; whoever sees the letter."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        found: Self = _sent(super().visible_to(actor), actor, "tip__status")
        return found


class LetterQuerySet(ScopedQuerySet["ParentLetter"]):
    """Versions of the letter to parents; schools read what their bureau published."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        body = getattr(actor, "organisation", None)
        if body is not None and body.kind == OrganisationKind.SCHOOL and actor.is_active:
            return self.filter(bureau=body.bureau_id).exclude(status="DRAFT")
        return super().visible_to(actor)
