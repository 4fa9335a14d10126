"""Scoped reads of ads, materials and talks."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import User
from measures.models import (
    AdCase,
    Handover,
    Talk,
    TalkParty,
)
from measures.querysets import AdQuerySet


def ads_visible(actor: User) -> AdQuerySet[AdCase]:
    """Advertisements, newest first."""
    return AdCase.objects.visible_to(actor).select_related(
        "institution",
        "region",
        "lead_organ",
        "referred_to",
        "campaign",
        "violation",
        "referral_document",
        "bureau",
    )


def talks_visible(actor: User) -> QuerySet[Talk]:
    """Talks with how many they summon and how many promises wait."""
    waiting = Count("parties", filter=~Q(parties__promise="") & Q(parties__result=""), distinct=True)
    rows = Talk.objects.visible_to(actor).select_related(
        "organ",
        "host",
        "recorder",
        "visit__institution",
        "notice",
        "invitation",
        "record",
        "region",
        "bureau",
    )
    return (
        rows.annotate(party_count=Count("parties", distinct=True), waiting_count=waiting)
        .prefetch_related("parties__institution")
        .order_by("-planned_at", "-pk")
    )


def promises_due(actor: User) -> QuerySet[TalkParty]:
    """Promises that wait for their follow-up, of the actor's own body."""
    return (
        TalkParty.objects.visible_to(actor)
        .filter(talk__organ=actor.organisation_id, talk__status="HELD", result="")
        .exclude(promise="")
        .select_related("talk", "institution__region")
        .order_by("promise_due_on", "pk")
    )


def handovers_visible(actor: User) -> QuerySet[Handover]:
    """Lots of materials with titles and copies."""
    rows = Handover.objects.visible_to(actor).select_related(
        "institution", "organ", "document", "region", "visit", "officer_one", "officer_two", "bureau"
    )
    return rows.annotate(title_count=Count("items"), copy_count=Sum("items__copies")).order_by(
        "-received_on", "-pk"
    )
