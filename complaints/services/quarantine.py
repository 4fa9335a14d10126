"""The lane apart for reports that may be automated: let pass, or refuse many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction as database
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import NotAllowed, Unlawful
from complaints.models import Clue, ClueStatus

AT_ONCE = 5000


@database.atomic
def quarantine_reject(*, actor: User, uids: Sequence[UUID], reason: str, at: datetime | None = None) -> int:
    """Refuse the named quarantined reports in one go; one audit event with count and digest of the rows."""
    _check(actor)
    if not reason.strip():
        raise Unlawful("请写明不予受理的理由。")
    rows = list(
        Clue.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .filter(uid__in=list(uids)[:AT_ONCE], status=ClueStatus.QUARANTINED)
        .order_by("pk")
        .values_list("pk", "uid")
    )
    return _reject(actor, rows, reason.strip(), at)


@database.atomic
def quarantine_reject_suspects(*, actor: User, reason: str, at: datetime | None = None) -> int:
    """Refuse all quarantined reports marked as spam, up to 5,000 at once; returns how many."""
    _check(actor)
    rows = list(
        Clue.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .filter(status=ClueStatus.QUARANTINED, is_spam_suspect=True)
        .order_by("pk")
        .values_list("pk", "uid")[:AT_ONCE]
    )
    return _reject(actor, rows, reason.strip() or "疑似自动灌水", at)


def _reject(actor: User, rows: list[tuple[int, UUID]], reason: str, at: datetime | None) -> int:
    at = at or timezone.now()
    if not rows:
        return 0
    Clue.objects.filter(pk__in=[pk for pk, _ in rows]).update(
        status=ClueStatus.REJECTED,
        rejected_reason=reason[:300],
        rejected_at=at,
        version=F("version") + 1,
        updated_at=at,
    )
    audit.record(
        actor=actor,
        verb="complaints.quarantine_reject",
        changes={
            "count": [None, len(rows)],
            "rows_sha256": [None, sha256_hex([str(uid) for _, uid in rows])],
        },
        reason=reason,
        at=at,
    )
    return len(rows)


def _check(actor: User) -> None:
    if not actor.may("complaints.clue_triage"):
        raise NotAllowed("您没有“筛查和并案”的权限。")


audit.verb("complaints.quarantine_reject", "批量不予受理")
