"""Scoped reads of this room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import OfficerCertificate, Organisation, User
from casework.errors import Reason
from casework.evidence.selectors import evidence_of
from casework.models import EvidenceFile, OfficialDocument, ViolationType
from fieldwork.models import Campaign, ChecklistVersion
from fieldwork.selectors import campaigns_visible, failures_of, versions_in_force
from inspections import guards
from inspections.models import (
    CAP_EXEMPT_KINDS,
    CarriedFinding,
    Deployment,
    DeploymentMember,
    ExtensionRequest,
    ExtensionStatus,
    Finding,
    FindingMode,
    FindingStatus,
    MemberRole,
    NoticeItem,
    NoticeReminder,
    RecheckItem,
    RectificationNotice,
    Recusal,
    ServiceRecord,
    Visit,
)
from inspections.querysets import DeploymentQuerySet, FindingQuerySet, NoticeQuerySet, VisitQuerySet
from institutions.models import Institution


def deployments_visible(actor: User) -> DeploymentQuerySet:
    """Outings with the number of stops and people, the newest first."""
    stops = Count("visits", filter=~Q(visits__status="CANCELLED"), distinct=True)
    people = Count("members", filter=Q(members__removed_at__isnull=True), distinct=True)
    rows = Deployment.objects.visible_to(actor).select_related("lead_organ", "campaign", "region", "bureau")
    return rows.annotate(stop_count=stops, people_count=people).order_by("-starts_at", "-pk")


def deployment_file(actor: User) -> DeploymentQuerySet:
    """Outings with everything their page shows."""
    return Deployment.objects.visible_to(actor).select_related(
        "lead_organ",
        "lead_organ__bureau",
        "campaign",
        "checklist_version",
        "approved_by",
        "approval_document",
        "bureau",
        "region",
        "created_by",
    )


def members_of(deployment: Deployment) -> list[DeploymentMember]:
    """The team, those who left at the end, each with recusals."""
    rows = deployment.members.select_related("organisation", "user", "certificate_organ")
    recusals = Prefetch("recusals", Recusal.objects.select_related("decided_by").order_by("pk"))
    return list(rows.prefetch_related(recusals).order_by("removed_at", "-role", "organisation", "pk"))


def visits_of(actor: User, deployment: Deployment) -> VisitQuerySet:
    """Stops of one outing with their counts."""
    return visits_visible(actor).filter(deployment=deployment).order_by("pk")


def visits_visible(actor: User) -> VisitQuerySet:
    """Visits, the newest first."""
    problems = Count("findings", filter=~Q(findings__status="VOID"), distinct=True)
    rows = Visit.objects.visible_to(actor).select_related(
        "institution",
        "deployment",
        "deployment__lead_organ",
        "deployment__campaign",
        "region",
        "notice_document",
    )
    return rows.annotate(problem_count=problems).order_by("-planned_on", "-pk")


def visit_file(actor: User) -> VisitQuerySet:
    """Visits with everything their page shows."""
    return Visit.objects.visible_to(actor).select_related(
        "institution",
        "institution__region",
        "deployment",
        "deployment__lead_organ",
        "deployment__lead_organ__bureau",
        "checklist_run",
        "checklist_run__checklist_version",
        "notice_document",
        "record_document",
        "result_document",
        "region",
        "bureau",
    )


def findings_visible(actor: User) -> FindingQuerySet:
    """整改台账 line by line, the newest first."""
    rows = Finding.objects.visible_to(actor).counted()
    return rows.select_related(
        "visit", "visit__institution", "visit__deployment", "organ", "violation", "region"
    ).order_by("-pk")


def finding_file(actor: User) -> FindingQuerySet:
    """Findings for their page."""
    return Finding.objects.visible_to(actor).select_related(
        "visit", "visit__institution", "visit__deployment", "organ", "violation", "bureau"
    )


def findings_of(visit: Visit) -> list[Finding]:
    """Findings of one visit with their photos, struck-out ones last."""
    rows = visit.findings.select_related("organ", "violation").prefetch_related("photos__evidence")
    return sorted(rows, key=lambda row: (row.status == FindingStatus.VOID, row.pk))


def notices_visible(actor: User) -> NoticeQuerySet:
    """Notices by due day, undated ones last."""
    rows = RectificationNotice.objects.visible_to(actor).select_related(
        "institution", "organ", "region", "visit", "visit__deployment", "visit__deployment__campaign"
    )
    done = Count("items", filter=Q(items__finding__status="CLOSED"), distinct=True)
    return rows.annotate(item_count=Count("items", distinct=True), done_count=done).order_by(
        "-issued_at", "-pk"
    )


def notice_file(actor: User) -> NoticeQuerySet:
    """Notices with everything their page shows."""
    return RectificationNotice.objects.visible_to(actor).select_related(
        "institution", "organ", "organ__bureau", "document", "visit", "visit__deployment", "bureau", "region"
    )


def items_of(notice: RectificationNotice) -> list[NoticeItem]:
    """Items of a notice with their findings."""
    return list(notice.items.select_related("finding", "finding__violation").order_by("position"))


@dataclass(frozen=True)
class ItemHistory:
    """One item with what was reported and re-checked, each with its files."""

    item: NoticeItem
    photos: list[EvidenceFile]
    replies: list[tuple[Any, list[EvidenceFile]]]
    rechecks: list[tuple[Any, list[EvidenceFile]]]


def item_histories(actor: User, notice: RectificationNotice) -> list[ItemHistory]:
    """Every item with its story, in the order of the notice."""
    histories = []
    for item in items_of(notice):
        replies = item.reply_items.select_related("reply", "reply__submitted_by").order_by("pk")
        rechecks = item.recheck_items.select_related("recheck").order_by("pk")
        histories.append(
            ItemHistory(
                item,
                evidence_of(actor=actor, subject=item.finding),
                [(row, evidence_of(actor=actor, subject=row)) for row in replies],
                [(row, evidence_of(actor=actor, subject=row)) for row in rechecks],
            )
        )
    return histories


def extensions_of(notice: RectificationNotice) -> list[ExtensionRequest]:
    """Applications for more time, the newest first."""
    return list(notice.extensions.select_related("requested_by", "decided_by"))


def open_extension(notice: RectificationNotice) -> ExtensionRequest | None:
    """The undecided application, if any."""
    return notice.extensions.filter(status=ExtensionStatus.OPEN).select_related("requested_by").first()


def reminders_of(notice: RectificationNotice) -> list[NoticeReminder]:
    """Reminders sent, the newest first."""
    return list(notice.reminders.all())


def draftable_organs(visit: Visit) -> list[Organisation]:
    """Organs with in-term findings of a visit that are not in a notice yet."""
    waiting = visit.findings.filter(mode=FindingMode.IN_TERM, status=FindingStatus.OPEN)
    return list(Organisation.objects.filter(pk__in=waiting.values("organ")).order_by("pk"))


def enforcing_organs(actor: User) -> list[Organisation]:
    """Organs of the actor's bureau that may inspect and issue."""
    rows = (
        Organisation.objects.filter(bureau=actor.bureau, is_active=True)
        .exclude(number_word="")
        .order_by("pk")
    )
    return [organ for organ in rows if guards.may_enforce(organ)]


def organ_choices(actor: User) -> QuerySet[Organisation]:
    """Those organs as a queryset for forms."""
    return Organisation.objects.filter(pk__in=[organ.pk for organ in enforcing_organs(actor)]).order_by("pk")


def authority_choices(actor: User) -> QuerySet[Organisation]:
    """Authorities of the bureau whose people may go along."""
    counterparts = ["INSTITUTION", "SCHOOL", "BANK"]
    return (
        Organisation.objects.filter(bureau=actor.bureau, is_active=True)
        .exclude(kind__in=counterparts)
        .order_by("pk")
    )


def officer_choices(actor: User, day: date) -> QuerySet[User]:
    """People of the bureau with a certificate valid on a day."""
    certified = OfficerCertificate.objects.filter(
        Q(revoked_on__isnull=True) | Q(revoked_on__gt=day), organ__bureau=actor.bureau, validity__contains=day
    )
    people = User.objects.filter(pk__in=certified.values("user"), is_active=True)
    return people.select_related("organisation").order_by("organisation", "name")


def organ_officers(organ: Organisation, day: date) -> QuerySet[User]:
    """Officers of one organ certified on a day."""
    certified = OfficerCertificate.objects.filter(
        Q(revoked_on__isnull=True) | Q(revoked_on__gt=day), organ=organ, validity__contains=day
    )
    return User.objects.filter(pk__in=certified.values("user"), is_active=True).order_by("name")


def colleague_choices(actor: User) -> QuerySet[User]:
    """Active authority people of the bureau."""
    counterparts = ["INSTITUTION", "SCHOOL", "BANK"]
    rows = User.objects.filter(bureau=actor.bureau, is_active=True, organisation__isnull=False)
    return (
        rows.exclude(organisation__kind__in=counterparts)
        .select_related("organisation")
        .order_by("organisation", "name")
    )


def institution_choices(actor: User) -> QuerySet[Institution]:
    """Places that the actor may plan a visit to: open, closed and unlicensed."""
    return Institution.objects.visible_to(actor).select_related("region").order_by("name")


def campaign_choices(actor: User, day: date) -> QuerySet[Campaign]:
    """Running campaigns."""
    return campaigns_visible(actor).filter(status="RUNNING").order_by("-starts_on")


def checklist_choices(actor: User, day: date) -> QuerySet[ChecklistVersion]:
    """Checklist versions in force."""
    found = [version.pk for version in versions_in_force(actor=actor, on=day)]
    return ChecklistVersion.objects.filter(pk__in=found).order_by("name")


def violation_choices() -> QuerySet[ViolationType]:
    """Problem types that a finding may have."""
    return ViolationType.objects.filter(is_active=True).order_by("group", "pk")


@dataclass(frozen=True)
class FailedItem:
    """A failed checklist item that is not a finding yet."""

    code: str
    text: str
    note: str
    organ_kind: str
    organ_name: str = ""


def failed_items(visit: Visit) -> list[FailedItem]:
    """Failed items of the visit's checklist without a finding."""
    run = visit.checklist_run
    if run is None:
        return []
    told = set(visit.findings.exclude(status=FindingStatus.VOID).values_list("item_code", flat=True))
    answers = failures_of(run).select_related("item").order_by("item__position")
    return [
        FailedItem(row.item.code, row.item.text, row.note, row.item.receiver, row.item.receiver_name)
        for row in answers
        if row.item.code not in told
    ]


def unresolved_findings(visit: Visit) -> list[Finding]:
    """Problems of earlier visits to the same place that nobody has closed, oldest first."""
    rows = Finding.objects.filter(
        visit__institution=visit.institution_id, status__in=[FindingStatus.OPEN, FindingStatus.IN_NOTICE]
    )
    rows = rows.exclude(visit=visit).filter(visit__status__in=["RECORDED", "CLOSED"])
    return list(rows.select_related("organ", "violation", "visit").order_by("pk"))


@dataclass(frozen=True)
class CarriedHistory:
    """An earlier problem with its story: its visit, its notice, what earlier visits and re-checks saw."""

    row: CarriedFinding
    files: list[EvidenceFile]
    notice: RectificationNotice | None
    seen_before: list[CarriedFinding]
    rechecks: list[RecheckItem]


def carried_of(actor: User, visit: Visit) -> list[CarriedHistory]:
    """Earlier problems that came along to a visit, with their history."""
    rows = visit.carried.select_related(
        "finding__organ", "finding__violation", "finding__visit", "answered_by"
    )
    found = []
    for row in rows.order_by("finding_id"):
        item = row.finding.notice_items.exclude(notice__status="WITHDRAWN").select_related("notice").last()
        before = row.finding.carried.exclude(pk=row.pk).exclude(result="").select_related("visit")
        checks = RecheckItem.objects.filter(item__finding=row.finding).select_related("recheck")
        found.append(
            CarriedHistory(
                row,
                evidence_of(actor=actor, subject=row),
                item.notice if item else None,
                list(before.order_by("pk")),
                list(checks.order_by("recheck__rechecked_at")),
            )
        )
    return found


def carried_results(visit: Visit, notice: RectificationNotice) -> dict[int, CarriedFinding]:
    """What a visit saw of the items of a notice, by item id; the start of a re-check on site."""
    seen = {row.finding_id: row for row in visit.carried.exclude(result__in=["", "UNSEEN"])}
    items = notice.items.filter(finding_id__in=seen)
    return {item.pk: seen[item.finding_id] for item in items}


def recheckable(actor: User, visit: Visit) -> list[RectificationNotice]:
    """Notices of the actor's organ whose open items were all looked at during a recorded visit."""
    if visit.status not in {"RECORDED", "CLOSED"}:
        return []
    rows = notices_visible(actor).filter(
        organ=actor.organisation_id,
        status__in=["SERVED", "ANSWERED"],
        items__finding__carried__visit=visit,
    )
    return list(rows.distinct())


def documents_for_party(actor: User) -> list[OfficialDocument]:
    """Inspection notices and results addressed to the actor's institution, the newest first."""
    if not actor.is_counterpart:
        return []
    visits = Visit.objects.filter(institution__organisation=actor.organisation)
    kinds = ["INSPECTION_NOTICE", "INSPECTION_RESULT"]
    return list(
        OfficialDocument.objects.filter(subject_uid__in=visits.values("uid"), kind__in=kinds)
        .select_related("organ")
        .order_by("-issued_at")
    )


def service_of_notice(document: OfficialDocument) -> ServiceRecord | None:
    """送达回证 of the notice that a document is, if it was served."""
    rows = ServiceRecord.objects.filter(notice__uid=document.subject_uid)
    return rows.select_related("server_one", "server_two", "document").first()


def posted_document(evidence: EvidenceFile) -> OfficialDocument | None:
    """The notice whose 送达回证 holds the photo."""
    rows = ServiceRecord.objects.filter(uid=evidence.subject_uid, notice__document__isnull=False)
    record = rows.select_related("notice__document__organ").first()
    return record.notice.document if record else None


def institution_visits(actor: User, institution: Institution, limit: int = 20) -> list[Visit]:
    """Visits of one institution that the actor may see."""
    return list(visits_visible(actor).filter(institution=institution)[:limit])


def institution_notices(actor: User, institution: Institution, limit: int = 20) -> list[RectificationNotice]:
    """Notices of one institution that the actor may see."""
    return list(notices_visible(actor).filter(institution=institution)[:limit])


def visits_counted(institution: Institution, year: int) -> int:
    """Visits of a year that count towards the cap."""
    rows = Visit.objects.filter(institution=institution, planned_on__year=year).carried_out()
    return rows.exclude(deployment__kind__in=CAP_EXEMPT_KINDS).count()


def closing_reasons(institution: Institution) -> Iterable[Reason]:
    """Why an institution cannot be closed: notices that are not settled, visits under way."""
    pending = RectificationNotice.objects.filter(institution=institution).pending().order_by("pk")
    for notice in pending[:5]:
        yield Reason(
            f"整改通知书 {notice.number} 尚未办结（{notice.get_status_display()}）。",
            "整改未办结不得注销",
            "请先复查销号、升级处理或撤回。",
            "notice_open",
        )
    for visit in Visit.objects.filter(institution=institution, status="STARTED")[:3]:
        yield Reason(
            f"{visit.planned_on:%Y-%m-%d} 的检查还没有记录。",
            cleared_by="请先完成检查记录。",
            gate="visit_open",
        )


def approvals_waiting(actor: User) -> DeploymentQuerySet:
    """Outings of the actor's organ that wait for its head, emergencies included."""
    rows = Deployment.objects.visible_to(actor).filter(lead_organ=actor.organisation_id)
    waiting = Q(status="SUBMITTED") | Q(status="UNDERWAY", is_emergency=True, approved_at__isnull=True)
    return rows.filter(waiting).select_related("lead_organ", "created_by").order_by("starts_at")


def outings_to_notify(actor: User) -> DeploymentQuerySet:
    """Approved outings of the actor's organ without notice."""
    rows = Deployment.objects.visible_to(actor).filter(status="APPROVED", lead_organ=actor.organisation_id)
    return rows.select_related("lead_organ", "created_by").order_by("starts_at")


def visits_due(actor: User, today: date) -> VisitQuerySet:
    """Stops of today and before that the actor's team has not recorded."""
    mine = Deployment.objects.filter(
        members__user=actor, members__role=MemberRole.OFFICER, members__removed_at__isnull=True
    )
    rows = Visit.objects.visible_to(actor).filter(deployment__in=mine.values("pk"), planned_on__lte=today)
    return (
        rows.filter(status__in=["PLANNED", "STARTED", "RECORDED"])
        .exclude(status="PLANNED", deployment__status__in=["DRAFT", "SUBMITTED", "APPROVED"])
        .select_related("institution", "region", "deployment")
        .order_by("planned_on", "pk")
    )


def notices_to_do(actor: User, today: date) -> NoticeQuerySet:
    """Notices of the actor's organ that need something: issue, service, re-check, or are due soon or over."""
    soon = today + timedelta(days=7)
    rows = RectificationNotice.objects.visible_to(actor).filter(organ=actor.organisation_id)
    wanted = Q(status__in=["DRAFT", "ISSUED", "ANSWERED"]) | Q(status="SERVED", due_on__lte=soon)
    return rows.filter(wanted).select_related("institution", "region", "organ").order_by("due_on", "pk")


def extensions_waiting(actor: User) -> QuerySet[ExtensionRequest]:
    """Applications for more time to the actor's organ."""
    rows = ExtensionRequest.objects.visible_to(actor).filter(
        status=ExtensionStatus.OPEN, notice__organ=actor.organisation_id
    )
    return rows.select_related("notice", "notice__institution", "notice__region").order_by("requested_at")


def recusals_waiting(actor: User) -> QuerySet[Recusal]:
    """Undecided recusals in outings of the actor's organ."""
    rows = Recusal.objects.visible_to(actor).filter(
        status="OPEN", member__deployment__lead_organ=actor.organisation_id
    )
    return rows.select_related("member", "member__deployment").order_by("raised_at")


def notices_of_party(actor: User) -> NoticeQuerySet:
    """The actor's institution's own notices, unsettled ones first."""
    return notices_visible(actor).order_by("closed_at", "due_on", "-pk")


def recusal_get(actor: User, uid: UUID) -> Recusal | None:
    """One recusal inside the actor's reach."""
    return (
        Recusal.objects.visible_to(actor)
        .filter(uid=uid)
        .select_related("member", "member__deployment")
        .first()
    )


def member_get(actor: User, uid: UUID) -> DeploymentMember | None:
    """One member inside the actor's reach."""
    rows = DeploymentMember.objects.visible_to(actor).filter(uid=uid)
    return rows.select_related("deployment", "organisation").first()


def notices_overdue(actor: User, today: date) -> QuerySet[RectificationNotice]:
    """Overdue notices that the actor may see."""
    return RectificationNotice.objects.visible_to(actor).overdue(today)


def notices_pending(actor: User) -> QuerySet[RectificationNotice]:
    """Unsettled notices that the actor may see."""
    return RectificationNotice.objects.visible_to(actor).pending()


VISIT_TOTALS = {"times": Count("pk"), "places": Count("institution", distinct=True)}


def visits_this_year(actor: User, today: date) -> QuerySet[Visit]:
    """Visits of this year inside the actor's reach; `VISIT_TOTALS` are their 家次 and 家."""
    return Visit.objects.visible_to(actor).carried_out().filter(started_at__year=today.year)
