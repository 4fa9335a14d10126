"""Background work of this room."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from casework.jobs import job, periodic
from institutions import services


@periodic("institutions.tasks.roll_states", "许可证到期与监管状态按期生效", crontab(hour=0, minute=10))
def roll_states() -> str:
    """Let licences expire and bring the states of the day into force."""
    changed = services.states_roll(actor=system_user(), today=timezone.localdate())
    return f"更新 {changed} 家"


@job
def check_import(batch_id: int) -> None:
    """Work out what an import would do."""
    services.import_check(batch_id=batch_id)


@job
def apply_import(batch_id: int, actor_id: int) -> None:
    """Write a confirmed import."""
    services.import_apply(batch_id=batch_id, actor_id=actor_id)
