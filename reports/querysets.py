"""Questions asked of the reporting tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from reports.models import ReportPeriod, ReportRegime  # noqa: F401


class RegimeQuerySet(ScopedQuerySet["ReportRegime"]):
    """Standing orders to report."""

    def in_force(self, day: date) -> Self:
        """Orders valid on `day`."""
        return self.filter(validity__contains=day)


class PeriodQuerySet(ScopedQuerySet["ReportPeriod"]):
    """Periods to report."""

    def unfinished(self) -> Self:
        """Periods whose figures have not left the bureau, and returned ones."""
        return self.filter(status__in=["OPEN", "FROZEN", "REVIEWED", "APPROVED", "RETURNED"])

    def to_freeze(self, now: datetime) -> Self:
        """Open periods whose cut-off has passed."""
        return self.filter(status="OPEN", cut_off_at__lte=now)

    def to_warn(self, day: date) -> Self:
        """Unfinished periods whose warning day has come and that were not warned yet."""
        return self.unfinished().filter(warn_on__lte=day, warned_on__isnull=True)
