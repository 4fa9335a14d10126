"""Reading and replacing policy values. The value used is stored on the record that it decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Min, Q

from accounts.models import Region, User
from casework import audit
from casework.deadlines import Term, TermUnit
from casework.errors import DomainError, NotAllowed, Unlawful
from casework.models import PolicyValue


class PolicyMissing(DomainError):
    """No value of that rule is in force; somebody has to enter one with its basis."""


_used: ContextVar[dict[str, PolicyValue] | None] = ContextVar("policy_values_used", default=None)


@contextmanager
def watched() -> Iterator[dict[str, PolicyValue]]:
    """Keep what is read inside, by key, so that a page can say on which values it rests."""
    found: dict[str, PolicyValue] = {}
    token = _used.set(found)
    try:
        yield found
    finally:
        _used.reset(token)


def unchecked() -> list[PolicyValue]:
    """Values read so far on this page that nobody checked against their document."""
    return [row for row in (_used.get() or {}).values() if not row.is_verified]


def value(key: str, *, region: Region, on: date) -> PolicyValue:
    """The value of `key` in force on `on`, the nearest region first, then the general one. PolicyMissing."""
    row = find(key, region=region, on=on)
    if row is None:
        raise PolicyMissing(f"政策参数“{key}”在 {on:%Y-%m-%d} 没有取值。请在“政策参数”中录入并注明依据。")
    return row


def find(key: str, *, region: Region, on: date) -> PolicyValue | None:
    """As `value`, or None where nothing is in force."""
    return values((key,), region=region, on=on).get(key)


def values(keys: Iterable[str], *, region: Region, on: date) -> dict[str, PolicyValue]:
    """Values of several keys in force on `on`, in one statement; keys without one are left out."""
    ancestors = [int(part) for part in region.path.strip("/").split("/") if part]
    rows = PolicyValue.objects.filter(
        Q(region__isnull=True) | Q(region_id__in=ancestors), key__in=set(keys), validity__contains=on
    )
    nearest_last = sorted(rows, key=lambda row: ancestors.index(row.region_id) if row.region_id else -1)
    found = {row.key: row for row in nearest_last}
    if (used := _used.get()) is not None:
        used.update(found)
    return found


def term(key: str, *, region: Region, on: date) -> Term:
    """A policy value `{"amount": 7, "unit": "WORKING_DAY"}` as a term with its basis."""
    row = value(key, region=region, on=on)
    unit = TermUnit(row.value["unit"])
    return Term(int(row.value["amount"]), unit, row.basis, is_verified=row.is_verified)


@transaction.atomic
def policy_replace(
    *, actor: User, key: str, region: Region | None, new_value: Any, basis: str, since: date
) -> PolicyValue:
    """Put a new value in force from `since`; the old one ends there and stays readable.

    A person sets values of own regions only; the general value, which binds every bureau, changes with the
    shipped reference data. Raises NotAllowed, Unlawful, PolicyMissing.
    """
    _check_replace(actor, region, basis)
    current = (
        PolicyValue.objects.select_for_update()
        .filter(key=key, region=region, validity__contains=since)
        .first()
    )
    model = current or PolicyValue.objects.filter(key=key).order_by("pk").first()
    if model is None:
        raise PolicyMissing(f"没有名为“{key}”的政策参数。")
    old = current.value if current else None
    later = PolicyValue.objects.filter(key=key, region=region, validity__startswith__gt=since)
    upper = current.validity.upper if current else later.aggregate(first=Min("validity__startswith"))["first"]
    if current:
        current.validity = DateRange(current.validity.lower, since)
        if current.validity.lower == since:
            current.delete()
        else:
            current.save(update_fields=["validity"])
    row = PolicyValue.objects.create(
        key=key,
        label=model.label,
        region=region,
        value=new_value,
        unit=model.unit,
        basis=basis,
        confidence="local",
        validity=DateRange(since, upper),
        set_by=actor,
    )
    audit.record(
        actor=actor,
        verb="casework.policy_replace",
        target=row,
        changes={key: [old, new_value], "since": [None, since]},
        reason=basis,
    )
    return row


def _check_replace(actor: User, region: Region | None, basis: str) -> None:
    if not actor.may("casework.policy_edit"):
        raise NotAllowed("您没有“维护政策参数”的权限。")
    if not basis.strip():
        raise Unlawful("请写明新取值的依据（文件名称和文号）。")
    if actor.is_system:
        return
    if region is None or actor.bureau is None or not region.path.startswith(actor.bureau.region.path):
        raise NotAllowed("只能设定本辖区的取值。全国或上级统一的取值随参考数据更新。")


audit.verb("casework.policy_replace", "修改政策参数")
