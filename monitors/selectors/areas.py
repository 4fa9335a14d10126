"""Reads by township: the month's stops against the quota, and where nobody has been for how long."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Bureau, Region, User
from casework.models import PolicyValue
from institutions.models import Institution
from monitors import rules
from monitors.models import Slot, Squad, Stop
from monitors.selectors.monitors import towns_of
from monitors.selectors.patrols import month_bounds, unseen

BANDS = ((30, "RECENT"), (90, "QUARTER"))
POINTS_MAX = 3000


def quotas_of(bureau: Bureau, day: date) -> dict[int | None, tuple[int, str]]:
    """Stops wanted in a month by region, with the basis; None is the general value. One query."""
    rows = PolicyValue.objects.filter(
        Q(region__isnull=True) | Q(region__path__startswith=bureau.region.path) | Q(region=bureau.region),
        key=rules.AREA_QUOTA,
        validity__contains=day,
    )
    return {row.region_id: (int(row.value), row.basis) for row in rows}


def wanted_in(town: Region, quotas: dict[int | None, tuple[int, str]]) -> tuple[int, str]:
    """The township's own value, else the county's, else the general one; nothing wanted when none is set."""
    for key in (town.pk, town.parent_id, None):
        if key in quotas:
            return quotas[key]
    return 0, ""


def area_rows(actor: User, month: date) -> QuerySet[Region]:
    """Townships within reach with the month's stops in all, in and out of office hours, and places seen."""
    since, until = month_bounds(month)
    stops = Stop.objects.filter(
        region=OuterRef("pk"), outing__status="SUBMITTED", arrived_at__gte=since, arrived_at__lt=until
    ).order_by()
    places = Institution.objects.filter(region=OuterRef("pk")).operating().order_by()
    squads = Squad.objects.filter(is_active=True, towns=OuterRef("pk")).order_by("pk")

    def counted(condition: Q) -> Coalesce:
        rows = stops.filter(condition).values("region").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(rows), 0)

    rows: Any = towns_of(actor).annotate(
        stop_count=counted(Q()),
        day_count=counted(Q(outing__slot=Slot.DAY)),
        evening_count=counted(Q(outing__slot=Slot.EVENING)),
        rest_count=counted(Q(outing__slot=Slot.REST_DAY)),
        gate_count=counted(Q(spot_kind="SCHOOL_SIDE")),
        seen_count=Coalesce(
            Subquery(stops.values("region").annotate(n=Count("institution", distinct=True)).values("n")),
            0,
        ),
        place_count=Coalesce(Subquery(places.values("region").annotate(n=Count("pk")).values("n")), 0),
        squad_name=Subquery(squads.values("name")[:1]),
    )
    found: QuerySet[Region] = rows
    return found


def band_of(days: int | None) -> str:
    """How long ago, in four bands."""
    if days is None:
        return "NEVER"
    return next((name for most, name in BANDS if days <= most), "LONG")


def _counts_of(rows: Any, today: date) -> dict[str, int]:
    """How many of each band, and how many without a position (`lost`); counted where the rows are."""
    recent, quarter = (_day_before(today, most) for most, _ in BANDS)
    found: dict[str, int] = rows.order_by().aggregate(
        NEVER=Count("pk", filter=Q(last_seen__isnull=True)),
        LONG=Count("pk", filter=Q(last_seen__lt=quarter)),
        QUARTER=Count("pk", filter=Q(last_seen__gte=quarter, last_seen__lt=recent)),
        RECENT=Count("pk", filter=Q(last_seen__gte=recent)),
        lost=Count("pk", filter=Q(longitude__isnull=True) | Q(latitude__isnull=True)),
    )
    return found


def _day_before(today: date, days: int) -> datetime:
    """The first moment of the day that lies so many days back."""
    return timezone.make_aware(datetime.combine(today - timedelta(days=days), time.min))


def unseen_points(actor: User, today: date, town: Region | None = None) -> dict[str, Any]:
    """Operating institutions with a position as points of a map, how many of each band, how many without one."""
    rows: Any = unseen(actor, today)
    if town is not None:
        rows = rows.filter(region=town)
    counts = _counts_of(rows, today)
    lost = counts.pop("lost")
    points = []
    placed = rows.filter(longitude__isnull=False, latitude__isnull=False)
    values = placed.values_list("uid", "name", "region__name", "longitude", "latitude", "last_seen")
    for uid, name, region, longitude, latitude, last_seen in values[:POINTS_MAX]:
        days = (today - timezone.localdate(last_seen)).days if last_seen else None
        said = "从未巡查" if days is None else f"{days} 天前巡查过"
        points.append(
            {
                "uid": str(uid),
                "lng": longitude,
                "lat": latitude,
                "band": band_of(days),
                "label": f"{name}（{region}）：{said}",
            }
        )
    return {"points": points, "counts": counts, "lost": lost}
