"""What the two most asked public pages show, each read in one statement.

Most places and most words are asked for once, so what such a page costs is what its reads cost. A statement
names columns only; what they mean in words is decided in `words`. What happened at a place is read by the database
function `public_place_history` (migration 0002), whose plan each connection keeps: planning its six tables anew
took longer than reading them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models.base import Model, ModelState
from django.utils import timezone

from accounts.models import Bureau, Region
from blacklist.models import ListBatch, ListEntry
from institutions.models import FormerName, Institution
from institutions.querysets import HITS_WEIGHED, any_of, search_terms
from institutions.search import normalise

Row = TypeVar("Row", bound=Model)
SHOWN = (
    "id",
    "public_id",
    "name",
    "standing",
    "operating_state",
    "ended_on",
    "end_kind",
    "licence_no",
    "licence_state",
    "licence_from",
    "licence_to",
    "list_status",
    "credit_grade",
    "enrolment_stopped_until",
    "subject_kind",
    "track",
    "age_groups",
    "uscc",
    "address",
    "phone",
    "region_id",
)
FACTS = tuple(field.attname for field in Institution._meta.concrete_fields if field.attname in SHOWN)
ENTRY_TEXTS = (
    "uid",
    "kind",
    "status",
    "removal_kind",
    "ground_text",
    "ground_codes",
    "basis",
    "decision_no",
    "way_out",
)
ENTRY_DAYS = ("starts_on", "removed_on", "planned_end_on", "earliest_exit_on")
GATHER = f"""
SELECT {", ".join(f"i.{name}" for name in FACTS)}, r.name, public_place_history(i.id)
FROM institutions_institution i JOIN accounts_region r ON r.id = i.region_id
WHERE i.bureau_id = %s AND i.public_id = %s
"""  # noqa: S608 - built from the constants above
HIT_SHOWN = (
    "id",
    "region_id",
    "public_id",
    "name",
    "standing",
    "operating_state",
    "ended_on",
    "end_kind",
    "licence_no",
    "licence_state",
    "licence_to",
    "list_status",
    "enrolment_stopped_until",
    "track",
    "address",
)
HIT = tuple(field.attname for field in Institution._meta.concrete_fields if field.attname in HIT_SHOWN)
REGION = ("id", "name")
ORDER = """hits.operating_state IN ('CLOSED', 'BANNED'), NULLIF(strpos(hits.name_norm, %s), 0) NULLS LAST,
  length(hits.name_norm), hits.name_norm COLLATE "C", hits.id"""
BEST = f"""
WITH hits (id, operating_state, name_norm) AS MATERIALIZED ({{hits}})
SELECT {", ".join(f"i.{name}" for name in HIT)}, r.name
FROM (SELECT * FROM hits ORDER BY {ORDER} LIMIT %s) AS hits
JOIN institutions_institution i ON i.id = hits.id JOIN accounts_region r ON r.id = i.region_id
ORDER BY {ORDER}
"""  # noqa: S608 - built from the constants above
NEARBY = """
SELECT public_id, name, track, address FROM institutions_institution
WHERE bureau_id = %s AND region_id = %s AND list_status = 'WHITE' AND id <> %s ORDER BY name_norm LIMIT 3
"""


@dataclass(frozen=True)
class Span:
    """A stretch of the operating state: its stored value and first day."""

    value: str
    since: date | None


@dataclass(frozen=True)
class PublicVisit:
    """A settled visit: its day, (violation name, state) of findings, states of notices."""

    on: date | None
    findings: tuple[tuple[str, str], ...]
    notices: frozenset[str]


@dataclass(frozen=True)
class PublicFile:
    """What the public may read about one place."""

    institution: Institution
    entries: list[ListEntry]
    names: list[FormerName]
    states: list[Span]
    visits: list[PublicVisit]


def public_file(bureau: Bureau, public_id: str) -> PublicFile | None:
    """The file of one place of the bureau by its public number; `institution` holds the shown columns only."""
    with connection.cursor() as cursor:
        cursor.execute(GATHER, [bureau.pk, public_id.upper()])
        row = cursor.fetchone()
    if row is None:
        return None
    *facts, region_name, (entries, names, states, visits) = row
    institution = _sketch(Institution, FACTS, facts)
    institution.region = _sketch(Region, REGION, (institution.region_id, region_name))
    institution.bureau = bureau
    return PublicFile(
        institution=institution,
        entries=[_entry(item) for item in entries or ()],
        names=[FormerName(name=name, used_until=date.fromisoformat(until)) for name, until in names or ()],
        states=[Span(value, _day(since)) for value, since in states or ()],
        visits=[_visit(*item) for item in visits or ()],
    )


def nearby_white(place: Institution) -> list[Institution]:
    """Up to three white-listed places of the same township, for parents who look at one that is not."""
    with connection.cursor() as cursor:
        cursor.execute(NEARBY, [place.bureau.pk, place.region_id, place.pk])
        names = ("public_id", "name", "track", "address")
        return [_sketch(Institution, names, row) for row in cursor.fetchall()]


def best_hits(bureau: Bureau, query: str, limit: int) -> list[Institution]:
    """What `institution_search` finds, in the same order, in one statement and with the columns of a card only;
    a query of signs only finds nothing."""
    text = normalise(query)
    terms = search_terms(text)
    if not terms:
        return []
    asked = [part for value in terms.values() for part in (value if isinstance(value, list) else [value])]
    with connection.cursor() as cursor:
        cursor.execute(_best_sql(tuple(terms)), [bureau.pk, *asked, text, limit, text])
        rows_found = cursor.fetchall()
    regions: dict[int, Region] = {}
    found = []
    for *facts, name in rows_found:
        place = _sketch(Institution, HIT, facts)
        if place.region_id not in regions:
            regions[place.region_id] = _sketch(Region, REGION, (place.region_id, name))
        place.region = regions[place.region_id]
        found.append(place)
    return found


@cache
def _best_sql(lookups: tuple[str, ...]) -> str:
    """The statement for hits that fulfil one of the lookups. Queries differ in a handful of them only, and building one
    costs as much as many a search."""
    asked = {lookup: [""] if lookup.endswith("contains") else "" for lookup in lookups}
    rows = Institution.objects.filter(bureau=0).filter(any_of(asked)).order_by()
    hits = rows.values_list("pk", "operating_state", "name_norm")[:HITS_WEIGHED].query
    return BEST.format(hits=hits.sql_with_params()[0])


def _sketch(model: type[Row], names: tuple[str, ...], values: Iterable[Any]) -> Row:
    """A row of which only some columns are at hand. `from_db` asks each of the model's fields, most of them absent,
    and took longer than reading the row."""
    row = model.__new__(model)
    row.__dict__.update(zip(names, values, strict=True))
    row._state = ModelState()
    row._state.db, row._state.adding = DEFAULT_DB_ALIAS, False
    return row


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _entry(item: list[Any]) -> ListEntry:
    texts, days = item[: len(ENTRY_TEXTS)], item[len(ENTRY_TEXTS) : -2]
    entry = ListEntry(**dict(zip(ENTRY_TEXTS, texts, strict=True)))
    for name, day in zip(ENTRY_DAYS, days, strict=True):
        setattr(entry, name, _day(day))
    batch_no, number = item[-2:]
    entry.batch = ListBatch(batch_no=batch_no) if batch_no else None
    entry.public_number = number or ""  # type: ignore[attr-defined]
    return entry


def _visit(
    planned: str | None, ended: str | None, findings: list[list[str]] | None, notices: list[str] | None
) -> PublicVisit:
    day = timezone.localdate(datetime.fromisoformat(ended)) if ended else _day(planned)
    return PublicVisit(day, tuple((name, state) for name, state in findings or ()), frozenset(notices or ()))
