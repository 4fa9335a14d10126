"""What forms may choose from."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import OfficerCertificate, Organisation, User
from casework.models import ViolationType
from fieldwork.models import Campaign, ChecklistVersion
from fieldwork.selectors import campaigns_visible, versions_in_force
from inspections import guards
from inspections.models import (
    FindingMode,
    FindingStatus,
    Visit,
)
from institutions.models import Institution


def draftable_organs(visit: Visit) -> list[Organisation]:
    """Organs with in-term findings of a visit that are not in a notice yet."""
    waiting = visit.findings.filter(mode=FindingMode.IN_TERM, status=FindingStatus.OPEN)
    return list(Organisation.objects.filter(pk__in=waiting.values("organ")).order_by("pk"))


def enforcing_organs(actor: User) -> list[Organisation]:
    """Organs of the actor's bureau that may inspect and issue."""
    rows = (
        Organisation.objects.filter(bureau=actor.bureau, is_active=True)
        .exclude(number_word="")
        .order_by("pk")
    )
    return [organ for organ in rows if guards.may_enforce(organ)]


def organ_choices(actor: User) -> QuerySet[Organisation]:
    """Those organs as a queryset for forms."""
    return Organisation.objects.filter(pk__in=[organ.pk for organ in enforcing_organs(actor)]).order_by("pk")


def authority_choices(actor: User) -> QuerySet[Organisation]:
    """Authorities of the bureau whose people may go along."""
    counterparts = ["INSTITUTION", "SCHOOL", "BANK"]
    return (
        Organisation.objects.filter(bureau=actor.bureau, is_active=True)
        .exclude(kind__in=counterparts)
        .order_by("pk")
    )


def officer_choices(actor: User, day: date) -> QuerySet[User]:
    """People of the bureau with a certificate valid on a day."""
    certified = OfficerCertificate.objects.filter(
        Q(revoked_on__isnull=True) | Q(revoked_on__gt=day), organ__bureau=actor.bureau, validity__contains=day
    )
    people = User.objects.filter(pk__in=certified.values("user"), is_active=True)
    return people.select_related("organisation").order_by("organisation", "name")


def organ_officers(organ: Organisation, day: date) -> QuerySet[User]:
    """Officers of one organ certified on a day."""
    certified = OfficerCertificate.objects.filter(
        Q(revoked_on__isnull=True) | Q(revoked_on__gt=day), organ=organ, validity__contains=day
    )
    return User.objects.filter(pk__in=certified.values("user"), is_active=True).order_by("name")


def colleague_choices(actor: User) -> QuerySet[User]:
    """Active authority people of the bureau."""
    counterparts = ["INSTITUTION", "SCHOOL", "BANK"]
    rows = User.objects.filter(bureau=actor.bureau, is_active=True, organisation__isnull=False)
    return (
        rows.exclude(organisation__kind__in=counterparts)
        .select_related("organisation")
        .order_by("organisation", "name")
    )


def institution_choices(actor: User) -> QuerySet[Institution]:
    """Places that the actor may plan a visit to: open, closed and unlicensed."""
    return Institution.objects.visible_to(actor).select_related("region").order_by("name")


def campaign_choices(actor: User, day: date) -> QuerySet[Campaign]:
    """Running campaigns."""
    return campaigns_visible(actor).filter(status="RUNNING").order_by("-starts_on")


def checklist_choices(actor: User, day: date) -> QuerySet[ChecklistVersion]:
    """Checklist versions in force."""
    found = [version.pk for version in versions_in_force(actor=actor, on=day)]
    return ChecklistVersion.objects.filter(pk__in=found).order_by("name")


def violation_choices() -> QuerySet[ViolationType]:
    """Problem types that a finding may have."""
    return ViolationType.objects.filter(is_active=True).order_by("group", "pk")
