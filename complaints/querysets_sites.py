"""Chainable filters of suspected sites."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from accounts.models import OrganisationKind
from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from complaints.models import SuspectedSite  # noqa: F401


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
