"""What forms may choose from, and small reads."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import OfficerCertificate, Organisation, OrganisationKind, Region, User
from accounts.models.organisations import COUNTERPARTS
from casework.models import ViolationType
from fieldwork.models import Campaign
from fieldwork.selectors import campaigns_running, campaigns_visible
from inspections.models import RectificationNotice, Visit
from inspections.selectors import (
    notices_visible,
    visits_visible,
)
from institutions.models import Institution
from measures.models import (
    TalkParty,
)
from measures.selectors.duty import shifts_visible
from measures.selectors.market import ads_visible, handovers_visible
from measures.selectors.officers import cameras_visible
from measures.selectors.papers import directives_visible

# Choices of forms


def departments(actor: User) -> QuerySet[Organisation]:
    """Authorities of the bureau, townships included, without the supervised side."""
    rows = Organisation.objects.filter(bureau=actor.bureau_id, is_active=True)
    return rows.exclude(kind__in=COUNTERPARTS).order_by("kind", "name")


def other_departments(actor: User) -> QuerySet[Organisation]:
    """Departments that a township may call: no townships."""
    return departments(actor).exclude(kind=OrganisationKind.TOWNSHIP)


def colleagues(actor: User) -> QuerySet[User]:
    """People of the actor's own body."""
    rows = User.objects.filter(organisation=actor.organisation_id, is_active=True, is_system=False)
    return rows.select_related("organisation").order_by("name", "pk")


def certified_colleagues(actor: User, day: date) -> QuerySet[User]:
    """People of the actor's own body with a certificate of it that is valid on `day`."""
    valid = OfficerCertificate.objects.filter(
        user=OuterRef("pk"), organ=actor.organisation_id, validity__contains=day
    ).filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=day))
    return colleagues(actor).filter(Exists(valid))


def duty_people(actor: User) -> QuerySet[User]:
    """People of all authorities of the bureau."""
    rows = User.objects.filter(organisation__in=departments(actor), is_active=True, is_system=False)
    return rows.select_related("organisation").order_by("organisation__kind", "organisation__name", "name")


def towns(actor: User) -> QuerySet[Region]:
    """Townships inside the actor's reach, the bureau's whole area first."""
    path = actor.reach.region_path or (actor.bureau.region.path if actor.bureau else "/none/")
    rows = Region.objects.filter(path__startswith=path, valid_to__isnull=True, level="TOWNSHIP")
    return rows.order_by("code")


def ad_violations() -> QuerySet[ViolationType]:
    """Violation types of advertising."""
    return ViolationType.objects.filter(group="广告宣传").order_by("code")


def campaigns_open(actor: User, day: date) -> QuerySet[Campaign]:
    """Campaigns that run on a day."""
    return campaigns_running(actor, day)


def campaigns_all(actor: User) -> Any:
    """Campaigns for filters."""
    return campaigns_visible(actor)


def recent_visits(actor: User) -> QuerySet[Visit]:
    """Visits that took place, newest first."""
    return (
        visits_visible(actor)
        .filter(status__in=["STARTED", "RECORDED", "CLOSED"])
        .order_by("-planned_on", "-pk")
    )


def open_notices(actor: User) -> QuerySet[RectificationNotice]:
    """Rectification notices in force."""
    return notices_visible(actor).in_force().order_by("-issued_at", "-pk")


def newest(rows: Any, limit: int = 200) -> Any:
    """The first rows of an ordered queryset that may still be filtered, for a choice of reasonable length."""
    return rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:limit]))


# What the institution sees, and panels


def institution_rows(actor: User, institution: Institution, limit: int = 10) -> dict[str, list[Any]]:
    """Everything of this room about one institution, newest first."""
    return {
        "directives": list(directives_visible(actor).filter(institution=institution)[:limit]),
        "talk_parties": list(
            TalkParty.objects.visible_to(actor)
            .filter(institution=institution)
            .select_related("talk__organ", "institution")
            .order_by("-talk__planned_at", "-pk")[:limit]
        ),
        "ads": list(ads_visible(actor).filter(institution=institution)[:limit]),
        "handovers": list(handovers_visible(actor).filter(institution=institution)[:limit]),
    }


def visit_rows(actor: User, visit: Visit) -> dict[str, list[Any]]:
    """Directives, recordings and materials of one visit."""
    cameras = cameras_visible(actor).filter(visit=visit) if actor.may("measures.camera_view") else []
    return {
        "directives": list(directives_visible(actor).filter(visit=visit)),
        "cameras": list(cameras),
        "handovers": list(handovers_visible(actor).filter(visit=visit)),
    }


def campaign_rows(actor: User, campaign: Campaign, limit: int = 20) -> dict[str, list[Any]]:
    """Advertisements and shifts under a campaign."""
    return {
        "ads": list(ads_visible(actor).filter(campaign=campaign)[:limit]),
        "shifts": list(shifts_visible(actor).filter(campaign=campaign)[:limit]),
    }
