"""What a monitor's phone carries: tasks, companions, the public register of the area, the checklist, choices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Prefetch, Q, Value, When
from django.forms import Form

from accounts.models import Region, User
from casework import policy
from fieldwork.selectors import checklist_extract
from institutions.models import Institution
from institutions.models.choices import ENDED
from monitors import rules
from monitors.forms.patrols import NOTE_MAX, SightForm
from monitors.forms.sightings import WatchForm
from monitors.models import (
    Cover,
    Licence,
    Monitor,
    Outing,
    OutingMember,
    Seen,
    SpotKind,
    Stage,
    Stop,
    Tie,
)
from monitors.selectors import monitors as people
from monitors.selectors import patrols as selectors

PLACES_MAX = 5000
PEOPLE_MAX = 200
RECENT = timedelta(days=2)
FLEETING = ("people", "places", "tasks", "ties")


def outings_bundle(actor: User, day: date) -> Iterable[dict[str, Any]]:
    """The actor's patrols that are under way and those of the last days, with the places recorded so far."""
    recent = Q(status="RUNNING") | Q(started_at__date__gte=day - RECENT)
    rows: Any = Outing.objects.visible_to(actor).filter(recent).select_related("region", "task")
    members = Prefetch("members", OutingMember.objects.select_related("monitor__person"))
    stops = Prefetch("stops", Stop.objects.select_related("institution"))
    return [outing_extract(row) for row in rows.prefetch_related(members, stops).order_by("-started_at")[:8]]


def outing_extract(row: Outing) -> dict[str, Any]:
    """One patrol as the phone shows it."""
    return {
        "uid": str(row.uid),
        "title": row.number,
        "place": row.region.name,
        "status": row.status,
        "status_label": row.get_status_display(),
        "started_at": row.started_at.isoformat(),
        "task": row.task.title if row.task else "",
        "people": [member.monitor.name for member in row.members.all()],
        "stops": [
            {
                "uid": str(stop.uid),
                "name": stop.party,
                "institution": str(stop.institution.uid) if stop.institution else "",
                "problems": stop.problem_count,
                "is_clue": stop.clue_id is not None,
            }
            for stop in row.stops.all()
        ],
    }


def nothing(actor: User, day: date) -> Iterable[dict[str, Any]]:
    """Observations begin on the phone; those that were sent stand in the portal."""
    return []


def outing_extras(actor: User, day: date) -> dict[str, Any]:
    """The same for all patrols of the day."""
    monitor = people.own_term(actor)
    if monitor is None:
        return {"monitor": None}
    version = selectors.checklist_on(monitor.bureau, day)
    return {
        "monitor": _monitor(monitor, day),
        "least": max(2, int(policy.value(rules.LEAST, region=monitor.region, on=day).value)),
        "people": _companions(monitor, day),
        "ties": _ties(monitor),
        "tasks": _tasks(monitor, day),
        **_register(monitor),
        "limits": _limits(SightForm) | {"note": NOTE_MAX},
        "checklist": checklist_extract(version) if version else None,
        "spot_kinds": _choices(SpotKind),
        "covers": _choices(Cover),
        "licences": _choices(Licence),
        "activities": _choices(Seen),
        "stages": _choices(Stage),
    }


def watch_extras(actor: User, day: date) -> dict[str, Any]:
    """Towns to choose from; the rest comes with the patrols."""
    monitor = people.own_term(actor)
    if monitor is None:
        return {"towns": [], "limits": {}}
    towns = Region.objects.filter(parent=monitor.bureau.region, valid_to__isnull=True).order_by("code")
    return {
        "towns": [{"id": town.pk, "name": town.name} for town in towns],
        "own_town": monitor.region_id,
        "limits": _limits(WatchForm),
    }


def _monitor(monitor: Monitor, day: date) -> dict[str, Any]:
    until = monitor.term_until
    return {
        "uid": str(monitor.uid),
        "name": monitor.name,
        "area": monitor.area_name,
        "card": monitor.card_no,
        "from": f"{monitor.term_from:%Y-%m-%d}" if monitor.term_from else "",
        "until": f"{until:%Y-%m-%d}" if until else "",
        "is_serving": monitor.serves_on(day),
    }


def _companions(monitor: Monitor, day: date) -> list[dict[str, Any]]:
    """Who may come along, with the places that they must not patrol (which, never why)."""
    rows = list(selectors.companions(monitor, day)[:PEOPLE_MAX])
    ties: dict[int, list[str]] = {}
    for pk, uid in Tie.objects.filter(monitor__in=rows, ended_at__isnull=True).values_list(
        "monitor", "institution__uid"
    ):
        ties.setdefault(pk, []).append(str(uid))
    return [
        {
            "uid": str(row.uid),
            "name": row.name,
            "squad": row.squad.name if row.squad else "",
            "until": f"{row.term_until:%Y-%m-%d}" if row.term_until else "",
            "avoid": ties.get(row.pk, []),
        }
        for row in rows
    ]


def _ties(monitor: Monitor) -> list[str]:
    rows = monitor.ties.filter(ended_at__isnull=True).values_list("institution__uid", flat=True)
    return [str(uid) for uid in rows]


def _tasks(monitor: Monitor, day: date) -> list[dict[str, Any]]:
    return [
        {
            "uid": str(task.uid),
            "title": task.title,
            "ends_on": f"{task.ends_on:%Y-%m-%d}",
            "window": task.window_words,
            "note": task.note,
            "places": [str(place.uid) for place in task.places.all()],
        }
        for task in selectors.tasks_of(monitor, day)
    ]


def _register(monitor: Monitor) -> dict[str, Any]:
    """The places carried, and how many there are: not found on the phone need not mean not registered."""
    rows = [_place(row) for row in places_near(monitor)]
    is_all = len(rows) < PLACES_MAX
    known = len(rows) if is_all else Institution.objects.filter(bureau=monitor.bureau_id).count()
    return {"places": rows, "places_known": known}


def places_near(monitor: Monitor) -> Iterable[Institution]:
    """The register as everybody may read it, ended places too: those of its tasks and the squad's towns first."""
    towns = monitor.squad.towns.values("pk") if monitor.squad else [monitor.region_id]
    tasks = monitor.squad.tasks.filter(status="OPEN").values("places") if monitor.squad else []
    near = Case(When(pk__in=tasks, then=Value(0)), When(region__in=towns, then=Value(1)), default=Value(2))
    rows = Institution.objects.filter(bureau=monitor.bureau_id).select_related("region")
    return rows.order_by(near, "name_norm", "pk")[:PLACES_MAX]


def _place(row: Institution) -> dict[str, Any]:
    return {
        "uid": str(row.uid),
        "name": row.name,
        "address": row.address,
        "town": row.region.name,
        "standing": row.get_standing_display(),
        "state": row.get_operating_state_display(),
        "is_ended": row.operating_state in ENDED,
        "kind": f"{row.get_subject_kind_display()} · {row.get_track_display()}",
        "until": f"{row.licence_to:%Y-%m-%d}" if row.licence_to else "",
        "initials": row.py,
    }


def _limits(form: type[Form]) -> dict[str, int]:
    """The longest texts and the greatest numbers that a form of the page takes."""
    found = {
        name: getattr(field, "max_value", None) or getattr(field, "max_length", None)
        for name, field in form.base_fields.items()
    }
    return {name: limit for name, limit in found.items() if isinstance(limit, int)}


def _choices(labels: Any) -> list[dict[str, str]]:
    return [{"code": code, "label": label} for code, label in labels.choices]
