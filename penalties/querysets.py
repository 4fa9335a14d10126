"""Chainable filters of cases."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from penalties.models import Case, CreditRecord  # noqa: F401

FINISHED = ("REFUSED", "CLOSED", "ARCHIVED")
DECIDED = ("DECIDED", "SERVED", "PERFORMED", "URGED", "IN_COURT", "CLOSED", "ARCHIVED")
PARTY_KINDS = (
    "PENALTY_PRIOR_NOTICE",
    "HEARING_RIGHTS",
    "HEARING_NOTICE",
    "EVIDENCE_HOLD_NOTICE",
    "SAMPLING_NOTICE",
    "RECTIFICATION_NOTICE",
    "SUSPENSION_NOTICE",
    "REFUND_ORDER",
    "PENALTY_DECISION",
    "NO_PENALTY_DECISION",
    "ON_SPOT_PENALTY_DECISION",
    "PAYMENT_EXTENSION",
    "URGE_NOTICE",
)  # what the party itself holds in hand; nothing of the side volume, no letter to another organ
BEFORE_DECISION = ("FILED", "ENDED", "NOTIFIED")


class CaseQuerySet(ScopedQuerySet["Case"]):
    """Penalty cases."""

    def of_party(self, actor: User | Any) -> Self:
        """Cases against the actor's own institution of which a paper was served on it; nobody else's, never a person's."""
        if not getattr(actor, "is_counterpart", False) or not actor.organisation_id:
            return self.none()
        rows = self.filter(institution__organisation=actor.organisation_id).exclude(party_kind="PERSON")
        told = self.model._base_manager.filter(paperservices__document__kind__in=PARTY_KINDS)
        return rows.filter(pk__in=told.values("pk"))

    def pending(self) -> Self:
        """Cases that are not finished."""
        return self.exclude(status__in=FINISHED)

    def decided(self) -> Self:
        """Cases with a decision, whichever way."""
        return self.filter(status__in=DECIDED, decided_at__isnull=False)

    def overdue(self, today: date) -> Self:
        """Undecided beyond the day by which they had to be decided, or unpaid beyond the day of payment."""
        undecided = Q(status__in=BEFORE_DECISION, decide_due_on__lt=today)
        unpaid = Q(status__in=["SERVED", "URGED"], payment_due_on__lt=today)
        return self.filter(undecided | unpaid)


class CreditQuerySet(ScopedQuerySet["CreditRecord"]):
    """Rows of 双公示."""

    def late(self, today: date) -> Self:
        """Not published or not taken down by the day on which that was due."""
        return self.filter(
            Q(status="PENDING", due_on__lt=today)
            | Q(status="PUBLISHED", withdraw_due_on__isnull=False, withdraw_due_on__lt=today)
        )
