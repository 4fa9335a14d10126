"""Workers' entry points of this room."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from burden import services
from casework.jobs import periodic


@periodic("burden.tasks.ratings_show", "公开评价", crontab(hour=3, minute=20))
def ratings_show() -> str:
    """Show whole groups of five ratings; safe to run again."""
    shown = services.ratings_show(actor=system_user(), at=timezone.now())
    return f"公开 {shown} 份"
