"""Calling departments from a grid's event, and reminding those that were called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit, policy
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import clean, record_update
from casework.steps import lock, require
from measures.models import WhistleCall
from measures.services import whistle_blow
from monitors import rules
from monitors.models import CallReminder, GridEvent, ReminderKind

CALL = "measures.whistle_call"


@database.atomic
def event_whistle(
    *,
    actor: User,
    event: GridEvent,
    values: dict[str, Any],
    departments: Iterable[Organisation],
    at: datetime | None = None,
) -> GridEvent:
    """The township calls departments to the place of an event; their clocks run from now.

    Raises NotAllowed, WrongState (called already), Unlawful (nothing found there, no department).
    """
    require(actor, CALL)
    locked = lock(event)
    if not locked.region_path.startswith(actor.reach.region_path or "!"):
        raise NotAllowed("只能就本辖区的事件吹哨。")
    if locked.whistle_id is not None:
        raise WrongState("这件事已经吹过哨，请看吹哨报到的进展。")
    if locked.clue_id is None:
        raise Unlawful("没有发现问题的，不需要吹哨。")
    whistle = whistle_blow(
        actor=actor,
        values={**values, "place": locked.place, "institution": locked.institution},
        departments=departments,
        at=at,
    )
    return record_update(
        actor=actor, obj=locked, values={"whistle": whistle}, verb="monitors.grid_event_whistle", at=at
    )


@database.atomic
def call_remind(*, actor: User, call: WhistleCall, note: str, at: datetime | None = None) -> CallReminder:
    """The township reminds one department by hand. Raises NotAllowed, WrongState (nothing is waited for)."""
    require(actor, CALL)
    locked = lock(call)
    if actor.organisation_id != locked.whistle.caller_id:
        raise NotAllowed(f"由{locked.whistle.caller.name}催办。")
    return _remind(actor, locked, ReminderKind.MANUAL, note, at or timezone.now())


@database.atomic
def calls_remind_due(*, actor: User, at: datetime) -> int:
    """Remind departments that are about to be late, late, or past the day of settlement; each once.

    Returns how many reminders were made. Repeatable.
    """
    rows = (
        WhistleCall.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(whistle__status="OPEN")
        .exclude(status__in=["DONE", "RETURNED"])
        .select_related("whistle__region", "whistle__caller", "organisation", "bureau")
        .order_by("pk")
    )
    made = 0
    for call in rows:
        kind = _due_kind(call, at)
        if kind is not None and not call.reminders.filter(kind=kind).exists():
            _remind(actor, call, kind, "", at)
            made += 1
    return made


def _due_kind(call: WhistleCall, at: datetime) -> ReminderKind | None:
    if call.arrived_at is not None:
        over = call.whistle.close_due_on < timezone.localdate(at)
        return ReminderKind.UNSETTLED if over else None
    if at >= call.arrive_due_at:
        return ReminderKind.LATE
    today = timezone.localdate(at)
    try:
        minutes = int(policy.value(rules.CALL_REMIND, region=call.whistle.region, on=today).value)
    except policy.PolicyMissing:
        return None
    return ReminderKind.SOON if call.arrive_due_at - at <= timedelta(minutes=minutes) else None


def _remind(actor: User, call: WhistleCall, kind: ReminderKind, note: str, at: datetime) -> CallReminder:
    if call.whistle.status != "OPEN" or call.status in {"DONE", "RETURNED"}:
        raise WrongState("这个部门已经办结或退回，不需要催办。")
    row = CallReminder(call=call, kind=kind, note=note.strip()[:200], made_at=at, made_by=actor)
    clean(row)
    row.save(force_insert=True)
    audit.record(
        actor=actor,
        verb="monitors.call_remind",
        target=call.whistle,
        changes={"催办": [call.organisation.short_name, row.get_kind_display()]},
        reason=row.note,
        at=at,
    )
    return row


audit.verb("monitors.grid_event_whistle", "就网格事件吹哨")
audit.verb("monitors.call_remind", "催办报到部门")
