"""送达: address confirmation, the receipt of each document with the proof of its method, and what runs from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import DocumentKind, OfficialDocument
from casework.workflow import transition
from inspections.models import ServiceMethod
from institutions.models import LicenceState, StateKind
from institutions.services import institution_projection_set
from penalties import clock, papers, terms
from penalties.models import (
    AddressConfirmation,
    AgentAuthorisation,
    Case,
    MeasureKind,
    MeasureStage,
    Outcome,
    PaperService,
)
from penalties.services.base import (
    HEARING,
    PAY,
    SERVE,
    STATEMENT,
    add_row,
    end_term,
    issue,
    local,
    open_case,
    save_row,
    start_term,
)

Upload = UploadedFile[Any] | ContentFile[bytes]
MAX_AGENTS = 2
LIVING = ("FILED", "ENDED", "NOTIFIED", "DECIDED", "SERVED", "PERFORMED", "URGED", "IN_COURT", "TRANSFERRED")


@database.atomic
def address_confirm(
    *,
    actor: User,
    case: Case,
    phone: str,
    email: str = "",
    is_electronic: bool = False,
    signed_on: date | None = None,
    at: datetime | None = None,
) -> AddressConfirmation:
    """送达地址确认书; consent to electronic service needs the address."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_edit", *LIVING)
        row = add_row(
            AddressConfirmation(
                case=locked,
                phone=phone,
                email=email,
                is_electronic=is_electronic,
                signed_on=signed_on or local(moment),
            ),
            actor=actor,
            verb="penalties.address_confirm",
            at=moment,
        )
        row.document = issue(locked, papers.address_form(row, at=moment), actor=actor, at=moment)
        row.save(update_fields=["document"])
        return row


@database.atomic
def agent_authorise(
    *, actor: User, case: Case, values: dict[str, Any], at: datetime | None = None
) -> AgentAuthorisation:
    """授权委托书: the party names an agent, at most as many as the law allows at a time (行政处罚法 第六十四条)."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_edit", *LIVING)
        row = AgentAuthorisation(case=locked, **values)
        if row.signed_on > local(moment):
            raise Unlawful("签署日期不能晚于今天。")
        live = locked.agentauthorisations.filter(ended_on__isnull=True, until__gte=local(moment))
        if live.count() >= MAX_AGENTS:
            raise Unlawful("当事人可以委托一至二人代理，已经登记两人。请先登记解除原委托。")
        add_row(row, actor=actor, verb="penalties.agent_authorise", at=moment)
        row.document = issue(locked, papers.agent_form(row, at=moment), actor=actor, at=moment)
        row.save(update_fields=["document"])
        return row


@database.atomic
def agent_end(
    *, actor: User, agent: AgentAuthorisation, on: date, note: str, at: datetime | None = None
) -> AgentAuthorisation:
    """The party took the authority back, or the agent laid it down."""
    open_case(agent.case, actor, "penalties.case_edit")
    if agent.ended_on:
        raise WrongState("这项委托已经解除。")
    if on < agent.since:
        raise Unlawful("解除日期不能早于委托起始日期。")
    values = {"ended_on": on, "end_reason": note.strip()[:200]}
    return save_row(agent, values, actor=actor, verb="penalties.agent_end", at=at)


@dataclass(frozen=True)
class Service:
    """How a document was served; which fields are needed depends on the method."""

    method: str
    place: str
    server_one: User
    server_two: User
    receiver: str = ""
    receiver_relation: str = ""
    refusal_reason: str = ""
    witness: str = ""
    consent: AddressConfirmation | None = None
    mail_no: str = ""
    publication_place: str = ""


@database.atomic
def paper_serve(
    *,
    actor: User,
    case: Case,
    document: OfficialDocument,
    service: Service,
    served_at: datetime | None = None,
    proof: Upload | None = None,
    at: datetime | None = None,
) -> PaperService:
    """Record 送达回证 of one document with the proof of its method, and start what runs from it (G32)."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.paper_serve", *LIVING)
        if document.subject_uid != locked.uid or document.state != "VALID":
            raise WrongState("这件文书不属于本案，或者已经撤回。")
        if document.penalty_services.exists():
            raise WrongState("这件文书已经登记送达。")
        served = receipt_record(
            actor=actor,
            case=locked,
            document=document,
            service=service,
            served_at=served_at or moment,
            proof=proof,
            at=moment,
        )
        _after_service(locked, served, actor, moment)
        return served


def receipt_record(
    *,
    actor: User,
    case: Case,
    document: OfficialDocument,
    service: Service,
    served_at: datetime,
    at: datetime,
    proof: Upload | None = None,
) -> PaperService:
    """Check the proof, keep the service, issue its receipt. A part of serving and of deciding on the spot."""
    _check_service(case, document, service, served_at, at, has_proof=proof is not None)
    row = add_row(
        PaperService(
            case=case,
            document=document,
            served_at=served_at,
            effective_on=_effective_on(case, service, served_at),
            has_picture=proof is not None,
            **vars(service),
        ),
        actor=actor,
        verb="penalties.paper_serve",
        at=at,
    )
    if proof is not None:
        evidence_receive(actor=actor, subject=row, upload=proof, caption="送达证明", at=at)
    row.receipt = issue(case, papers.service_receipt(row, at=at), actor=actor, at=at)
    row.save(update_fields=["receipt"])
    return row


def _check_service(
    case: Case,
    document: OfficialDocument,
    service: Service,
    served_at: datetime,
    at: datetime,
    *,
    has_proof: bool,
) -> None:
    if served_at > at:
        raise Unlawful("送达时间不能晚于现在。")
    if served_at < document.issued_at.replace(second=0, microsecond=0):
        raise Unlawful("送达时间不能早于制发时间。")
    if service.server_one.pk == service.server_two.pk:
        raise Unlawful("送达人须为两人。")
    _check_method(document, service.method)
    consent = service.consent
    agreed = consent is not None and consent.case_id == case.pk and consent.is_electronic
    wanted = {
        ServiceMethod.DIRECT: (bool(service.receiver), "直接送达须填写签收人。"),
        ServiceMethod.LIEN: (
            bool(service.refusal_reason) and (bool(service.witness) or has_proof),
            "留置送达须写明拒收事由，并有见证人或照片、录像。",
        ),
        ServiceMethod.ELECTRONIC: (agreed, "电子送达须有当事人签署同意的送达地址确认书，请先登记。"),
        ServiceMethod.MAIL: (
            bool(service.mail_no),
            "邮寄送达须填写邮件回执号，送达时间为回执注明的收件日期。",
        ),
        ServiceMethod.PUBLICATION: (bool(service.publication_place), "公告送达须写明公告载体。"),
    }
    is_proven, sentence = wanted[ServiceMethod(service.method)]
    if not is_proven:
        raise Unlawful(sentence)


def _check_method(document: OfficialDocument, method: str) -> None:
    """Only ways of service that the catalogue names for the kind; a letter to an organ is not left behind."""
    kind = DocumentKind.objects.filter(code=document.kind).first()
    allowed = set(kind.details.get("service_methods", [])) if kind else set()
    if allowed & set(ServiceMethod.values) and method not in allowed:
        raise Unlawful(f"{document.kind_name}不能{ServiceMethod(method).label}，请改用其他方式。")


def _effective_on(case: Case, service: Service, served_at: datetime) -> date:
    day = local(served_at)
    if service.method != ServiceMethod.PUBLICATION:
        return day
    return terms.term_end(case, "service.publication", day, rolls=False)


def _after_service(case: Case, served: PaperService, actor: User, at: datetime) -> None:
    """What begins to run from the service of this kind of document."""
    kind, since = served.document.kind, served.effective_on
    if kind == "PENALTY_PRIOR_NOTICE" and case.status == "NOTIFIED":
        due = start_term(case, STATEMENT, "陈述申辩", "penalty.statement.period", since, actor=actor).due_on
        Case.objects.filter(pk=case.pk).update(statement_until=due)
    if kind == "HEARING_RIGHTS" and case.status == "NOTIFIED":
        due = start_term(case, HEARING, "申请听证", "penalty.hearing.request", since, actor=actor).due_on
        Case.objects.filter(pk=case.pk).update(hearing_until=due)
    if case.decision_id == served.document_id and case.status == "DECIDED":
        _decision_served(case, served, actor, at)


def _decision_served(case: Case, served: PaperService, actor: User, at: datetime) -> None:
    """The decision was served: payment runs, the term of service ends."""
    values: dict[str, Any] = {}
    if case.outcome == Outcome.PENALTY and any(
        row.amount_fen for row in terms.measures_at(case, MeasureStage.DECIDED)
    ):
        pay = start_term(case, PAY, "缴纳罚没款", "penalty.payment", served.effective_on, actor=actor)
        values = {"payment_due_on": pay.due_on, "payment_explanation": pay.explanation}
    end_term(case, SERVE, local(served.served_at), actor=actor)
    words_done(case, served.effective_on)
    _project(case, served.effective_on, actor)
    transition(case, "serve", actor=actor, at=served.served_at, values=values)


def _project(case: Case, since: date, actor: User) -> None:
    """What everybody reads on the institution: enrolment stopped, licence revoked, from the day of service."""
    if case.institution is None:
        return
    effects = {
        MeasureKind.STOP_ENROLMENT: (StateKind.ENROLMENT_STOP, "STOPPED"),
        MeasureKind.REVOCATION: (StateKind.LICENCE_STATE, LicenceState.REVOKED),
    }
    for row in case.measures.filter(stage=MeasureStage.DECIDED, kind__in=list(effects)):
        kind, value = effects[MeasureKind(row.kind)]
        institution_projection_set(
            actor=actor,
            institution=case.institution,
            kind=kind,
            value=value,
            since=since,
            source_no=case.decision_no,
            today=max(since, clock.today()),
        )


def words_done(case: Case, on: date) -> None:
    """A warning is carried out by handing over the decision that speaks it."""
    warnings = case.measures.filter(stage=MeasureStage.DECIDED, kind=MeasureKind.WARNING)
    warnings.update(done_on=on, done_note="随决定书送达")


for code, sentence in {
    "address_confirm": "登记送达地址确认书",
    "agent_authorise": "登记授权委托书",
    "agent_end": "登记解除委托",
    "paper_serve": "登记文书送达",
    "case_serve": "送达处罚决定",
}.items():
    audit.verb(f"penalties.{code}", sentence)
