"""What this room keeps no longer than a rule allows: the reporters' keys, the files of refused reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction as database
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.deadlines import compute, load_calendar
from casework.evidence.services import evidence_discard
from casework.models import EvidenceFile
from complaints import rules
from complaints.models import Clue, ClueStatus, SealedReport

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


@database.atomic
def refused_files_discard(*, actor: User, today: date, at: datetime) -> int:
    """Remove photos and videos of reports refused longer ago than the rule keeps them; returns how many files.

    A refused report that was taken up again keeps its files (个人信息保护法 第十九条、第四十七条). Repeatable.
    """
    files: list[EvidenceFile] = []
    for clue in _refused_with_files()[:AT_ONCE]:
        if _kept_until(clue) < today:
            files += _files_of(clue)
    return evidence_discard(actor=actor, files=files, rule=rules.REFUSED_FILES, at=at)


def _refused_with_files() -> QuerySet[Clue]:
    kept = EvidenceFile.objects.filter(
        subject_type=Clue._meta.label_lower, subject_uid=OuterRef("uid"), discarded_at__isnull=True
    )
    rows = Clue.objects.filter(Exists(kept), status=ClueStatus.REJECTED).select_related("region")
    return rows.order_by("rejected_at", "pk")


def _kept_until(clue: Clue) -> date:
    refused_on = timezone.localdate(clue.rejected_at)
    term = policy.term(rules.REFUSED_FILES, region=clue.region, on=refused_on)
    return compute(replace(term, rolls_to_workday=False), refused_on, load_calendar()).due_on


def _files_of(clue: Clue) -> QuerySet[EvidenceFile]:
    rows = EvidenceFile.objects.select_for_update().filter(subject_type=clue._meta.label_lower)
    return rows.filter(subject_uid=clue.uid, discarded_at__isnull=True).order_by("pk")


audit.verb("complaints.sealed_shred", "销毁到期的反映人信息密钥")
