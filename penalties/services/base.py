"""Steps that the services of this room share: issuing a paper, starting a term, writing a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.deadlines import CalendarMissing, TermUnit, deadline_cancel, deadline_finish, deadline_start
from casework.deadlines.services import DeadlineMoved
from casework.documents import rehearsal
from casework.documents.services import document_issue
from casework.errors import Unlawful, WrongState
from casework.models import Deadline, DocumentKind, OfficialDocument
from casework.records import clean
from casework.steps import lock, refuse, require
from casework.typesetting import to_dict
from penalties import guards, papers
from penalties.models import Case, CaseRow, CreditRecord

DECIDE, SERVE, PAY, STATEMENT, HEARING, PUBLISH, HOLD = (
    "DECIDE",
    "SERVE",
    "PAY",
    "STATEMENT",
    "HEARING",
    "PUBLISH",
    "EVIDENCE_HOLD",
)
COPIES = {
    DECIDE: "decide_due_on",
    SERVE: "serve_due_on",
    PAY: "payment_due_on",
    STATEMENT: "statement_until",
    HEARING: "hearing_until",
}
Row = TypeVar("Row", bound=CaseRow)


def in_state(case: Case, *states: str) -> None:
    """Raise WrongState unless the case stands in one of the states."""
    if case.status not in states:
        raise WrongState(f"案件现在是“{case.get_status_display()}”，不能办理这一步。请刷新页面。")


def open_case(case: Case, actor: User, permission: str, *states: str) -> Case:
    """The locked case, after permission, organ and state were checked."""
    require(actor, permission)
    locked = lock(case)
    refuse(guards.is_own_organ(locked, actor))
    if states:
        in_state(locked, *states)
    return locked


def issue(case: Case, paper: papers.Paper, *, actor: User, at: datetime) -> OfficialDocument:
    """Issue a paper of the case once everything that its kind requires is there. Raises Unlawful."""
    lacks = papers.missing(paper)
    if lacks and not rehearsal.forgive(lacks):
        raise Unlawful(f"{paper.content.title}缺少：{'、'.join(lacks)}。请补充后再制发。")
    pattern = DocumentKind.objects.filter(code=paper.kind).values_list("number_pattern", flat=True).first()
    return document_issue(
        actor=actor,
        organ=case.organ,
        kind=paper.kind,
        subject=case,
        content=to_dict(paper.content),
        title=paper.content.title,
        party=case.party_name,
        at=at,
        number=None if pattern else "",
        is_public=paper.is_public,
    )


def start_term(
    case: Case, kind: str, label: str, key: str, since: date, *, actor: User, rolls: bool = True
) -> Deadline:
    """Start a policy term of the case; one that still runs is ended first."""
    deadline_cancel(actor=actor, subject_uid=case.uid, kind=kind, on=since, reason="重新起算")
    term = replace(policy.term(key, region=case.region, on=since), rolls_to_workday=rolls)
    values: dict[str, Any] = {
        "actor": actor,
        "bureau": case.bureau,
        "subject": case,
        "kind": kind,
        "label": label,
        "starts_on": since,
    }
    try:
        return deadline_start(term=term, **values)
    except CalendarMissing:
        if term.unit == TermUnit.WORKING_DAY:
            raise
        return deadline_start(term=replace(term, rolls_to_workday=False), **values)


def end_term(case: Case, kind: str, on: date, *, actor: User) -> None:
    """A term was met, or met late."""
    deadline_finish(actor=actor, subject_uid=case.uid, kind=kind, on=on)


def add_row(
    row: Row,
    *,
    actor: User,
    verb: str,
    at: datetime | None = None,
    changes: dict[str, list[Any]] | None = None,
) -> Row:
    """Validate, save and audit a new row of a case file."""
    row.created_by = actor
    clean(row)
    row.save(force_insert=True)
    audit.record(actor=actor, verb=verb, target=row, about=row.file_uid, changes=changes, at=at)
    return row


def save_row(
    row: Row, values: dict[str, Any], *, actor: User, verb: str, reason: str = "", at: datetime | None = None
) -> Row:
    """Change a row of a case file with before and after in the audit."""
    changes = {
        name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value
    }
    for name, value in values.items():
        setattr(row, name, value)
    clean(row)
    row.save()
    audit.record(
        actor=actor, verb=verb, target=row, about=row.file_uid, changes=changes, reason=reason, at=at
    )
    return row


def local(moment: datetime) -> date:
    """The local day."""
    return timezone.localdate(moment)


def deadline_copy(event: DeadlineMoved) -> None:
    """Copy a recomputed term onto its case or its row of 双公示."""
    if event.subject_type == "penalties.case" and event.kind in COPIES:
        Case.objects.filter(uid=event.subject_uid).update(**{COPIES[event.kind]: event.due_on})
    if event.subject_type == "penalties.creditrecord" and event.kind == PUBLISH:
        CreditRecord.objects.filter(uid=event.subject_uid).update(due_on=event.due_on)
