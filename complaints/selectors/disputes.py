"""Scoped reads of refund disputes and rewards."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from complaints.models import RefundDispute, Reward
from complaints.querysets import DisputeQuerySet


def disputes_visible(actor: User) -> DisputeQuerySet:
    """Disputes with their totals (persons, fen), the newest first."""
    rows: DisputeQuerySet = (
        RefundDispute.objects.visible_to(actor)
        .select_related("institution", "region", "mediator", "clue")
        .annotate(
            families=Count("claims"),
            persons=Coalesce(Sum("claims__persons"), 0),
            claimed=Coalesce(Sum("claims__claimed_fen"), 0),
            agreed=Coalesce(Sum("claims__agreed_fen"), 0),
            paid=Coalesce(Sum("claims__paid_fen"), 0),
        )
        .order_by("-claimed_on", "-pk")
    )
    return rows


def dispute_totals(actor: User) -> dict[str, int]:
    """Persons and fen over all disputes that the actor sees, as counties publish them."""
    rows = RefundDispute.objects.visible_to(actor)
    paid = rows.filter(claims__paid_fen__gt=0).aggregate(
        persons=Coalesce(Sum("claims__persons"), 0), fen=Coalesce(Sum("claims__paid_fen"), 0)
    )
    return {"open": rows.open().count(), "persons": paid["persons"], "fen": paid["fen"]}


def rewards_visible(actor: User) -> ScopedQuerySet[Reward]:
    """Rewards, the newest first."""
    rows = Reward.objects.visible_to(actor)
    if not actor.may("complaints.reward_view"):
        return rows.none()
    return rows.select_related("clue", "proposed_by", "decided_by").order_by("-created_at", "-pk")
