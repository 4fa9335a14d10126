"""What was found on a visit: recording, photos, fixing on the spot, referring, voiding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.evidence.services import Position, evidence_receive
from casework.models import EvidenceFile, ViolationType
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, refuse, require
from casework.workflow import transition
from inspections import guards
from inspections.models import (
    Finding,
    FindingPhoto,
    FindingStatus,
    PhotoPhase,
    Visit,
    VisitStatus,
)


@database.atomic
def finding_add(
    *,
    actor: User,
    visit: Visit,
    values: dict[str, Any],
    uid: UUID | None = None,
    at: datetime | None = None,
) -> Finding:
    """Register one problem; the same `uid`, or the same checklist item, gives the first row back.

    `values`: violation (ViolationType), text, mode, organ, and optionally severity, rule_broken,
    correction, item_code, refer_to. Raises Blocked, NotAllowed, WrongState, Unlawful.
    """
    require(actor, "inspections.finding_edit")
    locked = lock(visit)
    if known := _known_finding(locked, uid, values.get("item_code", "")):
        return known
    refuse(_may_find(locked, actor))
    refuse(guards.enforcing_reasons(values["organ"]))
    violation: ViolationType = values["violation"]
    fields = {
        "severity": violation.details.get("severity") or "GENERAL",
        "rule_broken": violation.basis,
        "correction": violation.details.get("corrective_order") or "",
        **values,
    }
    if item := _item(locked, fields.get("item_code", "")):
        fields.setdefault("item_text", item.text)
    finding = Finding(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        **({"uid": uid} if uid else {}),
        visit=locked,
        **fields,
    )
    return record_create(actor=actor, obj=finding, verb="inspections.finding_add", at=at)


def _known_finding(visit: Visit, uid: UUID | None, item_code: str) -> Finding | None:
    standing = visit.findings.exclude(status=FindingStatus.VOID)
    if uid and (known := standing.filter(uid=uid).first()):
        return known
    return standing.filter(item_code=item_code).first() if item_code else None


def _may_find(visit: Visit, actor: User) -> Iterable[Any]:
    if visit.status not in {VisitStatus.STARTED, VisitStatus.RECORDED}:
        raise WrongState(f"检查现在是“{visit.get_status_display()}”，不能登记问题。")
    yield from guards.takes_part(visit, actor)


def _item(visit: Visit, code: str) -> Any:
    run = visit.checklist_run
    return run.checklist_version.items.filter(code=code).first() if run and code else None


@database.atomic
def finding_edit(
    *,
    actor: User,
    finding: Finding,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Finding:
    """Correct an open finding. Raises WrongState once it is dealt with, Blocked, StaleVersion, Unlawful."""
    require(actor, "inspections.finding_edit")
    locked = lock(finding)
    if locked.status != FindingStatus.OPEN:
        raise WrongState(f"问题{locked.get_status_display()}，不能再修改。")
    refuse(guards.visit_is_open(locked, actor))
    if "organ" in values:
        refuse(guards.enforcing_reasons(values["organ"]))
    return record_update(
        actor=actor, obj=locked, values=values, verb="inspections.finding_edit", version=version, at=at
    )


@database.atomic
def finding_photo_add(
    *,
    actor: User,
    finding: Finding,
    upload: UploadedFile[bytes] | ContentFile[bytes],
    phase: str = PhotoPhase.BEFORE,
    captured_at: datetime | None = None,
    position: Position | None = None,
    at: datetime | None = None,
) -> EvidenceFile:
    """Keep a photo of the problem or of its remedy; the same file twice is kept once."""
    require(actor, "inspections.finding_edit")
    place = finding.visit.institution
    site = (place.longitude, place.latitude) if place.longitude and place.latitude else None
    evidence = evidence_receive(
        actor=actor,
        subject=finding,
        upload=upload,
        caption=PhotoPhase(phase).label,
        captured_at=captured_at,
        position=position,
        site=site,
        at=at,
    )
    FindingPhoto.objects.get_or_create(finding=finding, evidence=evidence, defaults={"phase": phase})
    return evidence


@database.atomic
def finding_fix(
    *,
    actor: User,
    finding: Finding,
    fixed_at: datetime | None = None,
    no_photo_reason: str = "",
    at: datetime | None = None,
) -> Finding:
    """Confirm that a problem was put right on the spot, with the time and a photo (or why there is none)."""
    at = at or timezone.now()
    moment = fixed_at or at
    if moment > at:
        raise Unlawful("改正时间不能晚于现在。")
    locked = lock(finding)
    if no_photo_reason.strip() and locked.status == FindingStatus.OPEN:
        require(actor, "inspections.finding_edit")
        locked = record_update(
            actor=actor,
            obj=locked,
            values={"no_photo_reason": no_photo_reason.strip()},
            verb="inspections.finding_edit",
            at=at,
        )
    return transition(locked, "fix", actor=actor, at=at, values={"fixed_at": moment})


def finding_refer(*, actor: User, finding: Finding, refer_to: str, at: datetime | None = None) -> Finding:
    """Hand a problem to another body or to a case; its name is kept as text."""
    return transition(finding, "refer", actor=actor, at=at, values={"refer_to": refer_to.strip()})


def finding_void(*, actor: User, finding: Finding, reason: str, at: datetime | None = None) -> Finding:
    """Strike out a finding entered by mistake, with the reason."""
    return transition(finding, "void", actor=actor, reason=reason, at=at)


for code, sentence in {
    "finding_add": "登记检查问题",
    "finding_edit": "修改检查问题",
    "finding_fix": "确认当场改正",
    "finding_refer": "移送问题",
    "finding_void": "作废问题",
}.items():
    audit.verb(f"inspections.{code}", sentence)
