"""Versioned checklists that visits, surveys and patrols start from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

CHECKLISTS = Path(__file__).parent / "checklists"


@cache
def checklists() -> tuple[dict[str, Any], ...]:
    """Every checklist file, ordered by code and version."""
    loaded = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(CHECKLISTS.glob("*.json"))]
    return tuple(sorted(loaded, key=lambda item: (item["code"], item["version"])))


def checklist_items(checklist: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Yield (running number from 1, aspect, item) in the printed order."""
    number = 0
    for aspect in checklist["aspects"]:
        for item in aspect["items"]:
            number += 1
            yield number, aspect, item


@cache
def assignments() -> dict[str, dict[str, str]]:
    """Checklist code that is proposed by kind of `campaign` and by kind of `inspection`."""
    data: dict[str, dict[str, str]] = json.loads(
        (Path(__file__).parent / "assignments.json").read_text(encoding="utf-8")
    )
    return {key: value for key, value in data.items() if key != "note"}
