"""Navigation, worklists, panels and owners of files about grids."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import registries
from casework.models import EvidenceFile
from casework.registries import NavEntry, Panel, WorkItem, Worklist

VIEW, DO = "monitors.grid_view", "monitors.grid_do"
PAGES = {
    "gridunit": "unit_detail",
    "gridsweep": "sweep_detail",
    "gridevent": "event_detail",
    "gridsheet": "sheet_detail",
}


def register() -> None:
    """Called once when the room starts."""
    from monitors.services.grids.events import NUMBER_KIND, NUMBER_PATTERN

    registries.add_number_series(NUMBER_KIND, "网格巡查事件", NUMBER_PATTERN)
    registries.add_nav(NavEntry("网格", "monitors:unit_list", "map-search", 28, VIEW))
    registries.add_nav(NavEntry("片区排查", "monitors_portal:own_grids", "map-search", 47, DO, face="portal"))
    registries.add_worklist(Worklist("monitors.sweeps", "拉网排查", to_sweep, permission=DO))
    registries.add_worklist(
        Worklist("monitors.own_sweeps", "片区排查", own_to_sweep, face="portal", permission=DO)
    )
    for model, page in PAGES.items():
        registries.object_urls[f"monitors.{model}"] = _address(page)
    registries.add_evidence_owner("monitors.gridevent", may_see_photo)
    registries.panels.register(
        "institutions.Institution",
        Panel("grids", "责任网格", "monitors/_institution_grids.html", panel, 43, VIEW),
    )


def _address(page: str) -> Any:
    return lambda uid: reverse(f"monitors:{page}", kwargs={"uid": uid})


def may_see_photo(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever sees the event."""
    from monitors.models import GridEvent

    if not (actor.may(VIEW) or actor.may(DO)):
        return False
    return GridEvent.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists()


def panel(actor: User, institution: Any) -> dict[str, Any]:
    """Who is responsible for one institution today, and what grids saw there."""
    from monitors.selectors import grids
    from monitors.views.grids.common import PHONE

    row = grids.place_duty(actor, institution, timezone.localdate())
    units = grids.responsible(row) if row is not None else []
    known = grids.units_among(actor, units)
    return {
        "units": [{"unit": unit, "is_linked": unit.pk in known} for unit in units],
        "may_phone": actor.may(PHONE),
        "events": list(grids.events_visible(actor).filter(institution=institution)[:5]),
    }


def to_sweep(actor: User, today: date) -> Iterable[WorkItem]:
    """Sweeps of the grids of a township or department that are not complete."""
    if actor.organisation is None or actor.organisation.kind == "EDUCATION":
        return
    yield from _sweeps(actor, today, "monitors:sweep_detail")


def own_to_sweep(actor: User, today: date) -> Iterable[WorkItem]:
    """Sweeps of a school's grid that are not complete."""
    yield from _sweeps(actor, today, "monitors_portal:own_sweep")


def _sweeps(actor: User, today: date, page: str) -> Iterable[WorkItem]:
    from monitors.selectors.grids import sweeps_to_do, targets_left

    for sweep in sweeps_to_do(actor, today):
        left = targets_left(actor, sweep).count()
        if left:
            yield WorkItem(
                sweep.title, reverse(page, kwargs={"uid": sweep.uid}), sweep.ends_on,
                sub=f"还有 {left} 家没有排查", stage="排查中", tone="warn",
            )  # fmt: skip
