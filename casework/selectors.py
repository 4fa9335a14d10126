"""Reads of the office machinery: the home pages, long work, the version of a bureau's data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.http import Http404

from accounts.models import Bureau, User
from casework import registries
from casework.models import JobRun
from casework.registries import Kpi, WorkItem, Worklist

FAR_AWAY = date.max


def work_items(*, actor: User, face: str, today: date) -> list[tuple[Worklist, WorkItem]]:
    """Everything the actor has to do, in order of due date, undated things last."""
    found = [
        (worklist, item)
        for worklist in registries.worklists
        if worklist.face == face and (not worklist.permission or actor.may(worklist.permission))
        for item in worklist.items(actor, today)
    ]
    return sorted(found, key=lambda pair: pair[1].due_on or FAR_AWAY)


def home_kpis(*, actor: User, today: date) -> list[Kpi]:
    """Figures of the home page, in the order in which rooms registered."""
    return [kpi for source in registries.kpis for kpi in source(actor, today)]


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
