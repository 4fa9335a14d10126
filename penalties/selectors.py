"""Scoped reads of this room."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Organisation, Region, User
from casework.models import AuditEvent, EvidenceFile, OfficialDocument, ViolationType
from inspections.models import Finding, RectificationNotice
from inspections.selectors import organ_officers
from institutions.models import Institution
from penalties import terms, volumes
from penalties.models import (
    Case,
    CaseRecusal,
    CreditRecord,
    EvidenceHold,
    Hearing,
    LegalReview,
    PaperService,
    PenaltyRule,
    RuleLayer,
    StatementPoint,
)
from penalties.querysets import CaseQuerySet, CreditQuerySet


def cases_visible(actor: User) -> CaseQuerySet:
    """Cases for lists, the newest first."""
    return (
        Case.objects.visible_to(actor)
        .select_related("organ", "region", "violation", "institution", "bureau")
        .order_by("-created_at", "-pk")
    )


def case_file(actor: User) -> CaseQuerySet:
    """Cases with what their page shows."""
    return Case.objects.visible_to(actor).select_related(
        "organ",
        "organ__bureau",
        "organ__bureau__region",
        "bureau",
        "region",
        "violation",
        "institution",
        "person",
        "controller",
        "rule",
        "decision",
        "notice",
        "finding",
        "visit",
        "decided_by",
        "created_by",
    )


def papers_with_service(case: Case) -> list[tuple[OfficialDocument, PaperService | None]]:
    """Documents of a case with their service, the newest first; withdrawn ones included."""
    found = OfficialDocument.objects.filter(subject_uid=case.uid).order_by("-issued_at", "-pk")
    services = {
        row.document_id: row
        for row in case.paperservices.select_related("server_one", "server_two", "receipt")
    }
    return [(document, services.get(document.pk)) for document in found]


def servable(case: Case) -> QuerySet[OfficialDocument]:
    """Documents of the case that go to the party and were not served yet."""
    kinds = [*volumes.TO_PARTY, "PENALTY_DECISION", "NO_PENALTY_DECISION"]
    rows = OfficialDocument.objects.filter(subject_uid=case.uid, state="VALID", kind__in=kinds)
    return rows.filter(penalty_services__isnull=True).exclude(kind="SERVICE_ADDRESS").order_by("-pk")


def evidence_files(case: Case) -> dict[UUID, list[EvidenceFile]]:
    """Files of the evidence list by item."""
    found: dict[UUID, list[EvidenceFile]] = {}
    uids = list(case.evidenceitems.values_list("uid", flat=True))
    for file in EvidenceFile.objects.filter(subject_uid__in=uids).order_by("pk"):
        found.setdefault(file.subject_uid, []).append(file)
    return found


def history_of(actor: User, case: Case, limit: int = 200) -> list[AuditEvent]:
    """What happened to a case and its rows, the newest first."""
    uids: list[UUID] = [case.uid]
    for name in (
        "caseofficers", "caserecusals", "evidenceitems", "evidenceholds", "samplings", "agentauthorisations", "interviews", "legalreviews",
        "statementpoints", "hearings", "discussions", "correctiveorders", "paperservices", "payments",
        "deferrals", "proceedings", "creditrecords",
    ):  # fmt: skip
        uids.extend(getattr(case, name).values_list("uid", flat=True))
    rows = AuditEvent.objects.visible_to(actor).filter(object_uid__in=uids)
    return list(rows.order_by("-occurred_at", "-pk")[:limit])


def handler_choices(case: Case, day: date) -> QuerySet[User]:
    """Officers of the organ who could handle the case."""
    taken = case.caseofficers.filter(removed_at__isnull=True).values("user")
    return organ_officers(case.organ, day).exclude(pk__in=taken)


def server_choices(case: Case, day: date) -> QuerySet[User]:
    """Certified people of the organ."""
    return organ_officers(case.organ, day)


def chair_choices(case: Case) -> QuerySet[User]:
    """People of the organ who did not investigate."""
    people = User.objects.filter(organisation=case.organ_id, is_active=True)
    return people.exclude(pk__in=case.caseofficers.values("user")).order_by("name")


def violation_choices() -> QuerySet[ViolationType]:
    """Kinds of violations that a case may be about."""
    rows = ViolationType.objects.filter(is_active=True, details__uses__contains=["CASE"])
    return rows.order_by("group", "pk")


def organ_choices(actor: User) -> QuerySet[Organisation]:
    """The organ for which the actor may open a case: their own."""
    return Organisation.objects.filter(pk=actor.organisation_id or 0)


def town_choices(actor: User) -> QuerySet[Region]:
    """Places where an act may have happened."""
    home = actor.bureau.region.path if actor.bureau else "/none/"
    return Region.objects.filter(path__startswith=home, valid_to__isnull=True).order_by("path")


def institution_choices(actor: User) -> QuerySet[Institution]:
    """Institutions on the register."""
    return Institution.objects.visible_to(actor).order_by("name")


def ladder_choices(case: Case) -> QuerySet[PenaltyRule]:
    """Steps of the discretion ladder for the case's violation."""
    found = [row.pk for row in terms.rules_for(case, RuleLayer.LADDER)]
    return PenaltyRule.objects.filter(pk__in=found).order_by("minimum", "pk")


def rules_visible(actor: User) -> QuerySet[PenaltyRule]:
    """Ranges of the law and the ladder that bind in the actor's bureau."""
    home = actor.bureau.region.path if actor.bureau else "/"
    above = [int(part) for part in home.strip("/").split("/") if part]
    rows = PenaltyRule.objects.filter(Q(region__isnull=True) | Q(region_id__in=above))
    return rows.select_related("region").order_by("law_ref", "layer", "seriousness", "minimum", "pk")


def credit_visible(actor: User) -> CreditQuerySet:
    """Rows of 双公示, the newest first."""
    rows = CreditRecord.objects.visible_to(actor)
    return rows.select_related("case", "case__organ", "case__region").order_by("-pk")


def waiting_notices(actor: User) -> QuerySet[RectificationNotice]:
    """Escalated notices of the actor's organ about which no case was opened."""
    opened = Case.objects.filter(notice=OuterRef("pk")).exclude(status="REFUSED")
    rows = RectificationNotice.objects.visible_to(actor).filter(
        status="ESCALATED", organ=actor.organisation_id
    )
    rows = rows.filter(escalation_target__contains="立案").exclude(Exists(opened))
    return rows.select_related("institution", "region", "organ").order_by("escalated_at")


def waiting_findings(actor: User) -> QuerySet[Finding]:
    """Findings referred to the actor's organ for a case that was not opened."""
    opened = Case.objects.filter(finding=OuterRef("pk")).exclude(status="REFUSED")
    rows = Finding.objects.visible_to(actor).filter(status="REFERRED", organ=actor.organisation_id)
    rows = rows.filter(refer_to__contains="立案").exclude(Exists(opened))
    return rows.select_related("visit", "visit__institution", "region").order_by("settled_at")


def cases_to_do(actor: User) -> CaseQuerySet:
    """Unfinished cases of the actor's organ; officers see those they handle first in their worklist."""
    rows = Case.objects.visible_to(actor).filter(organ=actor.organisation_id)
    rows = rows.exclude(status__in=["REFUSED", "ARCHIVED", "SUBMITTED"])
    return rows.select_related("organ", "region", "institution").order_by("decide_due_on", "pk")


def my_cases(actor: User) -> CaseQuerySet:
    """Those that the actor handles or drafted."""
    mine = Q(caseofficers__user=actor, caseofficers__removed_at__isnull=True) | Q(created_by=actor)
    return cases_to_do(actor).filter(pk__in=Case.objects.filter(mine).values("pk"))


def filings_waiting(actor: User) -> CaseQuerySet:
    """Drafts that wait for the head."""
    rows = Case.objects.visible_to(actor).filter(status="SUBMITTED", organ=actor.organisation_id)
    return rows.select_related("organ", "region", "institution", "created_by").order_by("submitted_at")


def decisions_waiting(actor: User) -> CaseQuerySet:
    """Cases told whose time of defence is over."""
    rows = Case.objects.visible_to(actor).filter(organ=actor.organisation_id)
    rows = rows.filter(Q(status="NOTIFIED") | Q(status="ENDED", no_penalty_ground__gt=""))
    return rows.select_related("organ", "region", "institution").order_by("decide_due_on")


def holds_waiting(actor: User) -> QuerySet[EvidenceHold]:
    """Evidence holds that wait for the head, or for a decision about what is held."""
    rows = EvidenceHold.objects.visible_to(actor).filter(
        status__in=["REQUESTED", "HELD"], case__organ=actor.organisation_id
    )
    return rows.select_related("case").order_by("decide_by", "pk")


def recusals_waiting(actor: User) -> QuerySet[CaseRecusal]:
    """Applications for recusal that wait for the head."""
    rows = CaseRecusal.objects.visible_to(actor).filter(status="OPEN", case__organ=actor.organisation_id)
    return rows.select_related("case", "officer").order_by("pk")


def reviews_waiting(actor: User) -> QuerySet[LegalReview]:
    """Open reviews of the actor's organ."""
    rows = LegalReview.objects.visible_to(actor).filter(status="OPEN", case__organ=actor.organisation_id)
    return rows.select_related("case", "case__region", "case__organ").order_by("requested_at")


def statements_waiting(actor: User) -> QuerySet[StatementPoint]:
    """Arguments of parties that nobody answered yet, in cases of the actor's organ."""
    rows = StatementPoint.objects.visible_to(actor).filter(
        answer="", case__status="NOTIFIED", case__organ=actor.organisation_id
    )
    return rows.select_related("case", "case__region").order_by("made_on", "pk")


def hearings_waiting(actor: User) -> QuerySet[Hearing]:
    """Applications for a hearing that wait for time and place."""
    rows = Hearing.objects.visible_to(actor).filter(
        status="REQUESTED", case__status="NOTIFIED", case__organ=actor.organisation_id
    )
    return rows.select_related("case", "case__region").order_by("requested_on", "pk")


def credit_waiting(actor: User) -> CreditQuerySet:
    """Rows to publish or to take down."""
    rows = credit_visible(actor).filter(case__organ=actor.organisation_id)
    return rows.filter(Q(status="PENDING") | Q(status="PUBLISHED", withdraw_due_on__isnull=False))


def institution_cases(actor: User, institution: Institution) -> list[Case]:
    """Cases about one institution that the actor may see."""
    return list(cases_visible(actor).filter(institution=institution)[:20])


def counts(actor: User, today: date) -> tuple[int, int, int]:
    """Pending cases, those overdue, and cases filed this year, inside the actor's reach."""
    rows = Case.objects.visible_to(actor)
    filed = rows.filter(filed_at__year=today.year).count()
    return rows.pending().count(), rows.overdue(today).count(), filed


def open_reasons(institution: Institution) -> list[Case]:
    """Unfinished cases that stand against closing an institution."""
    return list(
        Case.objects.filter(institution=institution).pending().exclude(status="DRAFT").order_by("pk")[:5]
    )
