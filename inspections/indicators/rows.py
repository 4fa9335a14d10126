"""The rows that the numbers of inspecting and rectifying count."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import OfficerCertificate, Region, RegionLevel
from casework.indicators import Narrowed, Period, Scope
from fieldwork.models import Campaign
from inspections.models import (
    Deployment,
    DeploymentMember,
    Finding,
    FindingMode,
    FindingStatus,
    NoticeStatus,
    RectificationNotice,
    Visit,
)
from institutions.models import Institution

FIRE, ADVERTS = "消防安全", "广告宣传"


def of_campaign(rows: QuerySet[Any], path: str, dims: dict[str, Any]) -> QuerySet[Any]:
    """Rows of one campaign or one kind of campaign; `path` leads to the campaign."""
    kind, campaign = dims.get("campaign_kind"), dims.get("campaign")
    if kind:
        rows = rows.filter(**{f"{path}__kind": kind})
    if isinstance(campaign, Campaign | int):
        rows = rows.filter(**{path: campaign})
    elif campaign:
        rows = rows.filter(**{f"{path}__uid": UUID(str(campaign))})
    return rows


def deployments(scope: Scope, period: Period, **dims: Any) -> QuerySet[Deployment]:
    """Outings that started in the period."""
    rows = Deployment.objects.carried_out().filter(
        region_path__startswith=scope.bureau.region.path,
        started_at__gte=period.starts_at,
        started_at__lt=period.ends_at,
    )
    if scope.region:
        inside = Visit.objects.filter(deployment=OuterRef("pk"), region_path__startswith=scope.region_path)
        rows = rows.filter(Exists(inside))
    if inspection_kind := dims.get("inspection_kind"):
        rows = rows.filter(kind=inspection_kind)
    return of_campaign(rows, "campaign", dims)


def attendances(scope: Scope, period: Period, **dims: Any) -> QuerySet[DeploymentMember]:
    """Counted members of outings that started in the period, one row per person and outing."""
    outings = deployments(scope, period, **dims)
    return DeploymentMember.objects.filter(deployment__in=outings, is_counted=True, removed_at__isnull=True)


def visits(scope: Scope, period: Period, **dims: Any) -> QuerySet[Visit]:
    """Visits that started in the period."""
    rows = Visit.objects.carried_out().filter(
        region_path__startswith=scope.region_path,
        started_at__gte=period.starts_at,
        started_at__lt=period.ends_at,
    )
    if inspection_kind := dims.get("inspection_kind"):
        rows = rows.filter(deployment__kind=inspection_kind)
    return of_campaign(rows, "deployment__campaign", dims)


def _random(path: str) -> Q:
    return Q(**{f"{path}__kind": "DOUBLE_RANDOM"}) | Q(**{f"{path}__campaign__kind": "DOUBLE_RANDOM"})


visits_closed = Narrowed(visits, Q(was_closed=True))
visits_night = Narrowed(visits, Q(is_night=True))
visits_online = Narrowed(visits, Q(institution__is_online=True))
visits_offline = Narrowed(visits, Q(institution__is_online=False))
visits_non_subject = Narrowed(visits, Q(institution__subject_kind="NON_SUBJECT"))
visits_random = Narrowed(visits, _random("deployment"))


def towns_done(scope: Scope, period: Period, **dims: Any) -> QuerySet[Region]:
    """Townships in which every operating institution was visited in the period."""
    reached = visits(scope, period, **dims)
    missed = Institution.objects.filter(
        region=OuterRef("pk"), operating_state__in=["OPERATING", "SUSPENDED"]
    ).exclude(pk__in=reached.values("institution"))
    towns = Region.objects.filter(level=RegionLevel.TOWNSHIP, path__startswith=scope.region_path)
    return towns.filter(pk__in=reached.values("region")).exclude(Exists(missed))


def findings(scope: Scope, period: Period, **dims: Any) -> QuerySet[Finding]:
    """Problems found by visits that started in the period, mistakes left out."""
    found = visits(scope, period, **dims)
    rows = Finding.objects.counted().filter(visit__in=found)
    if group := dims.get("violation_group"):
        rows = rows.filter(violation__group=group)
    if severity := dims.get("severity"):
        rows = rows.filter(severity=severity)
    return rows


SETTLED = Q(status__in=[FindingStatus.FIXED, FindingStatus.CLOSED])
findings_random = Narrowed(findings, _random("visit__deployment"))
fixed_on_spot = Narrowed(findings, Q(status=FindingStatus.FIXED))
fixed_in_term = Narrowed(findings, Q(mode=FindingMode.IN_TERM))
fire_now = Narrowed(findings, Q(status=FindingStatus.FIXED, violation__group=FIRE))
fire_term = Narrowed(findings, Q(mode=FindingMode.IN_TERM, violation__group=FIRE))
adverts_removed = Narrowed(findings, SETTLED & Q(violation__group=ADVERTS))


def _notices(scope: Scope, dims: dict[str, Any]) -> QuerySet[RectificationNotice]:
    rows = RectificationNotice.objects.filter(region_path__startswith=scope.region_path)
    if organ_kind := dims.get("organ_kind"):
        rows = rows.filter(organ__kind=organ_kind)
    if inspection_kind := dims.get("inspection_kind"):
        rows = rows.filter(visit__deployment__kind=inspection_kind)
    return of_campaign(rows, "visit__deployment__campaign", dims)


def notices(scope: Scope, period: Period, **dims: Any) -> QuerySet[RectificationNotice]:
    """Numbered notices served in the period and not recalled."""
    rows = _notices(scope, dims).exclude(status__in=[NoticeStatus.WITHDRAWN, NoticeStatus.DRAFT])
    return rows.filter(served_at__gte=period.starts_at, served_at__lt=period.ends_at)


def rectified(scope: Scope, period: Period, **dims: Any) -> QuerySet[RectificationNotice]:
    """Notices closed by re-check in the period."""
    return _notices(scope, dims).filter(
        status=NoticeStatus.CLOSED, closed_at__gte=period.starts_at, closed_at__lt=period.ends_at
    )


def rectified_items(scope: Scope, period: Period, **dims: Any) -> QuerySet[Finding]:
    """Problems closed by re-check in the period."""
    rows = Finding.objects.filter(
        region_path__startswith=scope.region_path,
        status=FindingStatus.CLOSED,
        settled_at__gte=period.starts_at,
        settled_at__lt=period.ends_at,
    )
    return of_campaign(rows, "visit__deployment__campaign", dims)


def rectifying(scope: Scope, period: Period, **dims: Any) -> QuerySet[RectificationNotice]:
    """Served notices not settled at the end of the period."""
    end = period.ends_at
    rows = _notices(scope, dims).filter(served_at__lt=end)
    for name in ("closed_at", "escalated_at", "withdrawn_at"):
        rows = rows.filter(Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": end}))
    return rows


def overdue(scope: Scope, period: Period, **dims: Any) -> QuerySet[RectificationNotice]:
    """Notices whose term is over at the end of the period, neither reported nor settled by then."""
    rows = rectifying(scope, period, **dims).filter(due_on__lt=period.end)
    return rows.exclude(status=NoticeStatus.ANSWERED, answered_at__lt=period.ends_at)


def officers_certified(scope: Scope, period: Period, **dims: Any) -> QuerySet[OfficerCertificate]:
    """Certificates in force on the last day, of the education organ unless `organ_kind` says otherwise."""
    day = period.last_day
    rows = officers_total(scope, period, **dims).filter(validity__contains=day)
    return rows.filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=day))


def officers_total(scope: Scope, period: Period, **dims: Any) -> QuerySet[OfficerCertificate]:
    """Certificates of officers on the roll at the end of the period, expired ones included."""
    return OfficerCertificate.objects.filter(
        organ__region_path__startswith=scope.region_path,
        organ__kind=dims.get("organ_kind", "EDUCATION"),
        user__is_active=True,
        validity__startswith__lt=period.end,
    )
