"""The change of the keys above sealed reports."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction as database

from accounts.models import User
from casework import audit
from complaints import wall
from complaints.models import Clue


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


audit.verb("complaints.reporters_reseal", "更换反映人信息的密钥")
