"""Workers' entry points of this room: each calls one service."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from casework.jobs import periodic
from complaints import services
from complaints.services import sites

PLACED_A_NIGHT = 500


@periodic("complaints.tasks.clue_clocks", "线索期限和催办", crontab(hour=7, minute=40))
def clue_clocks() -> str:
    """Enter days that waited for a calendar, let paused clocks go on, remind; safe to run again."""
    actor, now = system_user(), timezone.now()
    filled = services.clocks_fill(actor=actor, at=now)
    resumed = services.holds_end(actor=actor, at=now)
    made = services.reminders_make(actor=actor, at=now)
    return f"补算期限 {filled} 件，恢复计时 {resumed} 件，催办 {made} 件"


@periodic("complaints.tasks.sealed_shred", "销毁到期的反映人信息密钥", crontab(hour=1, minute=20))
def sealed_shred() -> str | None:
    """Empty the keys of sealed reports whose retention has passed."""
    count = services.sealed_shred(actor=system_user(), today=timezone.localdate(), at=timezone.now())
    return f"销毁 {count} 件" if count else None


@periodic("complaints.tasks.refused_files_discard", "清除不予受理的照片和视频", crontab(hour=1, minute=50))
def refused_files_discard() -> str | None:
    """Remove files of refused reports whose retention has passed."""
    count = services.refused_files_discard(actor=system_user(), today=timezone.localdate(), at=timezone.now())
    return f"清除 {count} 个" if count else None


@periodic("complaints.tasks.older_place_again", "线索按新的规则重新归并", crontab(hour=2, minute=40))
def older_place_again() -> str | None:
    """After a change of the normal forms, find the sites of stored clues anew, newest first."""
    count = sites.older_place_again(actor=system_user(), limit=PLACED_A_NIGHT, at=timezone.now())
    return f"重新归并 {count} 件" if count else None


@periodic("complaints.tasks.uploads_expire", "清除没有发送的上传", crontab(minute=35))
def uploads_expire() -> str | None:
    """Remove uploads whose report was not sent."""
    count = services.uploads_expire(now=timezone.now())
    return f"清除 {count} 个" if count else None


@periodic("complaints.tasks.reveals_expire", "查看反映人的批准到期", crontab(minute="*/10"))
def reveals_expire() -> str | None:
    """Close tickets that were not used in time."""
    count = services.reveals_expire(actor=system_user(), now=timezone.now())
    return f"到期 {count} 件" if count else None
