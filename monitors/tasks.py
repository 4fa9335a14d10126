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


@periodic("monitors.tasks.calls_remind", "催办报到部门", crontab(minute="*/10"))
def calls_remind() -> str | None:
    """Remind departments that townships called; each once for each reason, safe to run again."""
    count = services.calls_remind_due(actor=system_user(), at=timezone.now())
    return f"催办 {count} 次" if count else None
