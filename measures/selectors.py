"""Scoped reads of this room."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from accounts.models import OfficerCertificate, Organisation, OrganisationKind, Region, User
from accounts.models.organisations import COUNTERPARTS
from casework.models import ViolationType
from casework.models.activities import Attendee
from fieldwork.models import Campaign
from fieldwork.selectors import campaigns_running, campaigns_visible
from inspections.models import RectificationNotice, Visit
from inspections.selectors import (
    authority_choices,
    colleague_choices,
    institution_choices,
    notices_visible,
    organ_choices,
    visits_visible,
)
from institutions.models import Institution
from measures.models import (
    AdCase,
    CameraFile,
    Closure,
    ClosureTarget,
    Decision,
    Directive,
    Duty,
    Exchange,
    Handover,
    Meeting,
    MysteryVisit,
    Shift,
    StandingRecusal,
    Swap,
    Talk,
    TalkParty,
    Whistle,
    WhistleCall,
)
from measures.querysets import AdQuerySet, CallQuerySet, DecisionQuerySet

__all__ = ["authority_choices", "colleague_choices", "institution_choices", "organ_choices"]


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


def handovers_visible(actor: User) -> QuerySet[Handover]:
    """Lots of materials with titles and copies."""
    rows = Handover.objects.visible_to(actor).select_related(
        "institution", "organ", "document", "region", "visit", "officer_one", "officer_two", "bureau"
    )
    return rows.annotate(title_count=Count("items"), copy_count=Sum("items__copies")).order_by(
        "-received_on", "-pk"
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
