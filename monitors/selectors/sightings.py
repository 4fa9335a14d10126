"""Reads of duty logs and observations."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from accounts.models import User
from monitors.models import DutyEntry, Monitor, Observation
from monitors.querysets import EntryQuerySet, ObservationQuerySet


def entries_visible(actor: User) -> EntryQuerySet:
    """Lines of duty logs within reach, the newest first."""
    rows: EntryQuerySet = DutyEntry.objects.visible_to(actor)
    return rows.select_related("monitor__person", "monitor__squad", "region", "clue", "bureau").order_by(
        "-done_on", "-pk"
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
