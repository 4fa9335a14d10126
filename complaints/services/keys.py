"""The end of a sealed report's life, and the change of the keys above it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction as database

from accounts.models import User
from casework import audit
from complaints import wall
from complaints.models import Clue, SealedReport

AT_ONCE = 1000


@database.atomic
def sealed_shred(*, actor: User, today: date, at: datetime) -> int:
    """Empty the keys of sealed reports whose retention has passed (个人信息保护法 第四十七条); returns how many.

    Nobody can open them afterwards, whoever holds the reporter keys. The clue itself stays. Repeatable.
    """
    rows = list(
        SealedReport.objects.select_for_update(skip_locked=True).filter(
            shred_on__lte=today, shredded_at__isnull=True
        )[:AT_ONCE]
    )
    for row in rows:
        row.wrapped_key, row.shredded_at = b"", at
        row.save(update_fields=["wrapped_key", "shredded_at"])
    if rows:
        audit.record(actor=actor, verb="complaints.sealed_shred", changes={"count": [None, len(rows)]}, at=at)
    return len(rows)


def reporters_reseal(*, actor: User) -> int:
    """Put every sealed report under the newest reporter key; returns how many were moved.

    Afterwards the older keys may leave the environment. Works clue by clue, so it may be broken off and
    run again.
    """
    moved = 0
    for uid in Clue.objects.order_by("pk").values_list("uid", flat=True).iterator(chunk_size=500):
        moved += _reseal(uid)
    if moved:
        with database.atomic():
            audit.record(
                actor=actor,
                verb="complaints.reporters_reseal",
                changes={"key_id": [None, wall.newest_key_id()], "count": [None, moved]},
            )
    return moved


@database.atomic
def _reseal(clue_uid: UUID) -> int:
    rows = wall.sealed_of(clue_uid).select_for_update().exclude(key_id=wall.newest_key_id())
    count = 0
    for row in rows:
        if row.shredded_at is None:
            wall.rewrap(row, clue_uid)
        else:
            row.key_id, row.digest = wall.newest_key_id(), wall.digest_of(clue_uid)
        row.save(update_fields=["digest", "key_id", "wrapped_key"])
        count += 1
    return count


audit.verb("complaints.sealed_shred", "销毁到期的反映人信息密钥")
audit.verb("complaints.reporters_reseal", "更换反映人信息的密钥")
