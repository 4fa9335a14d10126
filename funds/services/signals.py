"""Signals that other offices give about an institution, until they are cleared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit
from casework.errors import DomainError, Unlawful, WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from funds.models import FundSignal, MachineKey, OutsideSheet
from funds.outside_sheets.rows import OutsideRow
from funds.outside_sheets.signals import judge_signals, signal_kind
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


def signals_take(
    *, actor: User, rows: list[OutsideRow], at: datetime | None = None, key: MachineKey | None = None
) -> None:
    """Register the NEW ones of judged rows, each for itself; what a rule refuses says why in its row."""
    for row in rows:
        if row.kind != "NEW":
            continue
        values = {**row.values, "key": key, "sender_code": key.sender_code if key else ""}
        try:
            with database.atomic():
                signal_register(actor=actor, institution=values.pop("institution"), values=values, at=at)
        except DomainError as error:
            row.refuse(error.message)
        except IntegrityError:
            row.refuse("同一条信号正在由另一处登记，请稍后重试。")


def signals_push(
    *, key: MachineKey, told: list[dict[str, str]], at: datetime | None = None
) -> list[OutsideRow]:
    """Signals that another office's machine tells, each judged like a row of a sheet; a repeat changes nothing."""
    frame = OutsideSheet(kind="SIGNALS", bureau=key.bureau, defaults={"source": key.source})
    rows = [OutsideRow(number, values=dict(one)) for number, one in enumerate(told, 1)]
    judge_signals(rows, frame, key.sender_code)
    signals_take(actor=system_user(), rows=rows, at=at, key=key)
    return rows


def signals_unsay(
    *, key: MachineKey, told: list[dict[str, Any]], at: datetime | None = None
) -> list[OutsideRow]:
    """Signals that the key's holder pushed and that count no longer (`reference`, `kind`, `cleared_on`, `note`).

    Each for itself. What the desk registered, or another office pushed, is not the holder's to clear.
    """
    rows = [
        OutsideRow(number, values=dict(one), label=one["reference"]) for number, one in enumerate(told, 1)
    ]
    for row in rows:
        found = FundSignal.objects.filter(
            bureau=key.bureau,
            source=key.source,
            sender_code=key.sender_code,
            reference=row.label,
            kind=signal_kind(row.values["kind"]),
        ).first()
        if found is None:
            row.refuse("贵单位没有推送过这个来源编号的这种信号；由教育局登记的，请通知教育局消除。")
        elif found.cleared_on is not None:
            row.kind = "SAME"
        else:
            _clear_told(found, row, at)
    return rows


def _clear_told(signal: FundSignal, row: OutsideRow, at: datetime | None) -> None:
    values = {"cleared_on": row.values["cleared_on"], "note": row.values["note"]}
    try:
        with database.atomic():
            signal_clear(actor=system_user(), signal=signal, **values, at=at)
    except DomainError as error:
        row.refuse(error.message)


@database.atomic
def signal_clear(
    *, actor: User, signal: FundSignal, cleared_on: date, note: str, at: datetime | None = None
) -> FundSignal:
    """It counts no longer, with the proof. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, EDIT)
    locked = lock(signal)
    if cleared_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("消除日期不能晚于今天。")
    if locked.cleared_on is not None:
        raise WrongState(f"这条信号已于 {locked.cleared_on:%Y-%m-%d} 消除。")
    if not note.strip():
        raise Unlawful("请写明消除的依据，如结案文书、缴清凭证。")
    values = {"cleared_on": cleared_on, "cleared_note": note.strip()}
    return record_update(actor=actor, obj=locked, values=values, verb="funds.signal_clear", at=at)


for code, sentence in {"signal_register": "登记外部风险信号", "signal_clear": "消除外部风险信号"}.items():
    audit.verb(f"funds.{code}", sentence)
