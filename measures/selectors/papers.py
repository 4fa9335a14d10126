"""Scoped reads of directives and closures, the party's own included."""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet

from accounts.models import User
from measures.models import (
    Closure,
    ClosureTarget,
    Directive,
    TalkParty,
)


def directives_visible(actor: User) -> QuerySet[Directive]:
    """Directives, newest first."""
    return (
        Directive.objects.visible_to(actor)
        .select_related(
            "organ__bureau__region",
            "institution",
            "receiver",
            "region",
            "document",
            "service_document",
            "visit__institution",
            "notice",
            "decision__meeting",
            "replaces",
            "officer_one",
            "officer_two",
            "bureau",
        )
        .order_by("-created_at", "-pk")
    )


def closures_visible(actor: User) -> QuerySet[Closure]:
    """Closures with how many places they bind and how many were checked."""
    rows = Closure.objects.visible_to(actor).select_related(
        "organ", "document", "lift_document", "officer_one", "officer_two", "region", "bureau"
    )
    return rows.annotate(
        place_count=Count("targets", distinct=True),
        broken_count=Count("targets", filter=Q(targets__complied=False), distinct=True),
        checked_count=Count("targets", filter=Q(targets__complied__isnull=False), distinct=True),
    ).order_by("-from_on", "-pk")


def targets_of(actor: User, closure: Closure) -> QuerySet[ClosureTarget]:
    """Places that a closure binds, those that did not keep to it first."""
    rows = ClosureTarget.objects.visible_to(actor).filter(closure=closure)
    return rows.select_related("institution__region").order_by(F("complied").asc(nulls_last=True), "pk")


def target_get(actor: User, pk: int) -> ClosureTarget | None:
    """One bound place inside the actor's reach."""
    rows = ClosureTarget.objects.visible_to(actor).select_related("closure", "institution")
    return rows.filter(pk=pk).first()


def own_directives(actor: User) -> QuerySet[Directive]:
    """Issued directives to the reader's institution."""
    rows = directives_visible(actor).filter(status__in=["ISSUED", "SERVED", "DONE", "SUPERSEDED"])
    return rows.filter(kind__in=["SUSPENSION_NOTICE", "BAN_NOTICE", "REMINDER_LETTER"])


def own_parties(actor: User) -> QuerySet[TalkParty]:
    """The reader's institution at talks that were announced."""
    return (
        TalkParty.objects.visible_to(actor)
        .filter(talk__status__in=["INVITED", "HELD", "CLOSED"])
        .select_related("talk__organ", "talk__invitation", "talk__record", "institution")
        .order_by("-talk__planned_at", "-pk")
    )


def own_closures(actor: User) -> QuerySet[Closure]:
    """Closures that bind the reader's institution."""
    return closures_visible(actor).filter(status__in=["IN_FORCE", "LIFTED"])
