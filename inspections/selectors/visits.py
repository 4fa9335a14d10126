"""Scoped reads of visits, findings and what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from accounts.models import User
from casework.evidence.selectors import evidence_of
from casework.models import EvidenceFile
from fieldwork.selectors import failures_of
from inspections.models import (
    CAP_EXEMPT_KINDS,
    CarriedFinding,
    Deployment,
    Finding,
    FindingStatus,
    RecheckItem,
    RectificationNotice,
    Visit,
)
from inspections.querysets import FindingQuerySet, VisitQuerySet
from institutions.models import Institution


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


def institution_visits(actor: User, institution: Institution, limit: int = 20) -> list[Visit]:
    """Visits of one institution that the actor may see."""
    return list(visits_visible(actor).filter(institution=institution)[:limit])


def visits_counted(institution: Institution, year: int) -> int:
    """Visits of a year that count towards the cap."""
    rows = Visit.objects.filter(institution=institution, planned_on__year=year).carried_out()
    return rows.exclude(deployment__kind__in=CAP_EXEMPT_KINDS).count()


def visits_this_year(actor: User, today: date) -> tuple[int, int]:
    """(家次, 家) visited this year inside the actor's reach."""
    rows = Visit.objects.visible_to(actor).carried_out().filter(started_at__year=today.year)
    found = rows.aggregate(times=Count("pk"), places=Count("institution", distinct=True))
    return found["times"], found["places"]
