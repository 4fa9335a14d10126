"""Reference data of the office: calendar, violations, dated policy values, document kinds.

The JSON files are the starting values that an installation loads; a bureau may replace them with its own
rows. Every fact carries `confidence`: `seen`, `memory`, `unverified`, `inferred` or `design`.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

DEPARTMENTS: dict[str, str] = {
    "EDUCATION": "教育",
    "MARKET": "市场监管",
    "FIRE": "消防救援",
    "POLICE": "公安",
    "CULTURE": "文化旅游",
    "SCIENCE": "科技",
    "SPORT": "体育",
    "CIVIL_AFFAIRS": "民政",
    "URBAN": "城市管理",
    "HEALTH": "卫生健康",
    "HUMAN_RESOURCES": "人力资源社会保障",
    "HOUSING": "住房城乡建设",
    "PRICE": "发展改革（价格）",
    "CYBER": "网信",
    "TAX": "税务",
    "FINANCE": "金融管理",
    "EMERGENCY": "应急管理",
    "TOWNSHIP": "乡镇（街道）",
}


@dataclass(frozen=True)
class DayException:
    """One day that differs from Monday-to-Friday, or a holiday that falls on a weekend."""

    date: dt.date
    is_workday: bool
    name: str


@dataclass(frozen=True)
class CalendarYear:
    """The State Council's arrangement of one year; MISSING means that it is not loaded yet."""

    year: int
    is_confirmed: bool
    source: str
    exceptions: tuple[DayException, ...]


@cache
def _load(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return data


@cache
def calendar_years() -> tuple[CalendarYear, ...]:
    """Calendar years in order, those without a published notice included."""
    return tuple(
        CalendarYear(
            year=int(year),
            is_confirmed=entry["status"] == "CONFIRMED",
            source=entry["source"] or "",
            exceptions=tuple(
                DayException(dt.date.fromisoformat(day["date"]), day["is_workday"], day["name"])
                for day in entry["exceptions"]
            ),
        )
        for year, entry in sorted(_load("calendar.json")["years"].items())
    )


def violations() -> list[dict[str, Any]]:
    """Violation types in file order; a child names its `parent`, which always comes first."""
    rows: list[dict[str, Any]] = _load("violations.json")["violations"]
    return rows


def violation_groups() -> dict[str, str]:
    """Group code to Chinese label."""
    return {group["code"]: group["name"] for group in _load("violations.json")["groups"]}


def policies() -> list[dict[str, Any]]:
    """Dated policy values; money in fen, terms as `{"amount", "unit"}`."""
    rows: list[dict[str, Any]] = _load("policies.json")["policies"]
    return rows


def document_kinds() -> list[dict[str, Any]]:
    """Kinds of documents with number template, required fields, signatures and ways of service."""
    rows: list[dict[str, Any]] = _load("document_kinds.json")["kinds"]
    return rows


def document_labels() -> dict[str, dict[str, str]]:
    """Chinese labels used by document kinds: `groups`, `signatures`, `service`, `fields`."""
    data = _load("document_kinds.json")
    return {
        "fields": _load("document_fields.json"),
        "groups": data["groups"],
        "signatures": data["signature_labels"],
        "service": data["service_labels"],
    }
