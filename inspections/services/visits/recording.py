"""Carrying out a visit: entering, checklist, notes, record, close."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit, events
from casework.documents.services import document_issue
from casework.errors import Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.records import record_update
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from fieldwork.models import ChecklistRun, ChecklistVersion
from fieldwork.services import answers_save, run_finish, run_open
from inspections import guards, papers
from inspections.events import VisitOutcomeRecorded
from inspections.models import (
    DeploymentStatus,
    FindingMode,
    FindingStatus,
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


for code, sentence in {
    "visit_start": "进场检查",
    "visit_checklist": "选用检查清单",
    "visit_note": "填写现场记录",
    "visit_record": "完成检查记录",
    "visit_close": "告知检查结果",
    "finding_enter_notice": "问题列入整改通知书",
    "finding_leave_notice": "问题退出整改通知书",
    "finding_close": "问题销号",
    "finding_escalate": "问题升级处理",
}.items():
    audit.verb(f"inspections.{code}", sentence)
