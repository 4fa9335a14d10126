"""The layers of a pool: by which attributes of a place, in which order, with which share.

Pure reading of rows; `draws.pools` writes the layers into the frozen file (docs/sampler.md §1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from draws.models import Draw, StratumBy
from institutions.models import RiskLevel, SubjectKind

UNRATED = "UNRATED"
EVERY = "EVERY"
RISK_LAYERS = (
    (RiskLevel.HIGH.value, "高风险"),
    (RiskLevel.MEDIUM.value, "中风险"),
    (RiskLevel.LOW.value, "低风险"),
    (UNRATED, "未评定风险"),
)
SHARES = (*RISK_LAYERS, (EVERY, "各层统一比例"))
COLUMNS = ("risk_level", "region__code", "region__name", "subject_kind", "credit_grade")
RISK_ORDER = {code: number for number, (code, _) in enumerate(RISK_LAYERS)}


@dataclass(frozen=True)
class Value:
    """One attribute of one place: its code in the file, its name for readers, its place in the order."""

    code: str
    label: str
    order: str


def _risk(row: dict[str, Any]) -> Value:
    code = row["risk_level"] or UNRATED
    return Value(code, dict(RISK_LAYERS)[code], str(RISK_ORDER[code]))


def _town(row: dict[str, Any]) -> Value:
    return Value(row["region__code"], row["region__name"], row["region__code"])


def _kind(row: dict[str, Any]) -> Value:
    kind = SubjectKind(row["subject_kind"])
    return Value(kind.value, str(kind.label), kind.value)


def _credit(row: dict[str, Any]) -> Value:
    grade = row["credit_grade"]
    return Value(grade or UNRATED, f"信用{grade}级" if grade else "未评定信用", grade or "~")


READ = {StratumBy.RISK: _risk, StratumBy.TOWN: _town, StratumBy.KIND: _kind, StratumBy.CREDIT: _credit}


def values_of(by: Sequence[str], row: dict[str, Any]) -> list[Value]:
    """The attributes of a place (`COLUMNS`) that lay the pool in layers, in their order."""
    return [READ[StratumBy(name)](row) for name in by]


def code_of(values: Sequence[Value]) -> str:
    """The layer of a place: the codes of its attributes joined by full stops."""
    return ".".join(value.code for value in values)


def share_of(draw: Draw, values: Sequence[Value]) -> int:
    """The share of a layer in ten-thousandths: that of its risk level, or the one share of all layers."""
    if StratumBy.RISK in draw.strata_by:
        return int(draw.shares.get(values[draw.strata_by.index(StratumBy.RISK)].code, 0))
    return int(draw.shares.get(EVERY, 0))


@dataclass(frozen=True)
class Stratum:
    """One layer before it is written into the file."""

    code: str
    label: str
    per_10000: int
    size: int


def strata_of(draw: Draw, rows: Sequence[dict[str, Any]]) -> list[Stratum]:
    """The layers of a pool in order. By risk alone, levels without a place are listed as well."""
    sizes: dict[str, int] = {}
    known: dict[str, list[Value]] = {}
    if draw.strata_by == [StratumBy.RISK]:
        known = {code: [Value(code, label, str(RISK_ORDER[code]))] for code, label in RISK_LAYERS}
    for row in rows:
        values = values_of(draw.strata_by, row)
        code = code_of(values)
        known.setdefault(code, values)
        sizes[code] = sizes.get(code, 0) + int(row.get("n", 1))
    return [
        Stratum(code, " · ".join(value.label for value in values), share_of(draw, values), sizes.get(code, 0))
        for code, values in sorted(known.items(), key=lambda pair: [value.order for value in pair[1]])
    ]


def words(draw: Draw) -> str:
    """By what a pool is laid in layers, for readers."""
    return "、".join(str(StratumBy(name).label) for name in draw.strata_by)
