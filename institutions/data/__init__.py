"""Made-up names for the demonstration counties; the division codes in them are real."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def demo_names() -> dict[str, Any]:
    """Parts from which demonstration institutions, places, persons and schools are named."""
    path = Path(__file__).parent / "demo_names.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data
