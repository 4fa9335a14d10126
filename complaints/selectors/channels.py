"""Scoped reads of imports, hotline tickets and covers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from complaints.models import Channel, Clue, CoverPattern, TicketBatch, TicketReply
from complaints.querysets import ClueQuerySet


def batches_visible(actor: User) -> ScopedQuerySet[TicketBatch]:
    """Imports of hotline sheets, the newest first."""
    return TicketBatch.objects.visible_to(actor).select_related("created_by").order_by("-created_at", "-pk")


def tickets_visible(actor: User) -> ClueQuerySet:
    """Hotline tickets with whether their answer was handed over."""
    answered = TicketReply.objects.filter(clue=OuterRef("pk"), closed_at=OuterRef("closed_at"))
    rows: ClueQuerySet = (
        Clue.objects.visible_to(actor)
        .filter(channel=Channel.HOTLINE)
        .select_related("assigned_organ", "region")
        .annotate(is_replied=Exists(answered))
        .order_by("-received_at", "-pk")
    )
    return rows


def replies_waiting(actor: User) -> ClueQuerySet:
    """Closed tickets whose answer the hotline does not have yet."""
    answered = TicketReply.objects.filter(clue=OuterRef("pk"), closed_at=OuterRef("closed_at"))
    rows: ClueQuerySet = tickets_visible(actor).filter(~Exists(answered), status="CLOSED")
    return rows


def patterns_counted(
    actor: User, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[CoverPattern]:
    """Covers with the clues that show them, those confirmed apart; in a span of arrival when given."""
    mine = Q(uses__clue__in=Clue.objects.visible_to(actor).counted())
    if since:
        mine &= Q(uses__clue__received_at__gte=since)
    if until:
        mine &= Q(uses__clue__received_at__lt=until)
    confirmed = mine & Q(uses__clue__outcome__in=["CONFIRMED", "PARTLY"])
    return (
        CoverPattern.objects.visible_to(actor)
        .filter(Q(is_active=True) | Q(uses__isnull=False))
        .annotate(
            clue_count=Count("uses__clue", filter=mine, distinct=True),
            confirmed_count=Count("uses__clue", filter=confirmed, distinct=True),
        )
        .order_by("pk")
    )


def patterns_of(clue: Clue) -> list[Any]:
    """Covers recognised in a clue, with what is still to be proved."""
    return list(clue.patterns.select_related("pattern", "noted_by").order_by("pattern_id"))
