"""A period and its newest edition, as the services of this folder read them before they write."""

from __future__ import annotations

from reports.models import ReportEdition, ReportPeriod


def locked_period(period: ReportPeriod) -> ReportPeriod:
    """The period with its regime, its row locked until the transaction ends."""
    rows = ReportPeriod.objects.select_for_update(of=("self",))
    return rows.select_related("regime__bureau__region", "regime__organ", "regime__region", "bureau").get(
        pk=period.pk
    )


def current_edition(period: ReportPeriod) -> ReportEdition:
    """The newest edition of a period."""
    return period.editions.select_related("period__regime").order_by("-number")[0]
