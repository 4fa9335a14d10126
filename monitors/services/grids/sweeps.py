"""Sweeps: freeze the places known, close with a summary."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful
from casework.records import record_create, root_fields
from casework.steps import require
from casework.workflow import transition
from institutions.models import Institution
from monitors.models import GridSweep, GridUnit, SweepTarget

RUN = "monitors.sweep_run"


@database.atomic
def sweep_open(
    *, actor: User, values: dict[str, Any], units: Iterable[GridUnit], at: datetime | None = None
) -> GridSweep:
    """Begin a sweep of `units`; the places known to each are frozen, each to the smallest unit that has it.

    Raises NotAllowed, Unlawful (no unit, a window that is over, strange or closed units).
    """
    require(actor, RUN)
    at = at or timezone.now()
    chosen = sorted(set(units), key=lambda unit: (-unit.depth, unit.path))
    if actor.bureau is None or not chosen:
        raise Unlawful("请至少选择一个网格。")
    if values["ends_on"] < timezone.localdate(at):
        raise Unlawful("排查的截止日期不能早于今天。")
    if any(unit.bureau_id != actor.bureau_id or not unit.is_open for unit in chosen):
        raise Unlawful("只能选择本单位正在使用的网格。")
    if GridUnit.objects.visible_to(actor).filter(pk__in=[unit.pk for unit in chosen]).count() < len(chosen):
        raise NotAllowed("只能排查本单位、本辖区的网格。")
    sweep = GridSweep(**root_fields(actor=actor, region=actor.bureau.region), **values)
    record_create(
        actor=actor, obj=sweep, verb="monitors.sweep_open", reason="、".join(row.name for row in chosen)[:500],
        at=at,
    )  # fmt: skip
    sweep.units.set(chosen)
    SweepTarget.objects.bulk_create(_targets(sweep, chosen), batch_size=1000)
    return sweep


def _targets(sweep: GridSweep, units: list[GridUnit]) -> list[SweepTarget]:
    taken: set[int] = set()
    found = []
    for unit in units:
        within = Q(grid_units=unit) | Q(region__in=unit.towns.values("pk"))
        rows = Institution.objects.filter(within, bureau=sweep.bureau).present().order_by("pk").distinct()
        for pk in rows.values_list("pk", flat=True):
            if pk not in taken:
                taken.add(pk)
                found.append(SweepTarget(sweep=sweep, unit=unit, institution_id=pk))
    return found


@database.atomic
def sweep_close(*, actor: User, sweep: GridSweep, summary: str, at: datetime | None = None) -> GridSweep:
    """End a sweep with words about its result. Raises NotAllowed, WrongState, Unlawful."""
    if not summary.strip():
        raise Unlawful("请写明排查结果。")
    return transition(sweep, "close", actor=actor, at=at, values={"summary": summary.strip()[:500]})


for code, sentence in {"sweep_open": "开展拉网排查", "gridsweep_close": "结束拉网排查"}.items():
    audit.verb(f"monitors.{code}", sentence)
