"""Workers' entry points of this room: each calls one service."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from casework.jobs import periodic
from schools import services


@periodic("schools.tasks.rounds", "学校报表开期和催报", crontab(hour=6, minute=40))
def rounds() -> str:
    """Open last month's round where it is kept, remind of missing returns; safe to run again."""
    actor, now = system_user(), timezone.now()
    opened = services.months_open(actor=actor, today=timezone.localdate(now), at=now)
    reminded = services.rounds_remind(actor=actor, at=now)
    return f"开期 {opened} 期，催报 {reminded} 所"


@periodic("schools.tasks.talks_expire", "按保存期限删除约谈计数", crontab(hour=2, minute=10))
def talks_expire() -> str | None:
    """Delete talks whose retention ended; the monthly totals stay."""
    now = timezone.now()
    count = services.talks_expire(actor=system_user(), today=timezone.localdate(now), at=now)
    return f"删除 {count} 条" if count else None


@periodic("schools.tasks.tip_reminders", "工作提示催办和上报", crontab(hour=7, minute=50))
def tip_reminders() -> str:
    """Remind schools of letters and escalate long overdue ones; safe to run again."""
    reminded, escalated = services.tip_reminders_make(actor=system_user(), at=timezone.now())
    return f"催办 {reminded} 件，上报 {escalated} 件"
