"""Warnings of the full county as its nightly run would have found them by today."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.services import system_user
from config.demo.people import County
from funds import services
from funds.models import FundDay


def has_warnings(county: County) -> bool:
    """Whether the county's days were ever judged."""
    return FundDay.objects.filter(bureau=county.bureau).exists()


def build_warnings(county: County, now: date) -> None:
    """Keep the last days and judge yesterday."""
    yesterday = now - timedelta(days=1)
    services.days_write(bureau=county.bureau, until=yesterday)
    services.warnings_run(actor=system_user(), bureau=county.bureau, on=yesterday)
