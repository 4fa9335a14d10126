"""Workers' entry points of this room."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from casework.jobs import periodic
from inspections import services


@periodic("inspections.tasks.notice_reminders", "催办整改", crontab(hour=8, minute=10))
def notice_reminders() -> str:
    """Remind institutions whose term is about to end or over; safe to run again."""
    sent = services.reminders_send(actor=system_user(), at=timezone.now())
    return f"催办 {sent} 件"
