"""Turns indicators into the cells of a form: value and rows from one reading of the database.

Stored values are integers (money in fen). A cell counted FIRST belongs to the period in which its
thing occurs for the first time since the campaign began, so that periods add up to the cumulative
figure; an EVENT cell counts every event of the span; a STOCK cell is the state at the end, whenever it came about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from casework import indicators
from casework.indicators import Indicator, Measure, Period, Scope
from reports.data.sources import Source

FEN_PER_WAN = 1_000_000
FIRST_DAY = date(1949, 10, 1)
Row = list[Any]


@dataclass(frozen=True)
class Spans:
    """The spans a form needs: the period, from the campaign's start, and from there to the period's start."""

    period: Period
    cumulative: Period
    earlier: Period | None


@dataclass(frozen=True)
class Counted:
    """A value with its rows `[primary key, measured value, uid]`."""

    value: int
    rows: list[Row]
    model: str


def measured_rows(indicator: Indicator, scope: Scope, span: Period, dims: dict[str, Any]) -> Counted:
    """One indicator over one span, by one query."""
    found = indicator.rows(scope, span, **dims).order_by()
    names = ["pk"]
    has_uid = any(field.name == "uid" for field in found.model._meta.get_fields())
    names += ["uid"] if has_uid else []
    names += [indicator.field] if indicator.measure != Measure.COUNT else []
    rows = []
    for values in found.values_list(*names):
        measured = 1 if indicator.measure == Measure.COUNT else _plain(values[-1])
        rows.append([_plain(values[0]), measured, str(values[1]) if has_uid else ""])
    rows.sort(key=lambda row: (str(type(row[0])), row[0], str(row[1])))
    return Counted(value_of(indicator.measure, rows), rows, found.model._meta.label_lower)


def value_of(measure: str, rows: Iterable[Row]) -> int:
    """The number that rows make under a measure."""
    if measure == Measure.COUNT:
        return sum(1 for _ in rows)
    if measure == Measure.DISTINCT:
        return len({row[1] for row in rows if row[1] is not None})
    return sum(int(row[1] or 0) for row in rows)


def count_cell(cell: dict[str, Any], source: Source, scope: Scope, spans: Spans) -> dict[str, Counted]:
    """The columns of one cell."""
    indicator = indicators.get(source.indicator)
    columns = cell["columns"]
    if cell["counting"] == "STOCK" or columns == ["cumulative"]:
        span = Period(FIRST_DAY, spans.period.end) if cell["counting"] == "STOCK" else spans.cumulative
        state = measured_rows(indicator, scope, span, source.dims)
        return dict.fromkeys(columns, state)
    counted: dict[str, Counted] = {}
    if "cumulative" in columns:
        counted["cumulative"] = measured_rows(indicator, scope, spans.cumulative, source.dims)
    if "period" in columns:
        if cell["counting"] == "FIRST" and "cumulative" in counted:
            counted["period"] = _first_seen(
                indicator, counted["cumulative"], scope, spans.earlier, source.dims
            )
        else:
            counted["period"] = measured_rows(indicator, scope, spans.period, source.dims)
    return counted


def _first_seen(
    indicator: Indicator, cumulative: Counted, scope: Scope, earlier: Period | None, dims: dict[str, Any]
) -> Counted:
    if earlier is None:
        return cumulative
    place = 1 if indicator.measure == Measure.DISTINCT else 0
    known = {row[place] for row in measured_rows(indicator, scope, earlier, dims).rows}
    rows = [row for row in cumulative.rows if row[place] not in known]
    return Counted(value_of(indicator.measure, rows), rows, cumulative.model)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int | str):
        return value
    if isinstance(value, Decimal):
        return int(value)
    return str(value) if isinstance(value, UUID) or value is not None else None


def shown(value: int | None, cell: dict[str, Any]) -> str:
    """A stored value as the form prints it: integers as they are, money in 万元 with its decimals."""
    if value is None:
        return ""
    if cell["kind"] == "AMOUNT":
        step = Decimal(1).scaleb(-int(cell["decimals"] or 0))
        return str((Decimal(value) / FEN_PER_WAN).quantize(step, ROUND_HALF_UP))
    return str(value)


def stored(value: Decimal, cell: dict[str, Any]) -> int:
    """What a person entered, in the stored unit."""
    return (
        int((value * FEN_PER_WAN).to_integral_value(ROUND_HALF_UP))
        if cell["kind"] == "AMOUNT"
        else int(value)
    )
