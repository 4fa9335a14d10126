"""Unresolved problems of a place come along to every later visit and must each be answered there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.steps import lock, refuse, require
from inspections import guards
from inspections.models import CarriedFinding, CarriedResult, Finding, Visit, VisitStatus
from inspections.selectors import unresolved_findings

Upload: TypeAlias = "UploadedFile[bytes] | ContentFile[bytes]"


@dataclass(frozen=True)
class CarriedAnswer:
    """What was seen of one earlier problem; a shortfall needs words."""

    result: str
    note: str = ""
    uploads: tuple[Upload, ...] = ()


def carried_bring(*, actor: User, visit: Visit, at: datetime) -> list[CarriedFinding]:
    """Bring the place's unresolved problems of earlier visits along; repeating adds only new ones."""
    known = set(visit.carried.values_list("finding_id", flat=True))
    fresh: list[Finding] = [row for row in unresolved_findings(visit) if row.pk not in known]
    made = CarriedFinding.objects.bulk_create(
        CarriedFinding(visit=visit, finding=finding, brought_at=at) for finding in fresh
    )
    if made:
        audit.record(
            actor=actor,
            verb="inspections.carried_bring",
            target=visit,
            changes={"findings": [None, [str(row.finding.uid) for row in made]]},
            about=visit.file_uid,
            at=at,
        )
    return made


@database.atomic
def carried_answer(
    *, actor: User, visit: Visit, answers: Mapping[int, CarriedAnswer], at: datetime | None = None
) -> list[CarriedFinding]:
    """Write down what was seen of earlier problems; `answers` is keyed by the id of the carried row.

    Unchanged answers are left alone. Raises NotAllowed, Blocked for strangers to the visit, WrongState
    after the record, Unlawful for a shortfall without words.
    """
    at = at or timezone.now()
    require(actor, "inspections.visit_record")
    locked = lock(visit)
    refuse(guards.takes_part(locked, actor))
    if locked.status != VisitStatus.STARTED:
        raise WrongState(f"检查现在是“{locked.get_status_display()}”，不能再填写以前问题的核实情况。")
    saved = []
    for row in locked.carried.select_for_update(of=("self",)).select_related("finding").order_by("pk"):
        if row.pk in answers:
            saved.append(_save(actor, row, answers[row.pk], at))
    return saved


def _save(actor: User, row: CarriedFinding, given: CarriedAnswer, at: datetime) -> CarriedFinding:
    if given.result not in CarriedResult.values:
        raise Unlawful(f"问题“{row.finding}”的核实结果须为：{'、'.join(CarriedResult.labels)}。")
    note = given.note.strip()
    if given.result != CarriedResult.DONE and not note:
        raise Unlawful(f"问题“{row.finding}”没有整改到位或者无法核实，请写明情况。")
    if len(note) > 300:
        raise Unlawful("说明最多 300 字，请精简。")
    before = [row.result, row.note]
    if before != [given.result, note]:
        row.result, row.note, row.answered_at, row.answered_by = given.result, note, at, actor
        row.save()
        audit.record(
            actor=actor,
            verb="inspections.carried_answer",
            target=row,
            changes={"result": [before, [given.result, note]]},
            about=row.file_uid,
            at=at,
        )
    for upload in given.uploads:
        evidence_receive(actor=actor, subject=row, upload=upload, caption="以前问题现状", at=at)
    return row


audit.verb("inspections.carried_bring", "带入以前的问题")
audit.verb("inspections.carried_answer", "核实以前的问题")
