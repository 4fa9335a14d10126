"""Market entities: registered, read from a sheet, handed to the market regulator, settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Region, User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from institutions.codes import clean_code, uscc_problem
from institutions.models import EntityOutcome, MarketEntity
from institutions.selectors import townships_of
from institutions.sheets.entities import SheetEntity, read_entities

EDIT = "institutions.entity_edit"


@transaction.atomic
def entity_register(
    *, actor: User, region: Region, values: dict[str, Any], at: datetime | None = None
) -> MarketEntity:
    """Enter an entity that was found. Raises NotAllowed, Unlawful (code known or wrong, a day to come)."""
    require(actor, EDIT)
    values = {**values, "uscc": clean_code(values.get("uscc") or "")}
    if values["uscc"] and (problem := uscc_problem(values["uscc"])):
        raise Unlawful(problem)
    if values["found_on"] > timezone.localdate(at or timezone.now()):
        raise Unlawful("发现日期不能晚于今天。")
    row = MarketEntity(**root_fields(actor=actor, region=region), **values)
    return record_create(actor=actor, obj=row, verb="institutions.entity_register", at=at)


@dataclass(frozen=True)
class Imported:
    """How many rows of a sheet were new, and how many entities were known already."""

    made: int
    known: int


@transaction.atomic
def entities_import(
    *, actor: User, upload: Any, found_on: date, source: str, at: datetime | None = None
) -> Imported:
    """Enter the entities of a sheet, all or none; those with a known code are left as they are.

    Raises NotAllowed, Unlawful naming the row.
    """
    require(actor, EDIT)
    rows = read_entities(upload.read(), upload.name)
    towns = {region.name: region for region in townships_of(actor)}
    codes = [row.uscc for row in rows]
    known = set(
        MarketEntity.objects.filter(bureau=actor.bureau, uscc__in=codes).values_list("uscc", flat=True)
    )
    made = 0
    for row in rows:
        if row.uscc in known:
            continue
        entity_register(
            actor=actor, region=_town(row, towns), values=_values(row) | {"found_on": found_on, "source": source},
            at=at,
        )  # fmt: skip
        made += 1
    return Imported(made, len(rows) - made)


def _town(row: SheetEntity, towns: dict[str, Region]) -> Region:
    found = towns.get(row.town)
    if found is None:
        raise Unlawful(f"第 {row.row} 行的乡镇（街道）“{row.town[:20]}”不在您的辖区内，请写全称。")
    return found


def _values(row: SheetEntity) -> dict[str, Any]:
    return {"name": row.name, "uscc": row.uscc, "address": row.address, "business_scope": row.business_scope}


@transaction.atomic
def entities_hand_over(
    *,
    actor: User,
    entities: Iterable[MarketEntity],
    handed_on: date,
    handed_no: str,
    at: datetime | None = None,
) -> list[MarketEntity]:
    """Hand entities to the market regulator under one letter. Raises NotAllowed, Unlawful, WrongState."""
    require(actor, EDIT)
    if handed_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("移交日期不能晚于今天。")
    done = []
    for row in sorted(entities, key=lambda entity: entity.pk):
        locked = lock(row)
        if locked.handed_on is not None:
            raise WrongState(f"{locked.name}已于 {locked.handed_on:%Y-%m-%d} 移交。")
        values = {"handed_on": handed_on, "handed_no": handed_no.strip()}
        done.append(
            record_update(actor=actor, obj=locked, values=values, verb="institutions.entity_hand_over", at=at)
        )
    if not done:
        raise Unlawful("请选择要移交的市场主体。")
    return done


@transaction.atomic
def entity_settle(
    *,
    actor: User,
    entity: MarketEntity,
    outcome: str,
    settled_on: date,
    note: str = "",
    at: datetime | None = None,
) -> MarketEntity:
    """Enter what the regulator answered. Raises NotAllowed, Unlawful, WrongState (not handed over, settled)."""
    require(actor, EDIT)
    locked = lock(entity)
    if locked.handed_on is None:
        raise WrongState("还没有移交市场监管部门，不能登记处置结果。")
    if locked.settled_on is not None:
        raise WrongState(f"处置结果已登记：{locked.get_outcome_display()}。")
    if settled_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("处置日期不能晚于今天。")
    values = {"outcome": EntityOutcome(outcome), "settled_on": settled_on, "settled_note": note.strip()}
    return record_update(actor=actor, obj=locked, values=values, verb="institutions.entity_settle", at=at)


for code, sentence in {
    "entity_register": "登记教育类市场主体",
    "entity_hand_over": "移交市场监管部门处置",
    "entity_settle": "登记市场主体处置结果",
}.items():
    audit.verb(f"institutions.{code}", sentence)
