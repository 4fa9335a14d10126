"""Workers' entry points of this room."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from blacklist.services import entries_expire
from casework.jobs import periodic


@periodic("blacklist.tasks.list_entries_expire", "移出期满的名单条目", crontab(hour=0, minute=15))
def list_entries_expire() -> str:
    """End list entries whose last day was yesterday or earlier."""
    return f"移出 {entries_expire(actor=system_user(), at=timezone.now())} 条"
