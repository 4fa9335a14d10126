"""Reads of the office machinery for the home pages."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404

from accounts.models import User
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
