"""What phone records hold back elsewhere: nothing is finished over the head of a second officer."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from accounts.models import User
from casework.errors import Reason
from fieldwork.models import ChecklistRun, FieldRecord


def differences_of(subject_uid: UUID) -> Iterable[Reason]:
    """Reasons while two phones differ about the subject."""
    found = FieldRecord.objects.filter(subject_uid=subject_uid, differing_count__gt=0).first()
    if found:
        yield Reason(
            f"两部手机有 {found.differing_count} 项填写不一致。",
            cleared_by="请在“手机记录”中逐项选定。",
            gate="phones",
        )


def run_is_settled(run: ChecklistRun, actor: User) -> Iterable[Reason]:
    """A checklist is not finished while two officers disagree on an item."""
    yield from differences_of(run.subject_uid)
