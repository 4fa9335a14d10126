"""Reads of duty logs and observations."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, Sum

from accounts.models import User
from casework.models import EvidenceFile
from monitors.models import DutyEntry, Monitor, Observation
from monitors.querysets import EntryQuerySet, ObservationQuerySet


def entries_visible(actor: User) -> EntryQuerySet:
    """Lines of duty logs within reach, the newest first, each with the keys of its photos (`photos`)."""
    files = EvidenceFile.objects.filter(
        subject_type=DutyEntry._meta.label_lower, subject_uid=OuterRef("uid"), discarded_at__isnull=True
    )
    rows: EntryQuerySet = DutyEntry.objects.visible_to(actor)
    return (
        rows.select_related("monitor__person", "monitor__squad", "region", "clue", "bureau")
        .annotate(photos=ArraySubquery(files.order_by("pk").values("uid")))
        .order_by("-done_on", "-pk")
    )


def observations_visible(actor: User) -> ObservationQuerySet:
    """Observations within reach, the newest first."""
    rows: ObservationQuerySet = Observation.objects.visible_to(actor)
    return rows.select_related(
        "monitor__person", "institution", "region", "clue", "bureau", "created_by"
    ).order_by("-watched_from", "-pk")


def duties_of(monitor: Monitor, since: date, until: date) -> dict[str, Any]:
    """How often a monitor did what between two days (the last excluded)."""
    rows = DutyEntry.objects.filter(monitor=monitor, done_on__gte=since, done_on__lt=until)
    found: dict[str, Any] = rows.aggregate(
        supervise=Count("pk", filter=Q(duty="SUPERVISE")),
        feedback=Count("pk", filter=Q(duty="FEEDBACK")),
        publicise=Count("pk", filter=Q(duty="PUBLICISE")),
        reach=Sum("reach_count"),
    )
    return found
