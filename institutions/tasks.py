"""Background work of this room."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from casework.jobs import periodic
from institutions import services


@periodic("institutions.tasks.roll_states", "许可证到期与监管状态按期生效", crontab(hour=0, minute=10))
def roll_states() -> str:
    """Let licences expire and bring the states of the day into force."""
    changed = services.states_roll(actor=services.system_actor(), today=timezone.localdate())
    return f"更新 {changed} 家"
