"""Issuing, serving, settling, withdrawing and replacing a directive, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit, policy
from casework.deadlines import Term, compute, load_calendar
from casework.documents.services import document_issue, document_supersede, document_withdraw
from casework.errors import Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import OfficialDocument
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from institutions.models import OperatingState
from institutions.services import institution_ban, institution_resume, institution_suspend
from measures import guards, papers
from measures.models import STOPPING, Decision, Directive, DirectiveKind, DirectiveStatus, ServiceWay
from measures.services.directives.drafting import CARRIED, directive_draft


@database.atomic
def directive_issue(*, actor: User, directive: Directive, at: datetime | None = None) -> Directive:
    """Number, freeze and sign in the name of the organ, with both officers' card numbers (G05, G07, G08).

    取缔 also ends the place in the register, so that it cannot quietly open again. A replaced document
    is superseded in the same transaction.
    """
    at = at or timezone.now()
    locked = lock(directive)
    ready(locked, "issue", actor)
    day = timezone.localdate(at)
    cards = {}
    for name in ("officer_one", "officer_two"):
        found = guards.certificate_of(getattr(locked, name), locked.organ, day)
        cards[f"{name}_no"] = found.number if found else ""
        setattr(locked, f"{name}_no", cards[f"{name}_no"])
    if locked.replaces:
        _give_way(locked.replaces, at)
    document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind=locked.kind,
        subject=locked,
        content=papers.source(papers.directive(locked, at=at)),
        title=locked.get_kind_display(),
        party=locked.party_name,
        at=at,
        is_public=locked.kind in STOPPING or locked.kind == DirectiveKind.PARENT_LETTER,
    )
    values = {**cards, "document": document, "number": document.number}
    issued = transition(locked, "issue", actor=actor, at=at, values=values)
    _after_issue(actor, issued, document, at)
    return issued


def _give_way(old: Directive, at: datetime) -> None:
    transition(old, "give_way", actor=system_user(), at=at)


def _after_issue(actor: User, issued: Directive, document: OfficialDocument, at: datetime) -> None:
    if issued.replaces and issued.replaces.document:
        document_supersede(
            actor=actor,
            document=issued.replaces.document,
            by=document,
            reason=f"由{document.number}替代",
            at=at,
            about=issued.file_uid,
        )
    place = issued.institution
    if issued.kind == DirectiveKind.BAN_NOTICE and place and place.operating_state != OperatingState.BANNED:
        institution_ban(
            actor=actor,
            institution=place,
            reason=issued.facts[:200],
            on=timezone.localdate(at),
            source_no=document.number,
        )


@dataclass(frozen=True)
class Served:
    """How and when a document reached its party; `proof` is a receipt number, consent, witness or carrier."""

    way: str
    served_at: datetime
    receiver: str = ""
    proof: str = ""


@database.atomic
def directive_serve(
    *,
    actor: User,
    directive: Directive,
    served: Served,
    photo: UploadedFile[Any] | ContentFile[bytes] | None = None,
    at: datetime | None = None,
) -> Directive:
    """Record the service with its 送达回证; 停办 takes effect in the register. Raises Unlawful without proof."""
    at = at or timezone.now()
    locked = lock(directive)
    ready(locked, "serve", actor)
    _check_service(locked, served, at, has_photo=photo is not None)
    if photo is not None:
        evidence_receive(actor=actor, subject=locked, upload=photo, caption="送达证明", at=at)
    effective_on = _effective_on(locked, served)
    values = {
        "service_way": served.way,
        "served_at": served.served_at,
        "effective_on": effective_on,
        "service_receiver": served.receiver.strip(),
        "service_proof": served.proof.strip(),
    }
    for name, value in values.items():
        setattr(locked, name, value)
    if locked.kind != DirectiveKind.PARENT_LETTER:
        values["service_document"] = document_issue(
            actor=actor,
            organ=locked.organ,
            kind="SERVICE_RECEIPT",
            subject=locked,
            content=papers.source(papers.service_receipt(locked, at=at)),
            title="送达回证",
            party=locked.party_name,
            at=at,
            number="",
            is_public=False,
        )
    done = transition(locked, "serve", actor=actor, at=at, values=values)
    _suspend(done, effective_on)
    return done


def _check_service(row: Directive, served: Served, at: datetime, *, has_photo: bool) -> None:
    if served.served_at > at:
        raise Unlawful("送达时间不能晚于现在。")
    if row.issued_at and served.served_at < row.issued_at.replace(second=0, microsecond=0):
        raise Unlawful("送达时间不能早于制发时间。")
    for_parents = row.kind == DirectiveKind.PARENT_LETTER
    if for_parents != (served.way in {ServiceWay.SCHOOL}) and served.way == ServiceWay.SCHOOL:
        raise Unlawful("只有致家长告知书经学校发放。")
    wanted = {
        ServiceWay.DIRECT: (bool(served.receiver), "直接送达须填写签收人。"),
        ServiceWay.LIEN: (
            bool(served.proof) and (bool(served.receiver) or has_photo),
            "留置送达须在凭证中写明拒收事由，并填写见证人或者上传照片。",
        ),
        ServiceWay.ELECTRONIC: (bool(served.proof), "电子送达须填写当事人确认书编号。"),
        ServiceWay.MAIL: (bool(served.proof), "邮寄送达须填写邮件回执号。"),
        ServiceWay.PUBLICATION: (bool(served.proof), "公告送达、网上发布须填写载体或者网址。"),
        ServiceWay.SCHOOL: (bool(served.receiver), "经学校发放须填写学校。"),
    }
    is_proven, sentence = wanted[ServiceWay(served.way)]
    if not is_proven:
        raise Unlawful(sentence)


def _effective_on(row: Directive, served: Served) -> date:
    day = timezone.localdate(served.served_at)
    if served.way != ServiceWay.PUBLICATION or row.kind == DirectiveKind.PARENT_LETTER:
        return day
    term = policy.term("service.publication", region=row.region, on=day)
    plain = Term(term.amount, term.unit, term.basis, rolls_to_workday=False)
    return compute(plain, day, load_calendar()).due_on


def _suspend(row: Directive, on: date) -> None:
    place = row.institution
    if row.kind != DirectiveKind.SUSPENSION_NOTICE or place is None:
        return
    if place.operating_state == OperatingState.OPERATING:
        institution_suspend(
            actor=system_user(), institution=place, reason="停办通知书已送达", on=on, source_no=row.number
        )


@database.atomic
def pupils_hand_over(
    *,
    actor: User,
    directive: Directive,
    to_parents: int,
    to_school: int,
    note: str,
    at: datetime | None = None,
) -> Directive:
    """Count who fetched the pupils that were there; never their names. Raises Unlawful over the number present."""
    require(actor, "measures.directive_edit")
    locked = lock(directive)
    refuse(guards.own("organ")(locked, actor))
    if locked.kind != DirectiveKind.SUSPENSION_NOTICE or locked.status in {"WITHDRAWN", "SUPERSEDED", "DONE"}:
        raise WrongState("只有办理中的停办通知书登记学生交接。")
    if to_parents + to_school > (locked.students_present or 0):
        raise Unlawful(f"接回人数合计不能超过在场学生数 {locked.students_present or 0}。")
    values = {
        "handed_to_parents": to_parents,
        "handed_to_school": to_school,
        "handover_note": note.strip(),
    }
    return record_update(actor=actor, obj=locked, values=values, verb="measures.pupils_hand_over", at=at)


@database.atomic
def ban_publish(
    *, actor: User, directive: Directive, on: date, where: str, at: datetime | None = None
) -> Directive:
    """Note where and when a ban was announced."""
    at = at or timezone.now()
    require(actor, "measures.directive_edit")
    locked = lock(directive)
    refuse(guards.own("organ")(locked, actor))
    if locked.kind != DirectiveKind.BAN_NOTICE or locked.status not in {"ISSUED", "SERVED"}:
        raise WrongState("只有已制发的取缔通知书登记公告。")
    if on > timezone.localdate(at) or (locked.issued_at and on < timezone.localdate(locked.issued_at)):
        raise Unlawful("公告日期须在制发之后，且不晚于今天。")
    if not where.strip():
        raise Unlawful("请填写公告载体。")
    values = {"published_on": on, "published_where": where.strip()}
    return record_update(actor=actor, obj=locked, values=values, verb="measures.ban_publish", at=at)


@database.atomic
def directive_finish(
    *,
    actor: User,
    directive: Directive,
    note: str,
    may_resume: bool = False,
    at: datetime | None = None,
) -> Directive:
    """What it asked for was done. `may_resume` lets a stopped place teach again from today."""
    at = at or timezone.now()
    done = transition(directive, "finish", actor=actor, at=at, values={"done_note": note.strip()})
    if may_resume and done.kind == DirectiveKind.SUSPENSION_NOTICE:
        _resume(done, f"停办通知书办结：{note.strip()}", timezone.localdate(at))
    return done


def _resume(row: Directive, reason: str, on: date) -> None:
    place = row.institution
    if place is None or place.operating_state != OperatingState.SUSPENDED:
        return
    stopped = place.directives.filter(kind=DirectiveKind.SUSPENSION_NOTICE, status=DirectiveStatus.SERVED)
    if not stopped.exclude(pk=row.pk).exists():
        institution_resume(
            actor=system_user(), institution=place, reason=reason[:200], on=on, source_no=row.number
        )


@database.atomic
def directive_withdraw(
    *, actor: User, directive: Directive, reason: str, at: datetime | None = None
) -> Directive:
    """Recall it: the number stays used, a stopped place may teach again; a banned one needs its own decision."""
    at = at or timezone.now()
    was_served = directive.status == DirectiveStatus.SERVED
    withdrawn = transition(directive, "withdraw", actor=actor, reason=reason, at=at)
    if withdrawn.document:
        document_withdraw(
            actor=actor, document=withdrawn.document, reason=reason, at=at, about=withdrawn.file_uid
        )
    if was_served and withdrawn.kind == DirectiveKind.SUSPENSION_NOTICE:
        _resume(withdrawn, f"停办通知书撤回：{reason}", timezone.localdate(at))
    return withdrawn


@database.atomic
def directive_replace(*, actor: User, directive: Directive, at: datetime | None = None) -> Directive:
    """Draft a corrected document; the old one holds until the new one is issued. A second call gives the same."""
    require(actor, "measures.directive_edit")
    locked = lock(directive)
    refuse(guards.own("organ")(locked, actor))
    if locked.status not in {DirectiveStatus.ISSUED, DirectiveStatus.SERVED}:
        raise WrongState("只有已制发、未办结的文书可以替代。")
    known = Directive.objects.filter(replaces=locked).first()
    if known:
        return known
    fresh = Directive(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        replaces=locked,
        **{name: getattr(locked, name) for name in CARRIED},
    )
    return record_create(actor=actor, obj=fresh, verb="measures.directive_replace", at=at)


@database.atomic
def decision_press(
    *, actor: User, decision: Decision, officers: tuple[User, User], at: datetime | None = None
) -> Directive:
    """Draft the 督办函 for a decision that is overdue; one open letter at a time."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    if decision.status != "OPEN" or decision.due_on >= today:
        raise WrongState("只有逾期未落实的议定事项可以督办。")
    known = decision.letters.filter(status__in=["DRAFT", "ISSUED"]).first()
    if known:
        return known
    meeting = decision.meeting
    return directive_draft(
        actor=actor,
        kind=DirectiveKind.SUPERVISION_LETTER,
        organ=meeting.organ,
        officers=officers,
        values={
            "receiver": decision.assignee,
            "decision": decision,
            "original_no": meeting.number,
            "facts": f"{meeting.title}议定“{decision.text}”，由你单位于 {decision.due_on:%Y-%m-%d} 前完成，现已逾期。",
            "demand": f"抓紧完成：{decision.text}\n书面说明逾期原因和完成时间",
            "consequences": "再次逾期的，将提请联席会议通报。",
            "due_on": compute(
                policy.term("rectification.escalation.lead", region=meeting.region, on=today),
                today,
                load_calendar(),
            ).due_on,
        },
        at=at,
    )


for code, sentence in {
    "directive_replace": "起草替代文书",
    "pupils_hand_over": "登记学生交接",
    "ban_publish": "登记取缔公告",
    "directive_issue": "制发措施文书",
    "directive_serve": "送达措施文书",
    "directive_finish": "措施文书办结",
    "directive_withdraw": "撤回措施文书",
    "directive_give_way": "措施文书被替代",
}.items():
    audit.verb(f"measures.{code}", sentence)
