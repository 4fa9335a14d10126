"""Reference data of this room: covers under which subject training hides."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def cover_patterns() -> list[dict[str, Any]]:
    """One entry per cover, in file order."""
    rows: list[dict[str, Any]] = json.loads((HERE / "patterns.json").read_text(encoding="utf-8"))["patterns"]
    return rows
