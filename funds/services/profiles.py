"""Writing down how a bank writes: a used version stays, a change makes the next one."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction as database

from accounts.models import User
from casework import audit
from casework.errors import Unlawful
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from funds.models import Bank, BankProfile
from funds.statements import Profile, profile_of

EDIT = "funds.profile_edit"
SHIPPED = Path(__file__).resolve().parent.parent / "data" / "bank_profiles.json"


def layout_of(row: BankProfile) -> Profile:
    """The layout as the reader wants it. Raises Unlawful when the stored data is none."""
    return profile_of({"name": row.name, **row.layout})


def shipped_profiles() -> list[dict[str, Any]]:
    """Layouts that banks really hand out, to begin with: name, note, layout."""
    rows: list[dict[str, Any]] = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return rows


@database.atomic
def profile_create(
    *,
    actor: User,
    name: str,
    layout: dict[str, Any],
    bank: Bank | None = None,
    note: str = "",
    at: datetime | None = None,
) -> BankProfile:
    """A new layout of the bureau. Raises NotAllowed, Unlawful (contradictory layout, a name that is taken)."""
    require(actor, EDIT)
    if actor.bureau is None:
        raise Unlawful("系统账号不能登记对账单模板。")
    profile_of({"name": name, **layout})
    row = BankProfile(
        **root_fields(actor=actor, region=actor.bureau.region),
        name=name.strip(),
        bank=bank,
        layout=layout,
        note=note.strip(),
    )
    return record_create(actor=actor, obj=row, verb="funds.profile_create", at=at)


@database.atomic
def profile_change(
    *,
    actor: User,
    profile: BankProfile,
    layout: dict[str, Any],
    bank: Bank | None = None,
    note: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> BankProfile:
    """Change a layout: in place while no file was read by it, else as the next version, which takes its place.

    Raises NotAllowed, StaleVersion, Unlawful.
    """
    require(actor, EDIT)
    profile_of({"name": profile.name, **layout})
    locked = lock(profile)
    if not locked.is_current:
        raise Unlawful("这是旧版本，不能修改。请打开现用版本修改。")
    values = {"bank": bank, "note": note.strip()}
    if layout == locked.layout or not locked.files.exists():
        return record_update(
            actor=actor,
            obj=locked,
            values={**values, "layout": layout},
            verb="funds.profile_change",
            version=version,
            at=at,
        )
    record_update(
        actor=actor,
        obj=locked,
        values={"is_current": False},
        verb="funds.profile_replace",
        version=version,
        at=at,
    )
    successor = BankProfile(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        name=locked.name,
        edition=locked.edition + 1,
        layout=layout,
        **values,
    )
    return record_create(actor=actor, obj=successor, verb="funds.profile_create", at=at)


@database.atomic
def profiles_install(*, actor: User, at: datetime | None = None) -> int:
    """Put the shipped layouts among the bureau's own; those whose name stands already are left. How many."""
    require(actor, EDIT)
    known = set(BankProfile.objects.filter(bureau=actor.bureau).values_list("name", flat=True))
    missing = [row for row in shipped_profiles() if row["name"] not in known]
    for row in missing:
        profile_create(actor=actor, at=at, **row)
    return len(missing)


for code, sentence in {
    "profile_create": "登记对账单模板",
    "profile_change": "修改对账单模板",
    "profile_replace": "对账单模板换成新版本",
}.items():
    audit.verb(f"funds.{code}", sentence)
