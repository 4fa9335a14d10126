"""Scoped reads of rosters and mystery visits."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from measures.models import (
    Duty,
    MysteryVisit,
    Shift,
    Swap,
)


def shifts_visible(actor: User) -> QuerySet[Shift]:
    """Shifts with their people."""
    return (
        Shift.objects.visible_to(actor)
        .select_related("campaign", "region", "bureau")
        .prefetch_related("duties__user__organisation")
        .annotate(people_count=Count("duties", distinct=True))
        .order_by("-starts_at", "-pk")
    )


def duties_of(actor: User, day: date) -> QuerySet[Duty]:
    """The actor's own turns that begin on a day or are not reported within the week after."""
    return (
        Duty.objects.filter(user=actor, shift__bureau=actor.bureau_id)
        .filter(
            Q(shift__starts_at__date=day)
            | Q(
                shift__starts_at__date__gte=day - timedelta(days=7),
                shift__starts_at__date__lt=day,
                shift__report="",
            )
        )
        .select_related("shift__region")
        .order_by("shift__starts_at")
    )


def duty_get(actor: User, uid: UUID) -> Duty | None:
    """One turn inside the actor's reach."""
    rows = Duty.objects.visible_to(actor).select_related("shift__bureau", "user__organisation")
    return rows.filter(uid=uid).first()


def swaps_of(shift: Shift) -> list[Swap]:
    """Swaps asked for in one shift, newest first."""
    rows = Swap.objects.filter(duty__shift=shift).select_related("from_user", "to_user")
    return list(rows.order_by("-asked_at", "-pk"))


def swap_get(actor: User, uid: UUID) -> Swap | None:
    """One swap inside the actor's reach."""
    rows = Swap.objects.visible_to(actor).select_related("duty__shift__bureau", "from_user", "to_user")
    return rows.filter(uid=uid).first()


def swaps_waiting(actor: User, moment: datetime) -> QuerySet[Swap]:
    """Swaps that the actor is asked for, before the shift begins."""
    rows = Swap.objects.filter(to_user=actor, status="ASKED", duty__shift__starts_at__gt=moment)
    return rows.select_related("duty__shift__region", "from_user").order_by("duty__shift__starts_at")


def mysteries_visible(actor: User) -> QuerySet[MysteryVisit]:
    """Mystery visits, newest first."""
    return MysteryVisit.objects.visible_to(actor).select_related(
        "institution", "region", "organ", "campaign", "bureau"
    )
