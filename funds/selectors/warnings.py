"""Warnings that an actor sees, the days on which they are judged, and what other lines would have raised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q

from accounts.models import Region, User
from accounts.querysets import ScopedQuerySet
from casework.models import PolicyValue
from funds.models import OPEN_WARNING, FundDay, FundSignal, FundWarning
from funds.warnings import RULES, History, Parameters, judge
from funds.warnings.parameters import KEYS
from institutions.models import Institution
from institutions.selectors import institutions_visible

QUIET_KEY = "fund.warning.quiet"
HISTORY_DAYS = 210
BACKTEST_DAYS_MAX = 92


def warnings_visible(actor: User) -> ScopedQuerySet[FundWarning]:
    """The actor's warnings: open ones first, red before yellow, the oldest term first."""
    rows = FundWarning.objects.visible_to(actor)
    return rows.select_related("institution", "region", "owner").order_by("-raised_on", "level", "-pk")


def signals_visible(actor: User) -> ScopedQuerySet[FundSignal]:
    """Signals from outside, those that count first."""
    rows = FundSignal.objects.visible_to(actor).select_related("institution", "region")
    return rows.order_by(F("cleared_on").asc(nulls_first=True), "-happened_on", "-pk")


def warnings_open(actor: User) -> ScopedQuerySet[FundWarning]:
    """Those that wait for somebody, the oldest term first."""
    return warnings_visible(actor).filter(status__in=OPEN_WARNING).order_by("due_on", "level", "pk")


def parameters_on(region: Region, on: date) -> Parameters:
    """The lines in force on a day, the nearest region's first; those without a value as shipped."""
    ancestors = [int(part) for part in region.path.strip("/").split("/") if part]
    rows = PolicyValue.objects.filter(
        Q(region__isnull=True) | Q(region_id__in=ancestors),
        key__in=[*KEYS.values(), QUIET_KEY],
        validity__contains=on,
    )
    nearest = sorted(rows, key=lambda row: ancestors.index(row.region_id) if row.region_id else -1)
    by_key = {row.key: row.value for row in nearest}
    found = Parameters().of(**{name: int(by_key[key]) for name, key in KEYS.items() if key in by_key})
    spans = by_key.get(QUIET_KEY)
    return found if spans is None else replace(found, quiet=tuple(_span(text) for text in spans))


def _span(text: str) -> tuple[int, int, int, int]:
    """`06-25/07-10` as months and days."""
    first, last = (part.split("-") for part in text.split("/"))
    return int(first[0]), int(first[1]), int(last[0]), int(last[1])


def histories(places: Sequence[Institution], until: date, days: int = HISTORY_DAYS) -> dict[int, History]:
    """The kept days of institutions up to a day; institutions without any are left out."""
    rows = FundDay.objects.filter(
        institution__in=places, day__lte=until, day__gt=until - timedelta(days=days)
    ).order_by("institution", "day")
    kept: dict[int, list[FundDay]] = defaultdict(list)
    for row in rows:
        kept[row.institution_id].append(row)
    found = {}
    for place in places:
        if own := kept.get(place.pk):
            last = own[-1]
            found[place.pk] = History(
                place.established_on or own[0].day,
                last.deposit_required_fen,
                last.deposit_fen,
                tuple(row.as_facts for row in own),
            )
    return found


@dataclass(frozen=True)
class Tried:
    """How one rule spoke about one institution over a period, with the lines in force and with others."""

    institution: Institution
    days_now: int
    days_tried: int
    first_now: date | None
    first_tried: date | None
    level_now: str
    level_tried: str


def backtest(actor: User, rule: str, since: date, until: date, lines: Parameters) -> list[Tried]:
    """Ask one rule for every day of a period, with the lines in force at its end and with `lines`; writes nothing."""
    days = min((until - since).days + 1, BACKTEST_DAYS_MAX)
    rows = institutions_visible(actor).filter(fund_days__isnull=False).select_related("bureau__region")
    places = list(rows.distinct().order_by("pk"))
    told = histories(places, until, HISTORY_DAYS + days)
    asked = [since + timedelta(days=ahead) for ahead in range(days)]
    now: dict[int, Parameters] = {}
    found = []
    for place in places:
        if place.pk not in told:
            continue
        if place.bureau_id not in now:
            now[place.bureau_id] = parameters_on(place.bureau.region, until)
        lines_now = now[place.bureau_id]
        first = _asked(told[place.pk], asked, rule, lines_now)
        second = _asked(told[place.pk], asked, rule, lines)
        if first or second:
            found.append(
                Tried(
                    place,
                    len(first),
                    len(second),
                    _first(first),
                    _first(second),
                    _worst(first),
                    _worst(second),
                )
            )
    return sorted(found, key=lambda row: (-max(row.days_now, row.days_tried), row.institution.pk))


def _asked(told: History, days: list[date], rule: str, lines: Parameters) -> list[tuple[date, str]]:
    return [(day, raised[0].level) for day in days if (raised := judge(told, day, lines, rule))]


def _first(rows: list[tuple[date, str]]) -> date | None:
    return rows[0][0] if rows else None


def _worst(rows: list[tuple[date, str]]) -> str:
    return "RED" if any(level == "RED" for _, level in rows) else "YELLOW" if rows else ""


def rule_choices() -> list[tuple[str, str]]:
    """Rules for a choice."""
    return [(code, f"{code} {label}") for code, label in RULES.items()]


def warning_counts(actor: User) -> dict[str, Any]:
    """Open warnings by level."""
    rows = FundWarning.objects.visible_to(actor).filter(status__in=OPEN_WARNING)
    levels = list(rows.order_by().values_list("level", flat=True))
    return {"red": levels.count("RED"), "yellow": levels.count("YELLOW")}
