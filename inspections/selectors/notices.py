"""Scoped reads of notices, answers, re-checks and the papers of a party."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from casework import policy
from casework.errors import Reason
from casework.evidence.selectors import evidence_of
from casework.models import EvidenceFile, OfficialDocument, ViolationType
from inspections.models import (
    ExtensionRequest,
    ExtensionStatus,
    NoticeItem,
    NoticeReminder,
    RectificationNotice,
    ServiceRecord,
    Visit,
)
from inspections.querysets import NoticeQuerySet
from institutions.models import Institution


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


def violations_of(notice: RectificationNotice) -> list[ViolationType]:
    """Kinds of violation behind the items of a notice."""
    findings = notice.items.values("finding")
    return list(ViolationType.objects.filter(findings__in=findings).distinct())


def extensions_of(notice: RectificationNotice) -> list[ExtensionRequest]:
    """Applications for more time, the newest first."""
    return list(notice.extensions.select_related("requested_by", "decided_by"))


def open_extension(notice: RectificationNotice) -> ExtensionRequest | None:
    """The undecided application, if any."""
    return notice.extensions.filter(status=ExtensionStatus.OPEN).select_related("requested_by").first()


def reminders_of(notice: RectificationNotice) -> list[NoticeReminder]:
    """Reminders sent, the newest first."""
    return list(notice.reminders.all())


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


def institution_notices(actor: User, institution: Institution, limit: int = 20) -> list[RectificationNotice]:
    """Notices of one institution that the actor may see."""
    return list(notices_visible(actor).filter(institution=institution)[:limit])


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


def notices_of_party(actor: User) -> NoticeQuerySet:
    """The actor's institution's own notices, unsettled ones first."""
    return notices_visible(actor).order_by("closed_at", "due_on", "-pk")


def term_limits(notice: RectificationNotice, today: date) -> str:
    """How short and how long the term of a notice may be, with the basis; or which value is missing."""
    try:
        shortest = policy.term("rectification.minimum_term", region=notice.region, on=today)
        longest = policy.term("rectification.maximum_term", region=notice.region, on=today)
    except policy.PolicyMissing as missing:
        return str(missing)
    return f"整改期限最短 {shortest}（{shortest.cited}），最长 {longest}（{longest.cited}）。"


def extension_limits(notice: RectificationNotice, today: date) -> str:
    """How often and for how long a notice may be extended, with the basis; or which value is missing."""
    try:
        times = policy.value("rectification.extension.times", region=notice.region, on=today)
        longest = policy.term("rectification.extension.maximum", region=notice.region, on=today)
    except policy.PolicyMissing as missing:
        return str(missing)
    return f"最多延期 {times.value} {times.unit}（{times.cited}），一次不超过 {longest}（{longest.cited}）。"
