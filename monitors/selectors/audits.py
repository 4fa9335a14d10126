"""Reads of patrol audits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from monitors.models import AuditTarget, PatrolAudit, Stop

RECENT_DAYS = 90


def audits_visible(actor: User) -> ScopedQuerySet[PatrolAudit]:
    """Audits with what was checked and found, the newest first."""
    rows: Any = (
        PatrolAudit.objects.visible_to(actor)
        .select_related("drawn_by", "created_by", "region", "bureau")
        .defer("pool_text")
        .annotate(
            checked_count=Count("targets", filter=~Q(targets__finding="PENDING"), distinct=True),
            decided_count=Count("targets", filter=Q(targets__finding__in=["REAL", "FALSE"]), distinct=True),
            false_count=Count("targets", filter=Q(targets__finding="FALSE"), distinct=True),
            trip_count=Count("trips", distinct=True),
        )
        .order_by("-frozen_at", "-pk")
    )
    found: ScopedQuerySet[PatrolAudit] = rows
    return found


def targets_of(row: PatrolAudit) -> QuerySet[AuditTarget]:
    """Drawn visits in the order of drawing."""
    return row.targets.select_related("stop__outing", "stop__institution", "trip").order_by("order")


def recent_size(actor: User) -> int:
    """Visits of the last three months."""
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    return Stop.objects.visible_to(actor).counted().filter(outing__started_at__gte=since).count()
