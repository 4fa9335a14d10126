"""Workers' entry points of this room."""

from __future__ import annotations

from celery.schedules import crontab

from casework.jobs import periodic
from draws import services


@periodic("draws.tasks.checks_follow", "双随机公示期限", crontab(hour=7, minute=40))
def checks_follow() -> str:
    """Start terms of publication that no event started; safe to run again."""
    return f"开始计算公示期限 {services.checks_follow_all()} 件"
