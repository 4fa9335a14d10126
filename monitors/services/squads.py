"""Patrol squads: their areas and their people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction as database

from accounts.models import Region, User
from casework import audit
from casework.errors import Unlawful
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from monitors.models import Monitor, Squad, SquadKind

EDIT = "monitors.monitor_edit"


@database.atomic
def squad_save(
    *,
    actor: User,
    name: str,
    towns: Iterable[Region],
    is_active: bool = True,
    kind: str = SquadKind.SQUAD,
    association: str = "",
    squad: Squad | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Squad:
    """Set up a squad or change it. Raises NotAllowed, StaleVersion, Unlawful (no township, a taken name)."""
    require(actor, EDIT)
    chosen = list(towns)
    if not chosen:
        raise Unlawful("请至少选择一个乡镇（街道）。")
    if actor.bureau is None:
        raise Unlawful("系统账号不能设置小分队。")
    if (kind == SquadKind.ALLIANCE) != bool(association.strip()):
        raise Unlawful("行业联盟须写明协会名称，巡查小分队不填协会名称。")
    values = {
        "name": name.strip(), "is_active": is_active, "kind": kind, "association": association.strip(),
    }  # fmt: skip
    if squad is None:
        fresh = Squad(**root_fields(actor=actor, region=actor.bureau.region), **values)
        kept = record_create(actor=actor, obj=fresh, verb="monitors.squad_save", at=at)
    else:
        kept = record_update(
            actor=actor, obj=squad, values=values, verb="monitors.squad_save", version=version, at=at
        )
    before = set(kept.towns.values_list("name", flat=True))
    kept.towns.set(chosen)
    after = {town.name for town in chosen}
    if before != after:
        audit.record(
            actor=actor,
            verb="monitors.squad_area",
            target=kept,
            changes={"towns": [sorted(before), sorted(after)]},
            at=at,
        )
    return kept


@database.atomic
def squad_assign(
    *, actor: User, monitor: Monitor, squad: Squad | None, at: datetime | None = None
) -> Monitor:
    """Put a monitor in office into a squad, or take out of it. Raises NotAllowed, Unlawful."""
    require(actor, EDIT)
    locked = lock(monitor)
    if squad is not None and (squad.bureau_id != locked.bureau_id or not squad.is_active):
        raise Unlawful("只能编入本单位正在使用的小分队。")
    if locked.status != "APPOINTED":
        raise Unlawful("只有在聘监督员可以编入小分队。")
    return record_update(
        actor=actor, obj=locked, values={"squad": squad}, verb="monitors.squad_assign", at=at
    )


for code, sentence in {
    "squad_save": "设置巡查小分队",
    "squad_area": "调整小分队片区",
    "squad_assign": "编入巡查小分队",
}.items():
    audit.verb(f"monitors.{code}", sentence)
