"""Numbers that open their rows.

An indicator is a queryset and a measure, so that a report can freeze the value together with the ids
of its rows, and a screen can link the number to them. X次 sums over events, X without 次 counts
distinct things; pairs 人/人次 and 家/家次 are separate indicators with their unit always shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Protocol

from django.db import models
from django.db.models import Aggregate, Count, Q, Sum
from django.utils import timezone

from accounts.models import Bureau, Region


@dataclass(frozen=True)
class Period:
    """A half-open span of days in Asia/Shanghai: `start` included, `end` excluded."""

    start: date
    end: date

    @property
    def starts_at(self) -> datetime:
        """First moment of the period."""
        return timezone.make_aware(datetime.combine(self.start, time()))

    @property
    def ends_at(self) -> datetime:
        """First moment after the period."""
        return timezone.make_aware(datetime.combine(self.end, time()))

    @property
    def last_day(self) -> date:
        """The last day inside the period."""
        return date.fromordinal(self.end.toordinal() - 1)


@dataclass(frozen=True)
class Scope:
    """Whose rows count: one bureau, all of it or one of its regions; a city counts its counties."""

    bureau: Bureau
    region: Region | None = None

    @property
    def region_path(self) -> str:
        """Prefix that a row's region path must have."""
        return (self.region or self.bureau.region).path


class Measure(StrEnum):
    """How rows become a number."""

    COUNT = "COUNT"
    DISTINCT = "DISTINCT"
    SUM = "SUM"


class Rows(Protocol):
    """Gives the rows that an indicator counts."""

    def __call__(self, scope: Scope, period: Period, **dims: Any) -> models.QuerySet[Any]: ...


@dataclass(frozen=True)
class Narrowed:
    """Rows of a family: those of `base` that meet `condition`, so that one reading counts the whole family."""

    base: Rows
    condition: Q

    def __call__(self, scope: Scope, period: Period, **dims: Any) -> models.QuerySet[Any]:
        return self.base(scope, period, **dims).filter(self.condition)


@dataclass(frozen=True)
class Indicator:
    """A defined number. `field` is what DISTINCT or SUM works on; `rule` is the counting rule in words;
    `columns` are pairs (attribute path, head) that show its rows."""

    key: str
    label: str
    unit: str
    rows: Rows
    rule: str
    measure: Measure = Measure.COUNT
    field: str = ""
    decimals: int = 0
    columns: tuple[tuple[str, str], ...] = ()
    url_name: str = ""


@dataclass(frozen=True)
class Figure:
    """A computed number with the ids of its rows (root rows by uid where they have one)."""

    key: str
    value: Decimal
    unit: str
    row_ids: list[int] = field(default_factory=list)


class Rounding(StrEnum):
    """How a ratio is cut to its decimals; publications differ, so each ratio names its mode."""

    HALF_UP = "HALF_UP"
    TRUNCATE = "TRUNCATE"
    COMPLEMENT = "COMPLEMENT"


_indicators: dict[str, Indicator] = {}


def register(*indicators: Indicator) -> None:
    """Declare indicators; a key has one definition."""
    for indicator in indicators:
        known = _indicators.setdefault(indicator.key, indicator)
        if known.label != indicator.label:
            raise ValueError(f"indicator {indicator.key} is defined twice")


def get(key: str) -> Indicator:
    """The definition of a key; KeyError when no room defines it."""
    return _indicators[key]


def known_keys() -> frozenset[str]:
    """Keys that some room defines."""
    return frozenset(_indicators)


def rows_of(key: str, scope: Scope, period: Period, **dims: Any) -> models.QuerySet[Any]:
    """The rows behind a number."""
    return _indicators[key].rows(scope, period, **dims)


def compute(key: str, scope: Scope, period: Period, **dims: Any) -> Decimal:
    """The number itself, in one query."""
    indicator = _indicators[key]
    rows = indicator.rows(scope, period, **dims).order_by()
    if indicator.measure == Measure.COUNT:
        return Decimal(rows.count())
    if indicator.measure == Measure.DISTINCT:
        return Decimal(rows.aggregate(n=Count(indicator.field, distinct=True))["n"])
    return Decimal(rows.aggregate(n=Sum(indicator.field))["n"] or 0)


def compute_many(keys: Iterable[str], scope: Scope, period: Period, **dims: Any) -> dict[str, Decimal]:
    """Several numbers, the same as `compute` gives one by one, in one query per family of rows."""
    families: dict[Rows, dict[str, Aggregate]] = {}
    for key in keys:
        indicator = _indicators[key]
        rows = indicator.rows
        base, condition = (rows.base, rows.condition) if isinstance(rows, Narrowed) else (rows, None)
        families.setdefault(base, {})[key] = _measured(indicator, condition)
    values: dict[str, Decimal] = {}
    for base, measures in families.items():
        names = {f"n{index}": key for index, key in enumerate(measures)}
        found = base(scope, period, **dims).order_by()
        counted = found.aggregate(**{name: measures[key] for name, key in names.items()})
        values |= {key: Decimal(counted[name] or 0) for name, key in names.items()}
    return values


def _measured(indicator: Indicator, condition: Q | None) -> Aggregate:
    if indicator.measure == Measure.SUM:
        return Sum(indicator.field, filter=condition)
    is_distinct = indicator.measure == Measure.DISTINCT
    return Count(indicator.field if is_distinct else "pk", distinct=is_distinct, filter=condition)


def figure(key: str, scope: Scope, period: Period, **dims: Any) -> Figure:
    """The number with the ids of its rows, for freezing."""
    ids = sorted(rows_of(key, scope, period, **dims).order_by().values_list("pk", flat=True))
    return Figure(key, compute(key, scope, period, **dims), get(key).unit, ids)


def ratio(
    numerator: int | Decimal, denominator: int | Decimal, *, decimals: int, rounding: Rounding
) -> Decimal | None:
    """Percentage with `decimals` places; None when the denominator is zero.

    COMPLEMENT rounds the rest (denominator − numerator) half up and subtracts from 100, so that two
    published shares add up.
    """
    if not denominator:
        return None
    exact = Decimal(numerator) * 100 / Decimal(denominator)
    step = Decimal(1).scaleb(-decimals)
    if rounding == Rounding.TRUNCATE:
        return exact.quantize(step, ROUND_DOWN)
    if rounding == Rounding.COMPLEMENT:
        return Decimal(100) - (Decimal(100) - exact).quantize(step, ROUND_HALF_UP)
    return exact.quantize(step, ROUND_HALF_UP)
