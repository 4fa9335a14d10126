"""Workers' entry points of this room: each calls one service."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from accounts.models import User
from casework.jobs import periodic
from complaints import services


@periodic("complaints.tasks.sealed_shred", "销毁到期的反映人信息密钥", crontab(hour=1, minute=20))
def sealed_shred() -> str | None:
    """Empty the keys of sealed reports whose retention has passed."""
    count = services.sealed_shred(
        actor=User.objects.get(is_system=True), today=timezone.localdate(), at=timezone.now()
    )
    return f"销毁 {count} 件" if count else None


@periodic("complaints.tasks.intake_expire", "清除没有发送的上传", crontab(minute=35))
def intake_expire() -> str | None:
    """Remove uploads whose report was not sent."""
    count = services.intake_expire(now=timezone.now())
    return f"清除 {count} 个" if count else None


@periodic("complaints.tasks.reveals_expire", "查看反映人的批准到期", crontab(minute="*/10"))
def reveals_expire() -> str | None:
    """Close tickets that were not used in time."""
    count = services.reveals_expire(actor=User.objects.get(is_system=True), now=timezone.now())
    return f"到期 {count} 件" if count else None
