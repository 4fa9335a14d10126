"""The rows that the numbers of this room count."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from casework.indicators import Period, Scope
from measures.models import (
    AdCase,
    Closure,
    ClosureTarget,
    Decision,
    Directive,
    Duty,
    HandoverItem,
    MysteryVisit,
    TalkParty,
    Whistle,
    WhistleCall,
)


def _in_days(field: str, period: Period) -> dict[str, Any]:
    return {f"{field}__gte": period.start, f"{field}__lt": period.end}


def _in_time(field: str, period: Period) -> dict[str, Any]:
    return {f"{field}__gte": period.starts_at, f"{field}__lt": period.ends_at}


def ads_found(scope: Scope, period: Period, **dims: Any) -> QuerySet[AdCase]:
    """Advertisements found in the period, those that broke no rule left out."""
    rows = AdCase.objects.filter(region_path__startswith=scope.region_path, **_in_days("found_on", period))
    return rows.exclude(status="DROPPED")


def ads_removed(scope: Scope, period: Period, **dims: Any) -> QuerySet[AdCase]:
    """Advertisements taken down in the period and not back since."""
    rows = AdCase.objects.filter(region_path__startswith=scope.region_path, **_in_time("removed_at", period))
    return rows.filter(status__in=["REMOVED", "CLOSED"])


def talk_parties(scope: Scope, period: Period, **dims: Any) -> QuerySet[TalkParty]:
    """Institutions at talks that were held in the period."""
    return TalkParty.objects.filter(
        institution__region_path__startswith=scope.region_path,
        talk__status__in=["HELD", "CLOSED"],
        **_in_time("talk__held_at", period),
    )


def directives(scope: Scope, period: Period, **dims: Any) -> QuerySet[Directive]:
    """Documents issued in the period and not withdrawn or replaced."""
    rows = Directive.objects.filter(
        region_path__startswith=scope.region_path, **_in_time("issued_at", period)
    )
    return rows.filter(status__in=["ISSUED", "SERVED", "DONE"])


def whistles(scope: Scope, period: Period, **dims: Any) -> QuerySet[Whistle]:
    """Whistles blown in the period."""
    rows = Whistle.objects.filter(region_path__startswith=scope.region_path, **_in_time("called_at", period))
    return rows.exclude(status="CANCELLED")


def calls(scope: Scope, period: Period, **dims: Any) -> QuerySet[WhistleCall]:
    """Departments that came to whistles of the period."""
    return WhistleCall.objects.filter(whistle__in=whistles(scope, period, **dims), arrived_at__isnull=False)


def decisions(scope: Scope, period: Period, **dims: Any) -> QuerySet[Decision]:
    """Decisions of minutes issued in the period."""
    rows = Decision.objects.filter(region_path__startswith=scope.region_path)
    return rows.filter(**_in_time("meeting__issued_at", period)).exclude(status="DROPPED")


def duties(scope: Scope, period: Period, **dims: Any) -> QuerySet[Duty]:
    """Turns of duty in shifts that began in the period."""
    return Duty.objects.filter(
        shift__region_path__startswith=scope.region_path, **_in_time("shift__starts_at", period)
    )


def mysteries(scope: Scope, period: Period, **dims: Any) -> QuerySet[MysteryVisit]:
    """Mystery visits in the period."""
    return MysteryVisit.objects.filter(
        region_path__startswith=scope.region_path, **_in_time("visited_at", period)
    )


def closures(scope: Scope, period: Period, **dims: Any) -> QuerySet[Closure]:
    """Closures issued in the period."""
    rows = Closure.objects.filter(region_path__startswith=scope.region_path, **_in_time("issued_at", period))
    return rows.filter(status__in=["IN_FORCE", "LIFTED"])


def closure_checks(scope: Scope, period: Period, **dims: Any) -> QuerySet[ClosureTarget]:
    """Places checked for a closure in the period."""
    return ClosureTarget.objects.filter(
        institution__region_path__startswith=scope.region_path, **_in_days("checked_on", period)
    )


def materials(scope: Scope, period: Period, **dims: Any) -> QuerySet[HandoverItem]:
    """Titles received in the period."""
    return HandoverItem.objects.filter(
        handover__region_path__startswith=scope.region_path,
        handover__status__in=["RECEIVED", "RETURNED"],
        **_in_days("handover__received_on", period),
    )
