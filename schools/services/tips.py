"""Work-tip letters: drafted from a visit or a clue, sent, answered, followed up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, policy, pupils
from casework.deadlines import compute, deadline_cancel, deadline_finish, deadline_start, load_calendar
from casework.deadlines.services import DeadlineMoved
from casework.documents.services import document_issue, document_withdraw
from casework.errors import NotAllowed, Unlawful
from casework.evidence.services import evidence_receive
from casework.models import Deadline
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, ready, require
from casework.typesetting import to_dict
from casework.workflow import transition
from complaints.models import Clue
from inspections.models import Visit
from schools import papers, rules
from schools.models import School, TipAnswer, TipSource, TipStatus, WorkTip
from schools.selectors.tips import pupils_told_of

EDIT = "schools.tip_edit"
Upload = UploadedFile[Any] | ContentFile[bytes]


@dataclass(frozen=True)
class TipText:
    """What a letter says; `pupil_count` are the pupils of the addressed school."""

    pupil_count: int
    found_on: date
    situation: str
    requirements: str
    contact: str
    source_note: str = ""


@dataclass(frozen=True)
class Answer:
    """What a school answers, in counts and words without names."""

    findings: str
    measures: str
    pupils_confirmed: int
    pupils_left: int
    parents_told: int
    names_checked: bool = False


@database.atomic
def tip_draft(
    *,
    actor: User,
    school: School,
    text: TipText,
    visit: Visit | None = None,
    clue: Clue | None = None,
    at: datetime | None = None,
) -> WorkTip:
    """Draft a letter about pupils met at a visit, at a clue's place, or elsewhere (then with a note).

    Raises NotAllowed, Unlawful: more pupils than were met, a later day than today, a second letter about the
    same source to the same school.
    """
    require(actor, EDIT)
    at = at or timezone.now()
    if actor.organisation is None:
        raise NotAllowed("系统账号不制发工作提示。")
    _hold_source(visit, clue)
    source = TipSource.VISIT if visit else TipSource.CLUE if clue else TipSource.OTHER
    row = WorkTip(
        **root_fields(actor=actor, region=school.region, bureau=school.bureau),
        school=school,
        organ=actor.organisation,
        source_kind=source,
        visit=visit,
        clue=None if visit else clue,
        **vars(text),
    )
    _check_text(row, at)
    return record_create(actor=actor, obj=row, verb="schools.tip_draft", at=at)


@database.atomic
def tip_edit(
    *, actor: User, tip: WorkTip, text: TipText, version: int | None = None, at: datetime | None = None
) -> WorkTip:
    """Change a draft. Raises NotAllowed, StaleVersion, Unlawful."""
    require(actor, EDIT)
    at = at or timezone.now()
    locked = lock(tip)
    if locked.status != TipStatus.DRAFT:
        raise Unlawful("工作提示已经发出，不能修改。确有错误的，请撤回后重新制发。")
    if actor.organisation_id != locked.organ_id:
        raise NotAllowed("草稿由起草单位修改。")
    _hold_source(locked.visit, locked.clue)
    for name, value in vars(text).items():
        setattr(locked, name, value)
    _check_text(locked, at)
    return record_update(
        actor=actor, obj=tip, values=vars(text), verb="schools.tip_edit", version=version, at=at
    )


def _hold_source(visit: Visit | None, clue: Clue | None) -> None:
    """Two letters about one source are written one after the other, so that together they tell no more than met."""
    for row in (visit, clue):
        if row is not None:
            lock(row)


def _check_text(tip: WorkTip, at: datetime) -> None:
    if tip.found_on > timezone.localdate(at):
        raise Unlawful("发现日期不能晚于今天。")
    if tip.source_kind == TipSource.OTHER and not tip.source_note.strip():
        raise Unlawful("不是从检查或线索起草的，请写明来源，例如“街道移送”。")
    met, told = pupils_told_of(tip)
    if met is not None and told + tip.pupil_count > met:
        raise Unlawful(
            f"现场在场学生 {met} 人，已向其他学校提示 {told} 人，本校最多填 {max(met - told, 0)} 人。"
        )


@database.atomic
def tip_issue(*, actor: User, tip: WorkTip, at: datetime | None = None) -> WorkTip:
    """Send a letter: numbered, signed, due by the policy in force. Raises Blocked, CalendarMissing, NotAllowed."""
    at = at or timezone.now()
    locked = lock(tip)
    ready(locked, "issue", actor)
    today = timezone.localdate(at)
    term = policy.term(rules.TIP_REPLY, region=locked.region, on=today)
    deadline = deadline_start(
        actor=actor,
        bureau=locked.bureau,
        subject=locked,
        kind=rules.TIP_DEADLINE,
        label="答复工作提示",
        term=term,
        starts_on=today,
    )
    document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind="SCHOOL_WORK_TIP",
        subject=locked,
        content=to_dict(papers.work_tip(locked, due_on=deadline.due_on, at=at)),
        title="工作提示函",
        party=locked.school.name,
        at=at,
        is_public=False,
    )
    values = {
        "document": document,
        "number": document.number,
        "due_on": deadline.due_on,
        "due_explanation": list(deadline.explanation),
    }
    return transition(locked, "issue", actor=actor, at=at, values=values)


@database.atomic
def tip_receive(*, actor: User, tip: WorkTip, at: datetime | None = None) -> WorkTip:
    """The school signs for the letter in the portal."""
    return transition(tip, "receive", actor=actor, at=at, values={"received_way": "办事大厅签收"})


@database.atomic
def tip_serve(
    *, actor: User, tip: WorkTip, way: str, received_at: datetime, at: datetime | None = None
) -> WorkTip:
    """Note that the letter was handed over on paper. Raises Unlawful for a time outside issue and now."""
    at = at or timezone.now()
    locked = lock(tip)
    ready(locked, "serve", actor)
    if locked.issued_at and not locked.issued_at.replace(second=0, microsecond=0) <= received_at <= at:
        raise Unlawful("送达时间须在发出之后，且不晚于现在。")
    values = {"received_way": way.strip(), "received_at": received_at}
    return transition(locked, "serve", actor=actor, at=at, values=values)


@database.atomic
def tip_answer(
    *,
    actor: User,
    tip: WorkTip,
    answer: Answer,
    files: Iterable[Upload] = (),
    at: datetime | None = None,
) -> TipAnswer:
    """The school answers; signs for the letter when it had not. A late answer is taken and marked.

    Raises Blocked (another school's letter), NotAllowed, Unlawful (names, impossible counts), WrongState.
    """
    at = at or timezone.now()
    locked = lock(tip)
    ready(locked, "answer", actor)
    pupils.require_nameless(answer.findings, answer.measures, is_checked=answer.names_checked)
    if answer.pupils_left > answer.pupils_confirmed:
        raise Unlawful("已停止参加的学生数不能多于核实的学生数。")
    today = timezone.localdate(at)
    is_late = locked.due_on is not None and today > locked.due_on
    row = TipAnswer(tip=locked, answered_at=at, answered_by=actor, is_late=is_late, **vars(answer))
    clean(row)
    row.save(force_insert=True)
    for upload in files:
        evidence_receive(actor=actor, subject=locked, upload=upload, caption="学校答复材料", at=at)
    deadline_finish(actor=actor, subject_uid=locked.uid, kind=rules.TIP_DEADLINE, on=today)
    values: dict[str, Any] = {"is_late": locked.is_late or is_late}
    if locked.received_at is None:
        values |= {"received_at": at, "received_way": "随答复签收"}
    transition(locked, "answer", actor=actor, at=at, values=values)
    return row


@database.atomic
def tip_return(*, actor: User, tip: WorkTip, reason: str, at: datetime | None = None) -> WorkTip:
    """Ask for more; a new term runs. Raises Blocked, NotAllowed, Unlawful, WrongState."""
    at = at or timezone.now()
    locked = lock(tip)
    ready(locked, "return", actor)
    today = timezone.localdate(at)
    deadline = deadline_start(
        actor=actor,
        bureau=locked.bureau,
        subject=locked,
        kind=rules.TIP_DEADLINE,
        label="补充答复工作提示",
        term=policy.term(rules.TIP_SUPPLEMENT, region=locked.region, on=today),
        starts_on=today,
    )
    last = locked.answers.order_by("-answered_at", "-pk").first()
    if last is not None:
        last.return_reason = reason[:200]
        last.save(update_fields=["return_reason"])
    values = {"due_on": deadline.due_on, "due_explanation": list(deadline.explanation)}
    return transition(locked, "return", actor=actor, at=at, reason=reason, values=values)


@database.atomic
def tip_close(*, actor: User, tip: WorkTip, result: str, at: datetime | None = None) -> WorkTip:
    """The answer holds."""
    return transition(tip, "close", actor=actor, at=at, values={"result": result.strip()})


@database.atomic
def tip_cancel(*, actor: User, tip: WorkTip, reason: str, at: datetime | None = None) -> WorkTip:
    """Drop a draft."""
    return transition(tip, "cancel", actor=actor, at=at, reason=reason)


@database.atomic
def tip_withdraw(*, actor: User, tip: WorkTip, reason: str, at: datetime | None = None) -> WorkTip:
    """Take a sent letter back; its number stays used and it counts nowhere."""
    at = at or timezone.now()
    gone = transition(tip, "withdraw", actor=actor, at=at, reason=reason)
    deadline_cancel(
        actor=actor,
        subject_uid=gone.uid,
        kind=rules.TIP_DEADLINE,
        on=timezone.localdate(at),
        reason=reason,
    )
    if gone.document is not None:
        document_withdraw(actor=actor, document=gone.document, reason=reason, at=at)
    return gone


def tip_due_moved(event: DeadlineMoved) -> None:
    """A term was recomputed or extended: the letter copies its day."""
    if event.subject_type != "schools.worktip" or event.kind != rules.TIP_DEADLINE:
        return
    row = Deadline.objects.filter(subject_uid=event.subject_uid, kind=event.kind).order_by("-pk").first()
    WorkTip.objects.filter(uid=event.subject_uid).update(
        due_on=event.due_on, due_explanation=list(row.explanation) if row else []
    )


def due_preview(tip: WorkTip, on: date) -> date:
    """The day by which a letter sent on `on` would be due. Raises CalendarMissing, PolicyMissing."""
    term = policy.term(rules.TIP_REPLY, region=tip.region, on=on)
    return compute(term, on, load_calendar()).due_on


for code, sentence in {
    "tip_draft": "起草工作提示",
    "tip_edit": "修改工作提示",
    "worktip_issue": "发出工作提示",
    "worktip_cancel": "取消工作提示草稿",
    "worktip_receive": "签收工作提示",
    "worktip_serve": "登记工作提示送达",
    "worktip_answer": "答复工作提示",
    "worktip_return": "退回工作提示答复",
    "worktip_close": "办结工作提示",
    "worktip_withdraw": "撤回工作提示",
}.items():
    audit.verb(f"schools.{code}", sentence)
