"""Workers' entry points of this room: each calls one service."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from casework.jobs import periodic
from monitors import services


@periodic("monitors.tasks.terms_expire", "监督员任期届满", crontab(hour=0, minute=35))
def terms_expire() -> str | None:
    """End terms whose last day is over; safe to run again."""
    now = timezone.now()
    count = services.monitor_expire_due(actor=system_user(), today=timezone.localdate(now), at=now)
    return f"任期届满 {count} 人" if count else None
