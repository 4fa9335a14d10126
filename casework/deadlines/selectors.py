"""How running and finished terms came about, for screens."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from casework.models import Deadline


def lines_by_kind(subject_uid: UUID) -> dict[str, tuple[str, ...]]:
    """The sentences of each term of one record by its kind; of several of a kind the newest."""
    rows = Deadline.objects.filter(subject_uid=subject_uid).order_by("pk")
    return {kind: tuple(lines) for kind, lines in rows.values_list("kind", "explanation")}


def lines_of(subject_uids: Iterable[UUID], kind: str) -> dict[UUID, tuple[str, ...]]:
    """The sentences of one kind of term of several records; of several of a record the newest."""
    rows = Deadline.objects.filter(subject_uid__in=list(subject_uids), kind=kind).order_by("pk")
    return {uid: tuple(lines) for uid, lines in rows.values_list("subject_uid", "explanation")}
