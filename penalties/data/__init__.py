"""Reference data of this room: ranges of penalties, the discretion ladder, the fields of the credit platform."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def penalty_rules() -> list[dict[str, Any]]:
    """One entry per range and seriousness, in file order."""
    rows: list[dict[str, Any]] = json.loads((HERE / "rules.json").read_text(encoding="utf-8"))["rules"]
    return [{**row, "seriousness": grade} for row in rows for grade in row["seriousness"]]


@cache
def credit_field_rows() -> list[dict[str, str]]:
    """Code, label and confidence of each field of 双公示 of penalties, in the order of the export."""
    rows: list[dict[str, str]] = json.loads((HERE / "credit_fields.json").read_text(encoding="utf-8"))[
        "fields"
    ]
    return rows
