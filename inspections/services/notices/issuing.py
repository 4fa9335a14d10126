"""Issuing, serving, withdrawing, escalating a notice, and its term."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, events, policy
from casework.deadlines import (
    Term,
    TermUnit,
    compute,
    deadline_cancel,
    deadline_start,
    load_calendar,
)
from casework.deadlines.services import DeadlineMoved
from casework.documents.services import document_issue, document_withdraw
from casework.errors import Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import Deadline
from casework.records import clean
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from inspections import guards, papers
from inspections.events import RectificationEscalated
from inspections.models import (
    FindingStatus,
    NoticeStatus,
    RectificationNotice,
    ServiceMethod,
    ServiceRecord,
)
from inspections.services.notices.drafting import RECHECK, RECTIFY


@database.atomic
def notice_issue(
    *, actor: User, notice: RectificationNotice, at: datetime | None = None
) -> RectificationNotice:
    """Number, freeze and sign the notice in the name of its organ (gates G01, G05, G07, G08).

    Two people pressing at once make one document: the second gets WrongState.
    """
    at = at or timezone.now()
    locked = lock(notice)
    ready(locked, "issue", actor)
    for item in locked.items.select_related("finding").order_by("finding_id"):
        transition(item.finding, "enter_notice", actor=actor, at=at)
    document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind="RECTIFICATION_NOTICE",
        subject=locked,
        content=papers.source(papers.rectification_notice(locked, at=at)),
        title="责令限期改正通知书",
        party=locked.party_name,
        at=at,
    )
    return transition(
        locked, "issue", actor=actor, at=at, values={"document": document, "number": document.number}
    )


@dataclass(frozen=True)
class Service:
    """How a notice was served; which fields are needed depends on the method."""

    method: str
    place: str
    server_one: User
    server_two: User
    receiver: str = ""
    receiver_relation: str = ""
    refusal_reason: str = ""
    witness: str = ""
    consent_no: str = ""
    mail_no: str = ""
    publication_place: str = ""


@database.atomic
def notice_serve(
    *,
    actor: User,
    notice: RectificationNotice,
    service: Service,
    served_at: datetime | None = None,
    proof: UploadedFile[bytes] | ContentFile[bytes] | None = None,
    at: datetime | None = None,
) -> RectificationNotice:
    """Record 送达回证 and start the term from the day of service (民事诉讼法 第八十八条至第九十五条).

    Service by publication takes effect after the policy period. Raises Unlawful when the proof that
    the method needs is missing, WrongState, Blocked.
    """
    at = at or timezone.now()
    moment = served_at or at
    require(actor, "inspections.notice_serve")
    locked = lock(notice)
    refuse(guards.acts_for_organ(locked, actor))
    if locked.status != NoticeStatus.ISSUED:
        raise WrongState(f"整改通知书现在是“{locked.get_status_display()}”，不能登记送达。")
    _check_service(locked, service, moment, at, has_proof=proof is not None)
    effective_on = _effective_on(locked, service, moment)
    record = ServiceRecord(
        notice=locked, served_at=moment, effective_on=effective_on, recorded_by=actor, **vars(service)
    )
    clean(record)
    record.save(force_insert=True)
    if proof is not None:
        evidence_receive(actor=actor, subject=record, upload=proof, caption="送达证明", at=at)
    record.document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind="SERVICE_RECEIPT",
        subject=record,
        content=papers.source(papers.service_receipt(record, at=at)),
        title="送达回证",
        party=locked.party_name,
        at=at,
        number="",
        is_public=False,
    )
    record.save(update_fields=["document"])
    deadline = deadline_start(
        actor=actor,
        bureau=locked.bureau,
        subject=locked,
        kind=RECTIFY,
        label="整改期限",
        term=_term_of(locked, effective_on),
        starts_on=effective_on,
    )
    values = {
        "first_due_on": deadline.due_on,
        "due_on": deadline.due_on,
        "due_explanation": deadline.explanation,
        "served_at": moment,
    }
    return transition(locked, "serve", actor=actor, at=moment, values=values)


def _term_of(notice: RectificationNotice, on: date) -> Term:
    """The term as written; while it is the usual one, whether that was checked against its document shows."""
    term = Term(notice.term_amount or 1, TermUnit(notice.term_unit), notice.term_basis)
    try:
        usual = policy.term("rectification.default_term", region=notice.region, on=on)
    except policy.PolicyMissing:
        return term
    is_usual = (usual.amount, usual.unit, usual.basis) == (term.amount, term.unit, term.basis)
    return usual if is_usual else term


def _check_service(
    notice: RectificationNotice, service: Service, moment: datetime, at: datetime, *, has_proof: bool
) -> None:
    if moment > at:
        raise Unlawful("送达时间不能晚于现在。")
    if notice.issued_at and moment < notice.issued_at.replace(second=0, microsecond=0):
        raise Unlawful("送达时间不能早于制发时间。")
    if service.server_one.pk == service.server_two.pk:
        raise Unlawful("送达人须为两人。")
    wanted = {
        ServiceMethod.DIRECT: (bool(service.receiver), "直接送达须填写签收人。"),
        ServiceMethod.LIEN: (
            bool(service.refusal_reason) and (bool(service.witness) or has_proof),
            "留置送达须写明拒收事由，并有见证人或照片、录像。",
        ),
        ServiceMethod.ELECTRONIC: (
            bool(service.consent_no),
            "电子送达须有当事人签署的确认书，请填写确认书编号。",
        ),
        ServiceMethod.MAIL: (
            bool(service.mail_no),
            "邮寄送达须填写邮件回执号，送达时间为回执注明的收件日期。",
        ),
        ServiceMethod.PUBLICATION: (bool(service.publication_place), "公告送达须写明公告载体。"),
    }
    is_proven, sentence = wanted[ServiceMethod(service.method)]
    if not is_proven:
        raise Unlawful(sentence)


def _effective_on(notice: RectificationNotice, service: Service, moment: datetime) -> date:
    day = timezone.localdate(moment)
    if service.method != ServiceMethod.PUBLICATION:
        return day
    term = policy.term("service.publication", region=notice.region, on=day)
    return compute(
        Term(term.amount, term.unit, term.basis, rolls_to_workday=False), day, load_calendar()
    ).due_on


@database.atomic
def notice_withdraw(
    *, actor: User, notice: RectificationNotice, reason: str, at: datetime | None = None
) -> RectificationNotice:
    """Recall a notice: the number stays used, the findings are open again for a new one."""
    at = at or timezone.now()
    locked = lock(notice)
    ready(locked, "withdraw", actor)
    withdrawn = transition(locked, "withdraw", actor=actor, reason=reason, at=at)
    for item in withdrawn.items.select_related("finding").order_by("finding_id"):
        if item.finding.status == FindingStatus.IN_NOTICE:
            transition(item.finding, "leave_notice", actor=actor, reason=reason, at=at)
    if withdrawn.document:
        document_withdraw(
            actor=actor, document=withdrawn.document, reason=reason, at=at, about=withdrawn.file_uid
        )
    deadline_cancel(
        actor=actor, subject_uid=withdrawn.uid, kind=RECTIFY, on=timezone.localdate(at), reason=reason
    )
    return withdrawn


@database.atomic
def notice_escalate(
    *,
    actor: User,
    notice: RectificationNotice,
    target: str,
    reason: str,
    number: str = "",
    at: datetime | None = None,
) -> RectificationNotice:
    """Not obeyed: it goes on as a case or a transfer. `target` names where, `number` its document, as text."""
    at = at or timezone.now()
    locked = lock(notice)
    ready(locked, "escalate", actor)
    escalated = transition(
        locked,
        "escalate",
        actor=actor,
        reason=reason,
        at=at,
        values={"escalation_target": target.strip(), "escalation_no": number.strip()},
    )
    for item in escalated.items.select_related("finding").order_by("finding_id"):
        if item.finding.status == FindingStatus.IN_NOTICE:
            transition(item.finding, "escalate", actor=actor, reason=reason, at=at)
    for kind in (RECTIFY, RECHECK):
        deadline_cancel(
            actor=actor, subject_uid=escalated.uid, kind=kind, on=timezone.localdate(at), reason=reason
        )
    events.publish(
        RectificationEscalated(
            escalated.uid, escalated.institution.uid, escalated.number, escalated.escalation_target, reason
        )
    )
    return escalated


def deadline_copy(event: DeadlineMoved) -> None:
    """Copy a recomputed or extended term onto its notice."""
    if event.subject_type != "inspections.rectificationnotice":
        return
    if event.kind == RECHECK:
        RectificationNotice.objects.filter(uid=event.subject_uid).update(recheck_due_on=event.due_on)
        return
    explanation = _explanation(event.subject_uid)
    RectificationNotice.objects.filter(uid=event.subject_uid, first_due_on__lte=event.due_on).update(
        due_on=event.due_on, due_explanation=explanation
    )


def _explanation(uid: UUID) -> list[str]:
    deadline = Deadline.objects.filter(subject_uid=uid, kind=RECTIFY).order_by("-pk").first()
    return list(deadline.explanation) if deadline else []


for code, sentence in {
    "rectificationnotice_issue": "下发整改通知书",
    "rectificationnotice_serve": "送达整改通知书",
    "rectificationnotice_answer": "提交整改报告",
    "rectificationnotice_continue": "退回继续整改",
    "rectificationnotice_extend": "延长整改期限",
    "rectificationnotice_close": "整改销号",
    "rectificationnotice_escalate": "整改升级处理",
    "rectificationnotice_withdraw": "撤回整改通知书",
}.items():
    audit.verb(f"inspections.{code}", sentence)
