"""Scoped reads of lists for staff and institutions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from blacklist.models import BatchCandidate, BatchStatus, EntryStatus, ListBatch, ListEntry, ListKind
from blacklist.querysets import ListBatchQuerySet, ListEntryQuerySet
from casework.models import AuditEvent, ViolationType
from institutions.models import Institution, LicenceState

ENDING_SOON_DAYS = 30


def batches_visible(actor: User) -> ListBatchQuerySet:
    """Batches inside the actor's reach, newest first, with their sizes."""
    rows: ListBatchQuerySet = ListBatch.objects.visible_to(actor)
    return (
        rows.select_related("document", "created_by", "approved_by", "bureau")
        .annotate(
            included=Count("candidates", filter=Q(candidates__is_included=True), distinct=True),
            in_force=Count("entries", filter=Q(entries__status=EntryStatus.PUBLISHED), distinct=True),
        )
        .order_by("-pk")
    )


def entries_visible(actor: User) -> ListEntryQuerySet:
    """Entries inside the actor's reach, newest first."""
    rows: ListEntryQuerySet = ListEntry.objects.visible_to(actor)
    return rows.select_related(
        "institution",
        "institution__region",
        "batch",
        "document",
        "notice_document",
        "created_by",
        "bureau",
        "region",
    ).order_by("-starts_on", "-pk")


def own_entries(actor: User) -> ListEntryQuerySet:
    """What the institution itself may see of its entries: from the notice on."""
    return entries_visible(actor).exclude(status=EntryStatus.DRAFT)


def candidates_of(batch: ListBatch) -> Any:
    """Candidates of a batch: ticked first, then eligible, then those with reasons."""
    return (
        BatchCandidate.objects.filter(batch=batch)
        .select_related("institution", "institution__region")
        .order_by("-is_eligible", "institution__region__code", "institution__name_norm", "pk")
    )


def candidate_counts(batch: ListBatch) -> dict[str, int]:
    """How many candidates are ticked, eligible and not eligible, in one query."""
    return BatchCandidate.objects.filter(batch=batch).aggregate(
        total=Count("pk"),
        included=Count("pk", filter=Q(is_included=True)),
        eligible=Count("pk", filter=Q(is_eligible=True)),
        refused=Count("pk", filter=Q(is_eligible=False)),
    )


def list_counts(actor: User) -> dict[str, int]:
    """Institutions on each list now and entries in procedure, in one query."""
    rows = ListEntry.objects.visible_to(actor).order_by()
    return rows.aggregate(
        white=Count("pk", filter=Q(kind=ListKind.WHITE, status=EntryStatus.PUBLISHED)),
        black=Count("pk", filter=Q(kind=ListKind.BLACK, status=EntryStatus.PUBLISHED)),
        red=Count("pk", filter=Q(kind=ListKind.RED, status=EntryStatus.PUBLISHED)),
        pending=Count("pk", filter=Q(status__in=["DRAFT", "NOTIFIED", "REVIEWED"])),
    )


def entries_of(actor: User, institution: Institution) -> list[ListEntry]:
    """Every entry of one institution that the actor may see, newest first."""
    return list(entries_visible(actor).filter(institution=institution))


def entries_on(actor: User, kind: str, day: date) -> ListEntryQuerySet:
    """What a list said on `day`."""
    return entries_visible(actor).filter(kind=kind).listed_on(day)


def licence_lapsed_entries(actor: User) -> ListEntryQuerySet:
    """White and red entries in force whose institution's licence is no longer valid."""
    rows = entries_visible(actor).in_force().filter(kind__in=[ListKind.WHITE, ListKind.RED])
    return rows.exclude(institution__licence_state=LicenceState.VALID)


def ending_soon_entries(actor: User, today: date) -> ListEntryQuerySet:
    """Black entries in force whose last day comes within 30 days."""
    last = today + timedelta(days=ENDING_SOON_DAYS)
    return entries_visible(actor).in_force().filter(kind=ListKind.BLACK, planned_end_on__lte=last)


def procedures_visible(actor: User) -> ListEntryQuerySet:
    """Entries on their way to the black list, in the order in which they fall due."""
    return entries_visible(actor).in_procedure().order_by("reply_until", "pk")


def open_batches(actor: User) -> ListBatchQuerySet:
    """Batches that wait for somebody."""
    return batches_visible(actor).filter(
        status__in=[BatchStatus.DRAFT, BatchStatus.REVIEWING, BatchStatus.APPROVED]
    )


def violation_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Violation types that may be the ground of an entry, by group."""
    groups: dict[str, list[tuple[str, str]]] = {}
    rows = ViolationType.objects.filter(is_active=True).order_by("pk").values_list("group", "code", "name")
    for group, code, name in rows:
        groups.setdefault(group, []).append((code, name))
    return list(groups.items())


def violation_names(codes: list[str]) -> list[str]:
    """Names of violation types in the order given."""
    names = dict(ViolationType.objects.filter(code__in=codes).values_list("code", "name"))
    return [names.get(code, code) for code in codes]


def history_of(actor: User, obj: ListBatch | ListEntry) -> list[AuditEvent]:
    """Audit events of one batch or entry, newest first."""
    rows = AuditEvent.objects.visible_to(actor).filter(object_uid=obj.uid)
    return list(rows.order_by("-occurred_at", "-pk")[:100])
