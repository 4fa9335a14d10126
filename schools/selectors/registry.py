"""Reads of the register of schools."""

from __future__ import annotations

from accounts.models import User
from schools.models import School
from schools.querysets import SchoolQuerySet


def schools_visible(actor: User) -> SchoolQuerySet:
    """Schools inside the actor's reach, by place and name."""
    return (
        School.objects.visible_to(actor)
        .select_related("region", "organisation")
        .order_by("closed_on", "region_path", "stage", "name", "pk")
    )


def school_of(actor: User) -> School | None:
    """The school that the actor acts for, if any."""
    if not actor.is_counterpart:
        return None
    return School.objects.visible_to(actor).select_related("region", "organisation", "bureau").first()
