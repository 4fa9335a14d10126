"""Chainable filters of deployments, visits, findings and notices."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from inspections.models import (  # noqa: F401
        Deployment,
        ExtensionRequest,
        Finding,
        RectificationNotice,
        Visit,
    )

CARRIED_OUT = ("STARTED", "RECORDED", "CLOSED")
IN_FORCE = ("ISSUED", "SERVED", "ANSWERED", "CLOSED", "ESCALATED")
PENDING = ("ISSUED", "SERVED", "ANSWERED")


class DeploymentQuerySet(ScopedQuerySet["Deployment"]):
    """Outings of inspectors."""

    def carried_out(self) -> Self:
        """Outings that really took place."""
        return self.filter(status__in=["UNDERWAY", "DONE"])


class VisitQuerySet(ScopedQuerySet["Visit"]):
    """Stops of outings."""

    def carried_out(self) -> Self:
        """Visits that really took place, recorded yet or not."""
        return self.filter(status__in=CARRIED_OUT)


class FindingQuerySet(ScopedQuerySet["Finding"]):
    """Problems found."""

    def counted(self) -> Self:
        """Findings that stand: everything except those struck out as mistakes."""
        return self.exclude(status="VOID")


class NoticeQuerySet(ScopedQuerySet["RectificationNotice"]):
    """Rectification notices. The institution sees its own from the day of issue, never a draft."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach; drafts stay with the authorities."""
        rows = super().visible_to(actor)
        return rows.in_force() if getattr(actor, "is_counterpart", False) else rows

    def in_force(self) -> Self:
        """Issued and not recalled."""
        return self.filter(status__in=IN_FORCE)

    def pending(self) -> Self:
        """Issued, served or answered: rectification is not settled yet."""
        return self.filter(status__in=PENDING)

    def overdue(self, today: date) -> Self:
        """Served, unanswered, and the last day of the term is past."""
        return self.filter(status="SERVED", due_on__lt=today)


class ExtensionQuerySet(ScopedQuerySet["ExtensionRequest"]):
    """Applications for more time."""
