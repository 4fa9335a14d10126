"""Workers' entry points of this room."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from casework.jobs import periodic
from complaints import services


@periodic("complaints.tasks.clue_clocks", "线索期限和催办", crontab(hour=7, minute=40))
def clue_clocks() -> str:
    """Enter days that waited for a calendar, let paused clocks go on, remind; safe to run again."""
    actor, now = system_user(), timezone.now()
    filled = services.clocks_fill(actor=actor, at=now)
    resumed = services.holds_end(actor=actor, at=now)
    made = services.reminders_make(actor=actor, at=now)
    return f"补算期限 {filled} 件，恢复计时 {resumed} 件，催办 {made} 件"
