"""Reads of report rounds, returns, letters and the schools' other duties."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from institutions.models import Institution
from schools.models import (
    AfterSchool,
    CampusAd,
    LetterReceipt,
    ParentLetter,
    SchoolReturn,
    SchoolRound,
    ServiceProvider,
    TeacherPledge,
    TeacherViolation,
)

SUMS = (
    "class_count", "pupils_checked", "pupils_subject", "pupils_other", "clue_count", "teachers_involved",
    "talks_class_teacher", "talks_deputy", "talks_principal", "parents_talked", "letters_sent", "letters_returned",
)  # fmt: skip


def rounds_visible(actor: User) -> ScopedQuerySet[Any]:
    """Rounds with how many schools owe and gave a return, the newest period first."""
    rows = SchoolRound.objects.visible_to(actor).select_related("region")
    return rows.annotate(
        asked=Count("returns"),
        given=Count("returns", filter=Q(returns__status="SUBMITTED")),
        zeros=Count("returns", filter=Q(returns__status="SUBMITTED", returns__is_zero=True)),
        late=Count("returns", filter=Q(returns__is_late=True)),
    ).order_by("-starts_on", "-pk")


def returns_visible(actor: User) -> ScopedQuerySet[SchoolReturn]:
    """Returns inside the actor's reach: missing ones first, then by place."""
    rows = SchoolReturn.objects.visible_to(actor).select_related("school", "round", "region")
    missing_first = F("submitted_at").asc(nulls_first=True)
    return rows.order_by("-round__starts_on", missing_first, "region_path", "pk")


def totals_of(rows: QuerySet[SchoolReturn]) -> dict[str, int]:
    """Sums of the returns that were submitted."""
    found = rows.filter(status="SUBMITTED").order_by().aggregate(**{name: Sum(name) for name in SUMS})
    return {name: value or 0 for name, value in found.items()}


def last_return(actor: User, row: SchoolReturn) -> SchoolReturn | None:
    """The school's newest submitted return before this one."""
    rows = SchoolReturn.objects.visible_to(actor).filter(school=row.school_id, status="SUBMITTED")
    return rows.exclude(pk=row.pk).order_by("-submitted_at", "-pk").first()


def letters_visible(actor: User) -> ScopedQuerySet[Any]:
    """Versions with how many schools handed out how many, the newest first."""
    rows = ParentLetter.objects.visible_to(actor).select_related("document", "region")
    return rows.annotate(
        school_count=Count("receipts"),
        sent_total=Sum("receipts__sent_count"),
        back_total=Sum("receipts__receipt_count"),
    ).order_by("-edition", "-pk")


def receipts_visible(actor: User) -> ScopedQuerySet[LetterReceipt]:
    """What schools handed out."""
    rows = LetterReceipt.objects.visible_to(actor).select_related("school", "letter", "region")
    return rows.order_by("-letter__edition", "region_path", "pk")


def pledges_visible(actor: User) -> ScopedQuerySet[TeacherPledge]:
    """Pledges by school and year."""
    rows = TeacherPledge.objects.visible_to(actor).select_related("school", "region")
    return rows.order_by("-year", "region_path", "pk")


def violations_visible(actor: User) -> ScopedQuerySet[TeacherViolation]:
    """Matters of teachers, open ones first."""
    rows = TeacherViolation.objects.visible_to(actor).select_related("school", "region", "bureau")
    return rows.order_by("handled_at", "-found_on", "-pk")


def services_visible(actor: User) -> ScopedQuerySet[AfterSchool]:
    """After-school service by term and place, with the outside institutions chosen."""
    rows = AfterSchool.objects.visible_to(actor).select_related("school", "region")
    return rows.prefetch_related("providers__institution").order_by("-term_on", "region_path", "pk")


def fallen_providers(actor: User) -> ScopedQuerySet[AfterSchool]:
    """Services whose chosen institution is no longer on the white list."""
    rows = services_visible(actor)
    return rows.filter(
        providers__in=ServiceProvider.objects.exclude(institution__list_status="WHITE")
    ).distinct()


def ads_visible(actor: User) -> ScopedQuerySet[CampusAd]:
    """Ads on campus, open ones first."""
    rows = CampusAd.objects.visible_to(actor).select_related("school", "region", "bureau")
    return rows.order_by("handled_at", "-found_on", "-pk")


def white_listed(actor: User) -> QuerySet[Institution]:
    """Institutions of the actor's bureau that are on the white list now."""
    rows = Institution.objects.filter(bureau=actor.bureau_id, list_status="WHITE").exclude(
        operating_state__in=["CLOSED", "BANNED", "CANCELLED"]
    )
    return rows.select_related("region").order_by("name", "pk")


def rate_of(rows: QuerySet[AfterSchool]) -> tuple[int, int]:
    """Pupils who join, and those who may."""
    found = rows.order_by().aggregate(a=Sum("joined_count"), b=Sum("enrolled_count"))
    return found["a"] or 0, found["b"] or 0


def term_of(day: date) -> date:
    """First day of the term that a day lies in: 1 September or 1 February."""
    if day.month >= 9:
        return date(day.year, 9, 1)
    return date(day.year, 2, 1) if day.month >= 2 else date(day.year - 1, 9, 1)


def sees_round(actor: User, row: SchoolRound) -> bool:
    """Whether the actor reaches the round itself; townships reach their schools' returns only."""
    return SchoolRound.objects.visible_to(actor).filter(pk=row.pk).exists()
