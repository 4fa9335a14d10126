"""Carrying out a visit and recording what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit, events
from casework.documents.services import document_issue
from casework.errors import Unlawful, WrongState
from casework.evidence.services import Position, evidence_receive
from casework.models import EvidenceFile, ViolationType
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from fieldwork.models import ChecklistRun, ChecklistVersion
from fieldwork.services import answers_save, run_finish, run_open
from inspections import guards, papers
from inspections.events import VisitOutcomeRecorded
from inspections.models import (
    DeploymentStatus,
    Finding,
    FindingMode,
    FindingPhoto,
    FindingStatus,
    PhotoPhase,
    SignatureState,
    Visit,
    VisitOutcome,
    VisitStatus,
)
from inspections.services.carried import carried_bring
from inspections.services.deployments import deployment_start

NIGHT_FROM, NIGHT_TO = time(20, 30), time(6, 0)
RECORD_FIELDS = (
    "place_note",
    "premises",
    "summary",
    "students_present",
    "representative",
    "representative_title",
    "party_opinion",
    "signature",
    "witness",
    "camera_note",
    "ended_at",
)


@database.atomic
def visit_start(*, actor: User, visit: Visit, place_note: str = "", at: datetime | None = None) -> Visit:
    """Enter the place; the first stop starts the outing. Copies what the place is on that day, and brings
    the unresolved problems of earlier visits along.

    Raises Blocked with every gate that is closed, NotAllowed, WrongState.
    """
    at = at or timezone.now()
    deployment = lock(visit.deployment)
    locked = lock(visit)
    if deployment.status == DeploymentStatus.NOTIFIED and locked.status == VisitStatus.PLANNED:
        deployment_start(actor=actor, deployment=deployment, at=at)
    institution = locked.institution
    clock = timezone.localtime(at).time()
    values: dict[str, Any] = {
        "was_closed": institution.operating_state in {"CLOSED", "BANNED"},
        "standing_then": institution.standing,
        "is_night": clock >= NIGHT_FROM or clock < NIGHT_TO,
    }
    if place_note.strip():
        values["place_note"] = place_note.strip()
    started = transition(locked, "start", actor=actor, at=at, values=values)
    carried_bring(actor=actor, visit=started, at=at)
    return started


@database.atomic
def checklist_open(
    *, actor: User, visit: Visit, version: ChecklistVersion, at: datetime | None = None
) -> ChecklistRun:
    """Begin the checklist of a visit under way; again gives the same form. Raises WrongState, Unlawful."""
    require(actor, "inspections.visit_record")
    locked = lock(visit)
    if locked.checklist_run and locked.checklist_run.checklist_version_id == version.pk:
        return locked.checklist_run
    if locked.status != VisitStatus.STARTED:
        raise WrongState("进场检查后才能填写检查清单。")
    if locked.checklist_run:
        raise WrongState("本次检查已选用另一份清单。")
    members = locked.deployment.members.filter(removed_at__isnull=True)
    departments = Organisation.objects.filter(pk__in=members.values("organisation"))
    run = run_open(
        actor=actor, version=version, subject=locked, region=locked.region, departments=departments, at=at
    )
    record_update(
        actor=actor, obj=locked, values={"checklist_run": run}, verb="inspections.visit_checklist", at=at
    )
    return run


@database.atomic
def checklist_save(
    *,
    actor: User,
    visit: Visit,
    answers: Mapping[str, Mapping[str, str]],
    photos: Mapping[str, Iterable[UploadedFile[bytes]]] | None = None,
    is_finished: bool = False,
    at: datetime | None = None,
) -> ChecklistRun:
    """Save answers and photos by item code of the visit's checklist, and close it when `is_finished`.

    Raises WrongState without an open checklist, Blocked with what is missing, Unlawful.
    """
    require(actor, "inspections.visit_record")
    run = visit.checklist_run
    if run is None:
        raise WrongState("请先选用检查清单。")
    refuse(guards.takes_part(visit, actor))
    for answer in answers_save(actor=actor, run=run, answers=answers, at=at):
        for upload in (photos or {}).get(answer.item.code, ()):
            evidence_receive(actor=actor, subject=answer, upload=upload, caption=answer.item.code, at=at)
    return run_finish(actor=actor, run=run, at=at) if is_finished else run


@database.atomic
def visit_note(
    *,
    actor: User,
    visit: Visit,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Visit:
    """Keep what has been written so far; finishes nothing. Raises WrongState, StaleVersion, Unlawful."""
    locked = _recordable(actor, visit)
    return record_update(
        actor=actor,
        obj=locked,
        values={name: value for name, value in values.items() if name in RECORD_FIELDS},
        verb="inspections.visit_note",
        version=version,
        at=at,
    )


def _recordable(actor: User, visit: Visit) -> Visit:
    require(actor, "inspections.visit_record")
    locked = lock(visit)
    refuse(guards.takes_part(locked, actor))
    if locked.status != VisitStatus.STARTED:
        raise WrongState(f"检查现在是“{locked.get_status_display()}”，不能填写现场记录。")
    return locked


@database.atomic
def visit_record(
    *,
    actor: User,
    visit: Visit,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Visit:
    """Finish the record: the site record is issued and the result follows from the findings.

    Publishes VisitOutcomeRecorded. Raises Blocked (checklist, findings), Unlawful, StaleVersion.
    """
    at = at or timezone.now()
    noted = visit_note(actor=actor, visit=visit, values={**values}, version=version, at=at)
    _check_record(noted)
    noted.ended_at = noted.ended_at or at
    noted.outcome = outcome_of(noted)
    ready(noted, "record", actor)
    document = document_issue(
        actor=actor,
        organ=noted.deployment.lead_organ,
        kind="SITE_RECORD",
        subject=noted,
        content=papers.source(papers.site_record(noted, at=at)),
        title="现场检查笔录",
        party=noted.institution.name,
        at=at,
        number="",
        is_public=False,
    )
    recorded = transition(
        noted,
        "record",
        actor=actor,
        at=at,
        values={"ended_at": noted.ended_at, "outcome": noted.outcome, "record_document": document},
    )
    _publish(recorded, is_closed=False)
    return recorded


def _check_record(visit: Visit) -> None:
    if not visit.premises:
        raise Unlawful("请选择现场状态。")
    if not visit.summary.strip():
        raise Unlawful("请填写现场情况。")
    if visit.signature == SignatureState.PENDING:
        raise Unlawful("请填写当事人签字情况；拒绝签字的，写明见证人或执法记录仪文件。")
    if visit.signature == SignatureState.REFUSED and not (visit.witness or visit.camera_note):
        raise Unlawful("当事人拒绝签字的，须有见证人或执法记录仪文件。")


def outcome_of(visit: Visit) -> str:
    """The gravest handling among the findings."""
    modes = set(visit.findings.exclude(status=FindingStatus.VOID).values_list("mode", flat=True))
    for mode, outcome in (
        (FindingMode.REFER, VisitOutcome.REFERRED),
        (FindingMode.IN_TERM, VisitOutcome.CORRECT),
        (FindingMode.ON_SPOT, VisitOutcome.FIXED_ON_SPOT),
    ):
        if mode in modes:
            return outcome
    return VisitOutcome.NO_PROBLEM


@database.atomic
def visit_close(*, actor: User, visit: Visit, at: datetime | None = None) -> Visit:
    """Tell the party the result in writing and close the visit. Raises Blocked while a finding is open."""
    at = at or timezone.now()
    locked = lock(visit)
    ready(locked, "close", actor)
    organ = locked.deployment.lead_organ
    remedy = papers.remedy_line(organ=organ, region=locked.region, on=timezone.localdate(at))
    locked.outcome = outcome_of(locked)
    document = document_issue(
        actor=actor,
        organ=organ,
        kind="INSPECTION_RESULT",
        subject=locked,
        content=papers.source(papers.inspection_result(locked, remedy=remedy, at=at)),
        title="行政检查结果告知书",
        party=locked.institution.name,
        at=at,
        is_public=False,
    )
    closed = transition(
        locked, "close", actor=actor, at=at, values={"result_document": document, "outcome": locked.outcome}
    )
    _publish(closed, is_closed=True)
    return closed


def visit_cancel(*, actor: User, visit: Visit, reason: str, at: datetime | None = None) -> Visit:
    """Leave one place out, with the reason."""
    return transition(visit, "cancel", actor=actor, reason=reason, at=at)


def _publish(visit: Visit, *, is_closed: bool) -> None:
    deployment = visit.deployment
    events.publish(
        VisitOutcomeRecorded(
            visit_uid=visit.uid,
            institution_uid=visit.institution.uid,
            bureau_id=visit.bureau_id,
            source_kind=deployment.source_kind,
            source_no=deployment.source_no,
            premises=visit.premises,
            outcome=visit.outcome,
            problem_count=visit.findings.exclude(status=FindingStatus.VOID).count(),
            visited_on=visit.visited_on,
            is_closed=is_closed,
        )
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
    "visit_start": "进场检查",
    "visit_checklist": "选用检查清单",
    "visit_note": "填写现场记录",
    "visit_record": "完成检查记录",
    "visit_close": "告知检查结果",
    "finding_add": "登记检查问题",
    "finding_edit": "修改检查问题",
    "finding_fix": "确认当场改正",
    "finding_refer": "移送问题",
    "finding_void": "作废问题",
    "finding_enter_notice": "问题列入整改通知书",
    "finding_leave_notice": "问题退出整改通知书",
    "finding_close": "问题销号",
    "finding_escalate": "问题升级处理",
}.items():
    audit.verb(f"inspections.{code}", sentence)
