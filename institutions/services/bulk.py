"""Writing the rows of a confirmed import in batches; the caller holds the transaction."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone

from accounts.models import Region, User
from casework import events
from casework.canonical import sha256_hex
from casework.copying import copy_objects, take_keys
from institutions.events import InstitutionRegistered
from institutions.models import (
    Decision,
    EndKind,
    FormerName,
    ImportBatch,
    ImportRow,
    Institution,
    InstitutionState,
    OperatingState,
    RowKind,
    StateKind,
)
from institutions.models.choices import ENDED
from institutions.services.matching import COMPARED, regions_by_code
from institutions.services.registry import (
    derived_values,
    institution_build,
    move_axes,
    move_licence,
    search_fill,
)
from institutions.services.states import first_states

CHUNK = 1000
DATES = ("licence_from", "licence_to", "established_on", "ended_on")
NOT_FACTS = ("operating_state", "ended_on", "region")
UPSERTED = (
    *COMPARED,
    "region",
    "region_path",
    "licence_state",
    "version",
    "updated_at",
    "name_norm",
    "search_text",
    "name_grams",
    "py",
    "py_text",
)


@dataclass(frozen=True)
class Written:
    """What an import wrote; `rows_hash` covers number, decision and content of every written row."""

    created: int
    updated: int
    rows_hash: str


def apply_rows(*, actor: User, batch: ImportBatch, at: datetime) -> Written:
    """Create and change the institutions of the batch's confirmed rows."""
    regions = regions_by_code(batch.bureau)
    today = timezone.localdate(at)
    digests: list[str] = []
    created = updated = 0
    is_new = Q(kind=RowKind.NEW) | Q(kind=RowKind.SUSPECT, decision=Decision.CREATE)
    is_change = Q(kind=RowKind.CHANGED) | Q(kind=RowKind.SUSPECT, decision=Decision.MERGE)
    for rows in _chunks(batch, is_new):
        _create(actor, batch, rows, regions, today)
        digests.extend(_digest(row) for row in rows)
        created += len(rows)
    for rows in _chunks(batch, is_change):
        updated += _change(actor, rows, regions, today)
        digests.extend(_digest(row) for row in rows)
    return Written(created, updated, sha256_hex(digests))


def _digest(row: ImportRow) -> str:
    return sha256_hex(
        {"number": row.number, "kind": row.kind, "decision": row.decision, "values": row.values}
    )


def _chunks(batch: ImportBatch, condition: Q) -> Iterator[list[ImportRow]]:
    last = 0
    while True:
        rows = list(batch.rows.filter(condition, number__gt=last).defer("raw").order_by("number")[:CHUNK])
        if not rows:
            return
        yield rows
        last = rows[-1].number


def facts_of(values: dict[str, Any]) -> dict[str, Any]:
    """JSON values of a row as field values."""
    facts = {key: value for key, value in values.items() if key not in NOT_FACTS}
    for name in DATES:
        if isinstance(facts.get(name), str):
            facts[name] = date.fromisoformat(facts[name])
    if "floor_area_m2" in facts:
        facts["floor_area_m2"] = Decimal(facts["floor_area_m2"])
    return facts


def _create(
    actor: User, batch: ImportBatch, rows: list[ImportRow], regions: dict[str, Region], today: date
) -> None:
    made = []
    keys = take_keys(Institution, len(rows))
    for row, key in zip(rows, keys, strict=True):
        facts = {**facts_of(row.values), "region": regions[row.values["region"]]}
        institution = institution_build(actor=actor, values=facts, today=today, bureau=batch.bureau)
        institution.pk = key
        _end(institution, row.values, today)
        made.append(institution)
    copy_objects(Institution, made, with_keys=True)
    copy_objects(InstitutionState, (span for institution in made for span in _spans(institution, actor)))
    _link(rows, made)
    for institution in made:
        events.publish(InstitutionRegistered(institution.uid))


def _end(institution: Institution, values: dict[str, Any], today: date) -> None:
    state = values.get("operating_state", OperatingState.OPERATING)
    if state == OperatingState.OPERATING:
        return
    institution.operating_state = state
    ended = date.fromisoformat(values["ended_on"]) if values.get("ended_on") else today
    began = institution.state_since
    institution.state_since = max(ended if state in ENDED else today, began)
    if state in ENDED:
        institution.ended_on = institution.state_since
        institution.end_kind = EndKind.BANNED if state == OperatingState.BANNED else EndKind.CEASED


def _spans(institution: Institution, actor: User) -> list[InstitutionState]:
    spans = first_states(institution, actor)
    if institution.operating_state == OperatingState.OPERATING:
        return spans
    spans[0].value = institution.operating_state
    begun = [day for day in (institution.established_on, institution.licence_from) if day]
    if begun and min(begun) < institution.state_since:
        spans.append(
            InstitutionState(
                institution=institution,
                kind=StateKind.OPERATING_STATE,
                value=OperatingState.OPERATING,
                span=DateRange(min(begun), institution.state_since),
                recorded_by=actor,
            )
        )
    return spans


def _link(rows: list[ImportRow], made: list[Institution]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE institutions_importrow AS r SET institution_id = d.made "
            "FROM unnest(%s::bigint[], %s::bigint[]) AS d(line, made) WHERE r.id = d.line",
            [[row.pk for row in rows], [institution.pk for institution in made]],
        )


def _change(actor: User, rows: list[ImportRow], regions: dict[str, Region], today: date) -> int:
    keys = [row.institution_id for row in rows if row.institution_id]
    locked = Institution.objects.select_for_update().filter(pk__in=keys).order_by("pk").in_bulk()
    former: dict[int, list[str]] = {}
    for pk, name in FormerName.objects.filter(institution__in=keys).values_list("institution_id", "name"):
        former.setdefault(pk, []).append(name)
    edited = []
    for row in rows:
        if row.institution_id is None:
            continue
        institution = locked[row.institution_id]
        if _edit(actor, institution, row, regions, today, former.get(institution.pk, [])):
            edited.append(institution)
    Institution.objects.bulk_create(
        edited, batch_size=CHUNK, update_conflicts=True, unique_fields=["id"], update_fields=list(UPSERTED)
    )
    return len(edited)


def _edit(
    actor: User,
    institution: Institution,
    row: ImportRow,
    regions: dict[str, Region],
    today: date,
    former: list[str],
) -> bool:
    facts = facts_of(row.values)
    if row.kind == RowKind.SUSPECT:
        facts = _merged(institution, facts)
    elif "name" not in row.changes:
        facts.pop("name", None)
    if "region" in row.values:
        facts["region"] = regions[row.values["region"]]
    changed = {name: value for name, value in facts.items() if getattr(institution, name) != value}
    if not changed:
        return False
    before = copy.copy(institution)
    changed |= derived_values(institution, changed, today)
    for name, value in changed.items():
        setattr(institution, name, value)
    institution.region_path = institution.region.path
    institution.version += 1
    institution.updated_at = timezone.now()
    if before.name != institution.name:
        FormerName.objects.get_or_create(
            institution=institution, name=before.name, used_until=today, defaults={"recorded_by": actor}
        )
        former = [*former, before.name]
    move_axes(actor, before, institution, today, is_correction=False)
    move_licence(actor, before, institution, today)
    search_fill(institution, former)
    return True


def _merged(institution: Institution, facts: dict[str, Any]) -> dict[str, Any]:
    """A row merged into another name's record: the record keeps its name, the row's name becomes an alias."""
    name = facts.pop("name")
    if name != institution.name and name not in institution.aliases:
        facts["aliases"] = [*institution.aliases, name]
    if institution.uscc:
        facts.pop("uscc", None)
    return facts
