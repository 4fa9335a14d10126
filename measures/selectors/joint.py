"""Scoped reads of whistles, calls, meetings and decisions."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, F, Q, QuerySet

from accounts.models import User
from measures.models import (
    Closure,
    Decision,
    Meeting,
    Shift,
    TalkParty,
    Whistle,
    WhistleCall,
)
from measures.querysets import CallQuerySet, DecisionQuerySet
from measures.selectors.market import ads_visible
from measures.selectors.papers import directives_visible


def whistles_visible(actor: User) -> QuerySet[Whistle]:
    """Whistles with their calls."""
    return (
        Whistle.objects.visible_to(actor)
        .select_related("caller", "institution", "region", "bureau")
        .prefetch_related("calls__organisation")
    )


def calls_visible(actor: User) -> CallQuerySet[WhistleCall]:
    """Calls that the actor reaches."""
    return WhistleCall.objects.visible_to(actor).select_related(
        "whistle__caller", "whistle__region", "whistle__institution", "organisation", "bureau"
    )


def calls_to_answer(actor: User) -> CallQuerySet[WhistleCall]:
    """Calls of the actor's own body that are not settled."""
    rows = calls_visible(actor).filter(organisation=actor.organisation_id, whistle__status="OPEN")
    return rows.exclude(status__in=["DONE", "RETURNED"]).order_by("arrive_due_at", "pk")


def meetings_visible(actor: User) -> QuerySet[Meeting]:
    """Meetings with the number of their decisions."""
    rows = Meeting.objects.visible_to(actor).select_related("organ", "document", "region", "bureau")
    return rows.annotate(
        decision_count=Count("decisions", distinct=True),
        open_count=Count("decisions", filter=Q(decisions__status__in=["OPEN", "REPORTED"]), distinct=True),
    ).order_by("-held_at", "-pk")


def decisions_visible(actor: User) -> DecisionQuerySet[Decision]:
    """Decisions of issued minutes, and drafts of the actor's own body."""
    rows = Decision.objects.visible_to(actor).select_related(
        "meeting__organ", "meeting__document", "assignee", "region", "bureau"
    )
    return rows.prefetch_related("letters")


def open_counts(actor: User, today: date) -> dict[str, int]:
    """How much is open in each part, for the overview."""
    from django.utils import timezone

    coming = Shift.objects.visible_to(actor).filter(starts_at__gt=timezone.now())
    short = coming.annotate(on_it=Count("duties")).filter(on_it__lt=F("needed"))
    waiting = TalkParty.objects.visible_to(actor).filter(talk__status="HELD", result="").exclude(promise="")
    decisions = decisions_visible(actor).exclude(meeting__status="DRAFT")
    return {
        "ads": ads_visible(actor).waiting().count(),
        "ads_overdue": ads_visible(actor).overdue(today).count(),
        "promises": waiting.count(),
        "directives": directives_visible(actor).filter(status__in=["ISSUED", "SERVED"]).count(),
        "whistles": Whistle.objects.visible_to(actor).filter(status="OPEN").count(),
        "decisions_overdue": decisions.overdue(today).count(),
        "closures": Closure.objects.visible_to(actor).filter(status="IN_FORCE").count(),
        "shifts_short": short.count(),
    }
