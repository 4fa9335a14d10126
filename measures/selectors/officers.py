"""Scoped reads of officers: certificates, hours, recordings, exchanges."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from accounts.models import OfficerCertificate, User
from casework.models.activities import Attendee
from measures.models import (
    CameraFile,
    Exchange,
    StandingRecusal,
)


def recusals_visible(actor: User) -> QuerySet[StandingRecusal]:
    """Standing recusals, those in force first."""
    rows = StandingRecusal.objects.visible_to(actor).select_related(
        "user__organisation", "institution", "region", "bureau"
    )
    return rows.order_by(F("until").desc(nulls_first=True), "user__name", "pk")


def cameras_visible(actor: User) -> QuerySet[CameraFile]:
    """Recordings, newest first."""
    return CameraFile.objects.visible_to(actor).select_related(
        "visit__institution", "visit__deployment", "user", "evidence", "region", "bureau"
    )


def exchanges_visible(actor: User) -> QuerySet[Exchange]:
    """Exchanges, newest first."""
    return Exchange.objects.visible_to(actor).select_related("partner", "region", "bureau")


def officers_visible(actor: User, today: date) -> QuerySet[User]:
    """Everybody with a certificate, with training hours of the year, study hours, and open recusals.

    Current certificates are prefetched as `cards`, newest first.
    """
    year = Q(attendances__activity__held_on__year=today.year)
    certified = OfficerCertificate.objects.filter(user=OuterRef("pk"))
    cards = OfficerCertificate.objects.select_related("organ").order_by("-validity", "-pk")
    rows = User.objects.visible_to(actor).filter(Exists(certified), is_system=False, is_active=True)
    if actor.bureau and not actor.reach.everything:
        rows = rows.filter(organisation__bureau__region__path__startswith=actor.bureau.region.path)
    return (
        rows.select_related("organisation")
        .prefetch_related(Prefetch("certificates", cards, to_attr="cards"))
        .annotate(
            training_hours=Sum("attendances__hours", filter=year & Q(attendances__activity__kind="TRAINING")),
            study_hours=Sum("attendances__hours", filter=year & Q(attendances__activity__kind="STUDY")),
        )
        .order_by("organisation__kind", "organisation__name", "name", "pk")
    )


def officer_get(actor: User, pk: int, today: date) -> User | None:
    """One officer inside the actor's reach."""
    return officers_visible(actor, today).filter(pk=pk).first()


def attendances_of(person: User) -> list[Attendee]:
    """What a person took part in, newest first."""
    rows = Attendee.objects.filter(user=person).select_related("activity")
    return list(rows.order_by("-activity__held_on", "-pk")[:50])


def open_recusals_of(person: User) -> list[StandingRecusal]:
    """Grounds in force of one person."""
    return list(
        StandingRecusal.objects.filter(user=person, until__isnull=True)
        .select_related("institution")
        .order_by("-since", "-pk")
    )


def certificates_ending(actor: User, today: date, days: int) -> list[OfficerCertificate]:
    """Certificates that end within `days`, or ended within the last 30 without a newer one."""
    last, first = today + timedelta(days=days), today - timedelta(days=30)
    rows = (
        OfficerCertificate.objects.visible_to(actor)
        .filter(revoked_on__isnull=True, user__is_active=True)
        .filter(validity__endswith__gt=first, validity__endswith__lte=last + timedelta(days=1))
        .select_related("user", "organ")
    )
    newer = OfficerCertificate.objects.filter(
        user=OuterRef("user"), organ=OuterRef("organ"), revoked_on__isnull=True
    ).filter(validity__endswith__gt=OuterRef("validity__endswith"))
    return list(rows.exclude(Exists(newer)).order_by("validity__endswith", "pk"))
