"""Chainable filters of clues."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

from accounts.models import OrganisationKind
from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from complaints.models import Clue, ClueMessage, RefundDispute, SuspectedSite  # noqa: F401

M = TypeVar("M", bound=models.Model)


def _least(rows: Any, actor: User | Any, organ_path: str) -> Any:
    """Supervised parties see no clue at all; a township sees those given to it, not all of its area."""
    if getattr(actor, "is_counterpart", False):
        return rows.none()
    organisation = getattr(actor, "organisation", None)
    if organisation is not None and organisation.kind == OrganisationKind.TOWNSHIP:
        return rows.filter(**{organ_path: organisation.pk})
    return rows


class ClueQuerySet(ScopedQuerySet["Clue"]):
    """Clues. Partner departments and townships see those assigned to them, supervised parties none."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        found: Self = _least(super().visible_to(actor), actor, "assigned_organ")
        return found

    def open(self) -> Self:
        """Clues that somebody still has to handle."""
        return self.filter(status__in=["RECEIVED", "ASSIGNED", "VERIFYING", "INSPECTING"])

    def counted(self) -> Self:
        """Clues that statistics count: neither waiting for a first look, nor refused, nor merged."""
        return self.exclude(status__in=["QUARANTINED", "REJECTED", "MERGED"])


class MessageQuerySet(ScopedQuerySet["ClueMessage"]):
    """What was said about a clue; whoever sees the clue."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        found: Self = _least(super().visible_to(actor), actor, "clue__assigned_organ")
        return found


class DisputeQuerySet(ScopedQuerySet["RefundDispute"]):
    """Refund disputes: the bureau's own work, and the supervisor's view."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach; townships and departments take no part."""
        rows = super().visible_to(actor)
        return rows if actor.may("complaints.dispute_view") else rows.none()

    def open(self) -> Self:
        """Disputes that still need something."""
        return self.filter(status__in=["CLAIMED", "MEDIATING", "AGREED"])


class TrailQuerySet(ScopedQuerySet[M]):
    """What handling wrote down about a clue; whoever sees the clue."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        found: Self = _least(super().visible_to(actor), actor, "clue__assigned_organ")
        return found


class SiteQuerySet(ScopedQuerySet["SuspectedSite"]):
    """Suspected sites: work of the bureau; supervised parties, partners and townships see none."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        organisation = getattr(actor, "organisation", None)
        is_township = organisation is not None and organisation.kind == OrganisationKind.TOWNSHIP
        if getattr(actor, "is_counterpart", False) or is_township:
            return self.none()
        return super().visible_to(actor)

    def live(self) -> Self:
        """Sites that stand for themselves."""
        return self.exclude(status__in=["MERGED", "UNDONE"])

    def review_due(self, today: date) -> Self:
        """Watched sites whose day has come."""
        return self.filter(status="WATCHED", review_on__lte=today)
