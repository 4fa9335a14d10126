"""Campaigns, reporting regimes, forms, quality checks and ratio definitions as versioned data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any


@cache
def reporting() -> dict[str, Any]:
    """The whole file: looks, campaigns, regimes, forms, checks, ratios, channels."""
    path = Path(__file__).parent / "regimes.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def form(code: str, version: int = 1) -> dict[str, Any]:
    """One form definition; raises KeyError when that version was never defined."""
    for definition in reporting()["forms"]:
        if (definition["code"], definition["version"]) == (code, version):
            found: dict[str, Any] = definition
            return found
    raise KeyError(f"{code}@{version}")


def form_cells(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Cells of a form in printed order."""
    for row in definition["rows"]:
        yield from row["cells"]
