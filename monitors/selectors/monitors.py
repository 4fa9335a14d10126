"""Reads of monitors, squads and notices."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import Bureau, Region, RegionLevel, User
from accounts.querysets import ScopedQuerySet
from monitors.models import CandidateNotice, Manual, Monitor, Squad
from monitors.querysets import MonitorQuerySet


def monitors_visible(actor: User) -> MonitorQuerySet:
    """Terms that the actor sees, the newest first."""
    rows: MonitorQuerySet = Monitor.objects.visible_to(actor)
    return rows.select_related("person", "region", "squad", "notice", "bureau").order_by("-created_at", "-pk")


def counts(actor: User, today: date) -> dict[str, int]:
    """Monitors in office today, the townships they come from, candidates in hand."""
    rows = Monitor.objects.visible_to(actor)
    found: dict[str, int] = rows.aggregate(
        serving=Count("person", distinct=True, filter=Q(term__contains=today)),
        towns=Count("region", distinct=True, filter=Q(term__contains=today)),
        waiting=Count("pk", filter=Q(status__in=["NOMINATED", "QUALIFIED", "PUBLICISED"])),
    )
    return found


def squads_visible(actor: User, today: date) -> ScopedQuerySet[Squad]:
    """Squads with how many members serve today."""
    rows = Squad.objects.visible_to(actor).prefetch_related("towns")
    found: Any = rows.annotate(
        people=Count("members", distinct=True, filter=Q(members__term__contains=today))
    )
    kept: ScopedQuerySet[Squad] = found.order_by("name", "pk")
    return kept


def towns_of(actor: User) -> QuerySet[Region]:
    """Townships of the actor's bureau, only those within the actor's reach."""
    if actor.bureau is None:
        return Region.objects.none()
    path = actor.organisation.region_path if actor.organisation else actor.bureau.region.path
    rows: QuerySet[Region] = Region.objects.filter(
        path__startswith=path, level=RegionLevel.TOWNSHIP, valid_to__isnull=True
    )
    return rows.order_by("code")


def notices_visible(actor: User) -> ScopedQuerySet[CandidateNotice]:
    """Notices with how many stand on them."""
    rows = CandidateNotice.objects.visible_to(actor)
    found: Any = rows.annotate(people=Count("candidates"))
    kept: ScopedQuerySet[CandidateNotice] = found.order_by("-starts_on", "-pk")
    return kept


def qualified(actor: User) -> MonitorQuerySet:
    """Candidates who may be put on a notice."""
    return monitors_visible(actor).filter(status="QUALIFIED")


def public_monitors(bureau: Bureau, today: date) -> MonitorQuerySet:
    """Monitors whose term runs today, by area: the public reads name, card number and area, no more."""
    rows = Monitor.objects.filter(bureau=bureau, status="APPOINTED").in_office_on(today)
    return rows.select_related("person", "region", "squad").order_by("squad__name", "region__code", "pk")


def public_notices(bureau: Bureau, today: date) -> QuerySet[CandidateNotice]:
    """Notices whose window is open today."""
    return CandidateNotice.objects.filter(bureau=bureau, starts_on__lte=today, ends_on__gte=today)


def own_term(actor: User) -> Monitor | None:
    """The term that an account acts in: the running one, else the newest."""
    rows = Monitor.objects.filter(user=actor).select_related("person", "region", "squad", "bureau")
    return rows.filter(status="APPOINTED").first() or rows.order_by("-pk").first()


def term_on(actor: User, day: date) -> Monitor | None:
    """The term of an account that ran on a day, else the one it acts in now."""
    rows = Monitor.objects.filter(user=actor, term__contains=day)
    found = rows.select_related("person", "region", "squad", "bureau").order_by("-pk").first()
    return found or own_term(actor)


def manual_unread(monitor: Monitor) -> Manual | None:
    """The newest manual when the monitor has not confirmed it."""
    newest = Manual.objects.filter(bureau=monitor.bureau_id).order_by("-number").first()
    if newest is None or newest.receipts.filter(monitor=monitor).exists():
        return None
    return newest
