"""Which indicator a form's cell is counted by; data, so that a bureau's own form brings its own map."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from casework import indicators


@dataclass(frozen=True)
class Source:
    """The indicator of one cell and the conditions it is counted under."""

    indicator: str
    dims: dict[str, Any]


@cache
def cell_map() -> dict[str, Any]:
    """The whole map: cells per form, and the groups of the figures page."""
    path = Path(__file__).parent / "cells.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def source_of(form_code: str, key: str, **context: str) -> Source | None:
    """The source of a cell, or None when a person has to enter it.

    `context` fills conditions written as `@name`; an empty one is left out. An indicator that does not
    take a condition of the cell would count something else, so the cell is then entered by hand.
    """
    entry = cell_map()["forms"].get(form_code, {}).get(key, {"indicator": key})
    name = entry["indicator"]
    if name not in indicators.known_keys():
        return None
    dims = {dim: _filled(value, context) for dim, value in entry.get("dims", {}).items()}
    wanted = {dim: value for dim, value in dims.items() if value != ""}
    return Source(name, wanted) if _takes(name, wanted) else None


def _filled(value: Any, context: dict[str, str]) -> Any:
    return context.get(value[1:], "") if isinstance(value, str) and value.startswith("@") else value


def _takes(name: str, dims: dict[str, Any]) -> bool:
    parameters = inspect.signature(indicators.get(name).rows).parameters.values()
    if any(item.kind is inspect.Parameter.VAR_KEYWORD for item in parameters):
        return True
    return set(dims) <= {item.name for item in parameters}
