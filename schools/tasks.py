"""Workers' entry points of this room: each calls one service."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from casework.jobs import periodic
from schools import services


@periodic("schools.tasks.tip_reminders", "工作提示催办和上报", crontab(hour=7, minute=50))
def tip_reminders() -> str:
    """Remind schools of letters and escalate long overdue ones; safe to run again."""
    reminded, escalated = services.tip_reminders_make(actor=system_user(), at=timezone.now())
    return f"催办 {reminded} 件，上报 {escalated} 件"
