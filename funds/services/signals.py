"""Signals that other offices give about an institution, until they are cleared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from funds.models import FundSignal
from institutions.models import Institution

EDIT = "funds.signal_edit"


@database.atomic
def signal_register(
    *, actor: User, institution: Institution, values: dict[str, Any], at: datetime | None = None
) -> FundSignal:
    """Register what a bank, court or another office told. Raises NotAllowed, Unlawful (again, in the future)."""
    require(actor, EDIT)
    if values["happened_on"] > timezone.localdate(at or timezone.now()):
        raise Unlawful("发生日期不能晚于今天。")
    row = FundSignal(
        **root_fields(actor=actor, region=institution.region, bureau=institution.bureau),
        institution=institution,
        **values,
    )
    return record_create(actor=actor, obj=row, verb="funds.signal_register", at=at)


@database.atomic
def signal_clear(
    *, actor: User, signal: FundSignal, cleared_on: date, note: str, at: datetime | None = None
) -> FundSignal:
    """It counts no longer, with the proof. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, EDIT)
    locked = lock(signal)
    if locked.cleared_on is not None:
        raise WrongState(f"这条信号已于 {locked.cleared_on:%Y-%m-%d} 消除。")
    if not note.strip():
        raise Unlawful("请写明消除的依据，如结案文书、缴清凭证。")
    values = {"cleared_on": cleared_on, "cleared_note": note.strip()}
    return record_update(actor=actor, obj=locked, values=values, verb="funds.signal_clear", at=at)


for code, sentence in {"signal_register": "登记外部风险信号", "signal_clear": "消除外部风险信号"}.items():
    audit.verb(f"funds.{code}", sentence)
