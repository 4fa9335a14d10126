"""Workers' entry points of this room."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from casework.jobs import periodic
from penalties import services


@periodic("penalties.tasks.credit_alarms", "公示逾期预警", crontab(hour=8, minute=20))
def credit_alarms() -> str:
    """Alarm decisions that were not published or taken down in time; safe to run again."""
    count = services.credit_alarms(actor=system_user(), at=timezone.now())
    return f"预警 {count} 件"
