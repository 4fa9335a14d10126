"""Numbers of the monitors' room bear a name in the register of numbers, and their pattern may be chosen."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import monitors.services
from casework.registries import number_series


def modules() -> list[ModuleType]:
    """Every service module of the room."""
    found = pkgutil.walk_packages(monitors.services.__path__, "monitors.services.")
    return [importlib.import_module(one.name) for one in found]


def test_every_kind_of_number_that_the_room_takes_has_a_name() -> None:
    kinds = {room.NUMBER_KIND: room.NUMBER_PATTERN for room in modules() if hasattr(room, "NUMBER_KIND")}
    assert {"PATROL", "PATROL_AUDIT", "OBSERVATION", "GRID_EVENT"} <= kinds.keys()
    assert {kind: number_series[kind].pattern for kind in kinds} == kinds
    assert all(any("一" <= letter <= "鿿" for letter in number_series[kind].label) for kind in kinds)
