"""Scoped reads of campaigns, checklists and runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import Bureau, User
from casework.models.policy import UNVERIFIED
from fieldwork.contents import items_from
from fieldwork.data import assignments
from fieldwork.models import (
    AnswerKind,
    Campaign,
    Checklist,
    ChecklistAnswer,
    ChecklistItem,
    ChecklistRun,
    ChecklistVersion,
    RunStatus,
    VersionState,
)
from fieldwork.querysets import CampaignQuerySet, ChecklistVersionQuerySet
from fieldwork.scoring import Score, score


@dataclass(frozen=True)
class Aspect:
    """One section of a checklist with its items."""

    code: str
    name: str
    items: tuple[ChecklistItem, ...]


def campaigns_visible(actor: User) -> CampaignQuerySet:
    """Campaigns the actor may see, newest first."""
    return Campaign.objects.visible_to(actor).select_related("bureau", "checklist")


def campaign_file(actor: User) -> CampaignQuerySet:
    """Campaigns with everything that their page shows."""
    return campaigns_visible(actor).prefetch_related("stages", "departments")


def campaigns_running(actor: User, day: date) -> CampaignQuerySet:
    """Started campaigns whose window holds `day`."""
    return campaigns_visible(actor).filter(status="RUNNING").on(day)


def checklists_visible(actor: User) -> QuerySet[Checklist]:
    """Checklists with the number of their published versions."""
    published = Count("versions", filter=~Q(versions__state=VersionState.DRAFT))
    return Checklist.objects.visible_to(actor).annotate(version_count=published).prefetch_related("versions")


def checklists_published(actor: User) -> QuerySet[Checklist]:
    """Checklists that have a published version."""
    published = Count("versions", filter=~Q(versions__state=VersionState.DRAFT))
    rows = Checklist.objects.visible_to(actor).annotate(version_count=published)
    return rows.filter(version_count__gt=0).order_by("code", "pk")


def versions_all() -> ChecklistVersionQuerySet:
    """Every version; the caller scopes it."""
    return ChecklistVersion.objects.select_related("checklist", "published_by")


def versions_of(actor: User, checklist: Checklist) -> QuerySet[ChecklistVersion]:
    """All versions of one checklist, newest first."""
    return ChecklistVersion.objects.visible_to(actor).filter(checklist=checklist).order_by("-number")


def version_in_force(*, code: str, on: date, bureau: Bureau | None = None) -> ChecklistVersion | None:
    """The version of checklist `code` to use on a day: the bureau's own before the national one."""
    rows = ChecklistVersion.objects.in_force(on).filter(checklist__code=code)
    own = rows.filter(checklist__bureau=bureau).first() if bureau else None
    return own or rows.filter(checklist__bureau__isnull=True).first()


def versions_in_force(*, actor: User, on: date) -> list[ChecklistVersion]:
    """One usable version per checklist that the actor may read; a bureau's own list hides the general one."""
    newest: dict[int, ChecklistVersion] = {}
    for version in ChecklistVersion.objects.visible_to(actor).in_force(on).select_related("checklist"):
        newest.setdefault(version.checklist_id, version)
    own = {row.checklist.code for row in newest.values() if row.checklist.bureau_id is not None}
    shown = [row for row in newest.values() if row.checklist.bureau_id or row.checklist.code not in own]
    return sorted(shown, key=lambda version: version.checklist.code)


def aspects_of(items: Iterable[ChecklistItem]) -> list[Aspect]:
    """Items in order, grouped by aspect."""
    groups: dict[tuple[str, str], list[ChecklistItem]] = {}
    for item in items:
        groups.setdefault((item.aspect_code, item.aspect_name), []).append(item)
    return [Aspect(code, name, tuple(rows)) for (code, name), rows in groups.items()]


def runs_of(actor: User, subject_uid: UUID) -> QuerySet[ChecklistRun]:
    """Filled checklists of one subject, voided ones left out."""
    rows = ChecklistRun.objects.visible_to(actor).filter(subject_uid=subject_uid)
    return rows.exclude(status=RunStatus.CANCELLED).select_related("checklist_version").order_by("opened_at")


def answers_of(run: ChecklistRun) -> QuerySet[ChecklistAnswer]:
    """Answers of a run in the order of the form."""
    return run.answers.select_related("item", "answered_by").order_by("item__position")


def failures_of(run: ChecklistRun) -> QuerySet[ChecklistAnswer]:
    """Answers that say that something is not in order; facts never do."""
    failing = run.checklist_version.failing_answer
    return run.answers.filter(value=failing, item__answer_kind=AnswerKind.CHOICE)


def points_of(run: ChecklistRun) -> Score:
    """The points of a form as far as it is filled."""
    values = dict(run.answers.values_list("item__code", "value"))
    return score(run.checklist_version, run.checklist_version.items.all(), values)


def proposed_version(
    *, campaign: Campaign | None, inspection_kind: str, on: date, bureau: Bureau | None
) -> ChecklistVersion | None:
    """The version to use when nobody chose one: the campaign's own list, else the one of its kind, else the
    one of the kind of inspection."""
    if campaign is not None and campaign.checklist is not None:
        found = version_in_force(code=campaign.checklist.code, on=on, bureau=bureau)
        if found is not None:
            return found
    named = assignments()
    code = named["campaign"].get(campaign.kind) if campaign else None
    return version_in_force(code=code or named["inspection"].get(inspection_kind, ""), on=on, bureau=bureau)


def items_of(version: ChecklistVersion) -> list[ChecklistItem]:
    """Items of a version in order; those of a draft are read from its content."""
    if version.state == VersionState.DRAFT:
        return items_from(version, version.content)
    return list(version.items.all())


def drafts_of(actor: User) -> QuerySet[ChecklistVersion]:
    """Drafts that the actor may read, the newest first."""
    rows = ChecklistVersion.objects.visible_to(actor).filter(state=VersionState.DRAFT)
    return rows.select_related("checklist", "drafted_by", "based_on").order_by("-pk")


def runs_under_way(version: ChecklistVersion) -> int:
    """How many open forms use a version."""
    return version.runs.filter(status=RunStatus.OPEN).count()


def checklist_extract(version: ChecklistVersion) -> dict[str, Any]:
    """One version as the phone shows it, item by item."""
    return {
        "uid": str(version.uid),
        "name": version.name,
        "number": version.number,
        "answers": [{"code": code, "label": label} for code, label in version.answer_labels.items()],
        "failing": version.failing_answer,
        "items": [
            {
                "code": item.code,
                "aspect": aspect.name,
                "text": item.text,
                "hint": item.hint,
                "basis": [_basis_words(basis, is_verified=item.is_verified) for basis in item.basis],
                "is_star": item.is_star,
                "photo": item.requires_photo_on_fail,
                "note": item.requires_note_on_fail,
                "department": (item.departments or ["EDUCATION"])[0],
                "handling": item.usual_handling,
                "violation": item.indicator_key,
            }
            for aspect in aspects_of(version.items.order_by("position"))
            for item in aspect.items
        ],
    }


def _basis_words(basis: Any, *, is_verified: bool) -> str:
    mark = "" if is_verified else f"（{UNVERIFIED}）"
    if not isinstance(basis, dict):
        return f"{basis}{mark}"
    number = f"（{basis['number']}）" if basis.get("number") else ""
    article = (
        f"第{basis['article']}条" if str(basis.get("article") or "").isdigit() else basis.get("article") or ""
    )
    return f"{basis.get('document', '')}{number}{article}{mark}"
