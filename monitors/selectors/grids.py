"""Reads of grids: the tree, who is responsible for a place today, gaps, coverage of sweeps."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Bureau, Organisation, Region, RegionLevel, User
from accounts.models.organisations import COUNTERPARTS
from accounts.querysets import ScopedQuerySet
from institutions.models import Institution
from institutions.querysets import InstitutionQuerySet
from institutions.selectors import institutions_visible
from measures.models import WhistleCall
from measures.selectors import calls_to_answer
from monitors.models import (
    CallReminder,
    GridDuty,
    GridEvent,
    GridSheet,
    GridSweep,
    GridUnit,
    Net,
    SweepTarget,
)
from monitors.querysets import EventQuerySet, SweepQuerySet, UnitQuerySet


def units_visible(actor: User, today: date) -> UnitQuerySet:
    """Units that the actor sees in the order of the tree, with people on duty today and the size of the area."""
    on_duty = GridDuty.objects.on(today)
    rows: Any = (
        GridUnit.objects.visible_to(actor)
        .select_related("region", "parent", "organisation", "bureau")
        .prefetch_related(Prefetch("duties", queryset=on_duty, to_attr="today"))
        .annotate(
            place_count=Count("places", distinct=True),
            town_count=Count("towns", distinct=True),
            net_order=Case(*[When(net=net, then=Value(at)) for at, net in enumerate(Net.values)]),
        )
        .order_by("net_order", "path", "pk")
    )
    found: UnitQuerySet = rows
    return found


def open_units(actor: User) -> UnitQuerySet:
    """Units that the actor may choose."""
    rows: UnitQuerySet = GridUnit.objects.visible_to(actor).open().select_related("region")
    return rows.order_by("net", "path", "pk")


def bodies_of(actor: User) -> QuerySet[Organisation]:
    """Departments, townships and schools of the bureau that may be responsible for a unit."""
    strangers = COUNTERPARTS - {"SCHOOL"}
    rows = Organisation.objects.filter(bureau=actor.bureau_id, is_active=True).exclude(kind__in=strangers)
    return rows.order_by("kind", "name")


def _manned(today: date) -> QuerySet[GridUnit]:
    """Units that stand and have somebody on duty."""
    return GridUnit.objects.open().filter(
        Exists(GridDuty.objects.filter(unit=OuterRef("pk"), span__contains=today))
    )


def _covering(today: date, net: str) -> Any:
    """Whether a unit of a net with somebody on duty has the place or its township."""
    units = _manned(today).filter(net=net).order_by()
    by_place = units.filter(places=OuterRef("pk"))
    by_town = units.filter(towns=OuterRef("region"))
    return Exists(by_place) | Exists(by_town)


def duty_map(actor: User, today: date) -> InstitutionQuerySet:
    """Institutions with who is responsible today: `in_street`, `in_school`, `in_department` say whether anybody is.

    Gaps stand first. `duty_units` and `region.duty_units` hold the units with their people (see `responsible`).
    """
    units = (
        _manned(today)
        .prefetch_related(Prefetch("duties", queryset=GridDuty.objects.on(today), to_attr="today"))
        .order_by("net", "-path")
    )
    rows: Any = (
        institutions_visible(actor)
        .present()
        .annotate(
            in_street=_covering(today, Net.STREET),
            in_school=_covering(today, Net.SCHOOL),
            in_department=_covering(today, Net.DEPARTMENT),
        )
        .order_by("in_street", "in_department", "in_school", "region__code", "name_norm", "pk")
    )
    found: InstitutionQuerySet = rows.prefetch_related(
        Prefetch("grid_units", queryset=units, to_attr="duty_units"),
        Prefetch("region__grid_units", queryset=units, to_attr="duty_units"),
    )
    return found


def responsible(place: Any) -> list[GridUnit]:
    """Units of a row of `duty_map` that are responsible, the smallest of each net first."""
    units = {unit.pk: unit for unit in (*place.region.duty_units, *place.duty_units)}
    return sorted(units.values(), key=lambda unit: (unit.net, -unit.depth, unit.path))


def units_among(actor: User, units: list[GridUnit]) -> set[int]:
    """Keys of those units that the actor may open."""
    rows = GridUnit.objects.visible_to(actor).filter(pk__in=[unit.pk for unit in units])
    return set(rows.order_by().values_list("pk", flat=True))


def place_duty(actor: User, place: Institution, today: date) -> Any:
    """One institution's row of `duty_map`, None out of reach."""
    return duty_map(actor, today).filter(pk=place.pk).first()


def towns_without(actor: User, today: date) -> QuerySet[Region]:
    """Townships within reach that no street grid with somebody on duty has."""
    bureau = actor.bureau
    path = (bureau.region.path if bureau else "") or "!"
    reach = actor.reach.region_path
    rows = Region.objects.filter(
        path__startswith=reach if reach.startswith(path) else path,
        level=RegionLevel.TOWNSHIP,
        valid_to__isnull=True,
    )
    manned = _manned(today).filter(net=Net.STREET, towns=OuterRef("pk"))
    return rows.filter(~Exists(manned)).order_by("code")


def sweeps_visible(actor: User) -> SweepQuerySet:
    """Sweeps with places known, swept, and sites newly found."""
    targets = SweepTarget.objects.filter(sweep=OuterRef("pk")).order_by()
    events = GridEvent.objects.filter(sweep=OuterRef("pk")).order_by()
    swept = targets.filter(_was_swept())
    rows: Any = (
        GridSweep.objects.visible_to(actor)
        .select_related("region", "bureau")
        .annotate(
            known=_count(targets, "sweep"),
            swept=_count(swept, "sweep"),
            fresh=_count(events.filter(kind="NEW_SITE"), "sweep"),
            problems=_count(events.exclude(kind="CLEAR"), "sweep"),
        )
        .order_by("-starts_on", "-pk")
    )
    found: SweepQuerySet = rows
    return found


def _was_swept() -> Exists:
    return Exists(GridEvent.objects.filter(sweep=OuterRef("sweep"), institution=OuterRef("institution")))


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    return Coalesce(Subquery(rows.values(by).annotate(n=Count("pk")).values("n")), 0)


def coverage(actor: User, sweep: GridSweep) -> list[dict[str, Any]]:
    """For each grid of a sweep within reach: places known, swept, sites newly found."""
    units = GridUnit.objects.visible_to(actor).filter(sweeps=sweep).select_related("region")
    targets = SweepTarget.objects.filter(sweep=sweep).annotate(is_swept=_was_swept())
    counted: dict[int, dict[str, int]] = {
        row["unit"]: {"known": row["known"], "swept": row["swept"]}
        for row in targets.order_by()
        .values("unit")
        .annotate(known=Count("pk"), swept=Count("pk", filter=Q(is_swept=True)))
    }
    fresh = dict(
        GridEvent.objects.filter(sweep=sweep, kind="NEW_SITE")
        .order_by()
        .values_list("unit")
        .annotate(n=Count("pk"))
    )
    return [
        {
            "unit": unit,
            "known": counted.get(unit.pk, {}).get("known", 0),
            "swept": counted.get(unit.pk, {}).get("swept", 0),
            "fresh": fresh.get(unit.pk, 0),
        }
        for unit in units.order_by("net", "path")
    ]


def targets_left(actor: User, sweep: GridSweep) -> ScopedQuerySet[SweepTarget]:
    """Places of a sweep within reach that nobody has looked at yet."""
    rows: Any = (
        SweepTarget.objects.visible_to(actor)
        .filter(~_was_swept(), sweep=sweep)
        .select_related("institution__region", "unit")
        .order_by("unit__path", "institution__name_norm", "pk")
    )
    found: ScopedQuerySet[SweepTarget] = rows
    return found


def sweeps_to_do(actor: User, today: date) -> list[GridSweep]:
    """Open sweeps of grids within reach, those that end first on top."""
    units = GridUnit.objects.visible_to(actor).order_by().values("pk")
    rows = sweeps_visible(actor).filter(
        status="OPEN", starts_on__lte=today, ends_on__gte=today, units__in=units
    )
    return list(rows.order_by("ends_on", "pk").distinct()[:20])


def events_visible(actor: User) -> EventQuerySet:
    """What grids reported within reach, the newest first."""
    rows: EventQuerySet = GridEvent.objects.visible_to(actor)
    return rows.select_related(
        "unit", "institution", "region", "clue", "whistle", "sweep", "bureau", "created_by"
    ).order_by("-happened_at", "-pk")


def sheets_visible(actor: User) -> ScopedQuerySet[GridSheet]:
    """Sheets of staff, the newest first."""
    rows: ScopedQuerySet[GridSheet] = GridSheet.objects.visible_to(actor)
    return rows.select_related("region", "created_by", "bureau").order_by("-pk")


def calls_waiting(actor: User) -> list[WhistleCall]:
    """Whistles that the actor's body has to answer, with the reminders made so far."""
    rows = calls_to_answer(actor).prefetch_related("reminders")
    return list(rows.order_by("arrive_due_at", "pk")[:50])


def reminders_of(whistle_pk: int) -> QuerySet[CallReminder]:
    """Reminders of the departments of one whistle."""
    rows = CallReminder.objects.filter(call__whistle=whistle_pk).select_related(
        "call__organisation", "made_by"
    )
    return rows.order_by("-made_at", "-pk")


def places_for(actor: User, units: QuerySet[GridUnit]) -> InstitutionQuerySet:
    """Places that somebody may report about: those within reach, and those of the grids in `units`."""
    keys = units.order_by().values("pk")
    towns = Region.objects.filter(grid_units__in=keys).order_by().values("pk")
    own = Institution.objects.filter(Q(grid_units__in=keys) | Q(region__in=towns)).order_by().values("pk")
    near = institutions_visible(actor).order_by().values("pk")
    rows: Any = Institution.objects.filter(Q(pk__in=own) | Q(pk__in=near), bureau=actor.bureau_id).present()
    found: InstitutionQuerySet = rows.select_related("region").order_by("region__code", "name_norm", "pk")
    return found


def towns_of_unit(unit: GridUnit) -> QuerySet[Region]:
    """Townships that a unit looks after: its own, its home and those of its places; without any the bureau's."""
    rows = Region.objects.filter(level=RegionLevel.TOWNSHIP, valid_to__isnull=True).order_by("code")
    keys = set(unit.towns.values_list("pk", flat=True))
    if unit.region.level == RegionLevel.TOWNSHIP:
        keys.add(unit.region_id)
    if not keys:
        return rows.filter(path__startswith=unit.bureau.region.path)
    return rows.filter(pk__in=keys | set(unit.places.order_by().values_list("region", flat=True)))


def towns_of_units(bureau: Bureau | None, units: QuerySet[GridUnit]) -> QuerySet[Region]:
    """Townships that any of some units of one bureau looks after (see `towns_of_unit`)."""
    rows = Region.objects.filter(level=RegionLevel.TOWNSHIP, valid_to__isnull=True).order_by("code")
    if bureau is None:
        return rows.none()
    if units.filter(towns__isnull=True).exclude(region__level=RegionLevel.TOWNSHIP).exists():
        return rows.filter(path__startswith=bureau.region.path)
    keys = units.order_by().values("pk")
    homes = units.order_by().values("region")
    own = Region.objects.filter(grid_units__in=keys).order_by().values("pk")
    placed = Institution.objects.filter(grid_units__in=keys).order_by().values("region")
    return rows.filter(Q(pk__in=homes) | Q(pk__in=own) | Q(pk__in=placed))


def unit_for(place: Institution | None, units: QuerySet[GridUnit]) -> GridUnit | None:
    """The smallest of `units` that has the place, else the smallest of them."""
    chosen = sorted(units, key=lambda unit: -unit.depth)
    if place is not None:
        keys = set(place.grid_units.values_list("pk", flat=True))
        keys |= set(GridUnit.objects.filter(towns=place.region).values_list("pk", flat=True))
        if found := next((unit for unit in chosen if unit.pk in keys), None):
            return found
    return chosen[0] if chosen else None
