"""Reads of the office machinery: the home pages, long work, the version of a bureau's data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.http import Http404

from accounts.models import Bureau, User
from casework import registries
from casework.gathering import begin, gather
from casework.models import JobRun
from casework.registries import Kpi, WorkItem, Worklist

FAR_AWAY = date.max


def home_page(*, actor: User, face: str, today: date) -> tuple[list[tuple[Worklist, WorkItem]], list[Kpi]]:
    """What the actor has to do, in order of due date, and the figures of the desk, read side by side."""
    lists = _lists_of(actor, face)
    sources = registries.kpis if face == "desk" else []
    works = [begin(one.items, actor, today) for one in lists] + [begin(one, actor, today) for one in sources]
    made = gather(works)
    pairs = [(one, item) for one, items in zip(lists, made, strict=False) for item in items]
    pairs.sort(key=lambda pair: pair[1].due_on or FAR_AWAY)
    return pairs, [kpi for items in made[len(lists) :] for kpi in items]


def _lists_of(actor: User, face: str) -> list[Worklist]:
    return [
        one
        for one in registries.worklists
        if one.face == face and (not one.permission or actor.may(one.permission))
    ]


def job_get(*, actor: User, uid: UUID) -> JobRun:
    """One piece of long work that the actor started, or Http404."""
    job = JobRun.objects.filter(uid=uid, created_by=actor).first()
    if job is None:
        raise Http404
    return job


NEWEST_EVENT = "SELECT id, occurred_at FROM casework_auditevent WHERE bureau_id = %s ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True)
class DataVersion:
    """The last recorded change of a bureau's data: every change writes an audit event."""

    number: int
    changed_at: datetime | None


def data_version(bureau: Bureau) -> DataVersion:
    """The present version in one query; asked by every public page, so written out."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_EVENT, [bureau.pk])
        row = cursor.fetchone()
    return DataVersion(*row) if row else DataVersion(0, None)
