"""Run-away events: registered with what the ledger says, worked, closed by another person than who registered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.records import clean, record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from funds.models import RunawayEvent, RunawayMeasure
from funds.selectors.runaways import cover_of
from funds.services.labour import labour_link
from institutions.models import Institution

REGISTER, OPEN = "funds.runaway_register", "funds.claims_open"


@database.atomic
def runaway_register(
    *, actor: User, institution: Institution, values: dict[str, Any], at: datetime | None = None
) -> RunawayEvent:
    """Register what happened; contracts and money are counted from the ledger, nobody types them.

    Open labour claims of the institution are noted on it.
    Raises NotAllowed, Unlawful (in the future, an event is open).
    """
    require(actor, REGISTER)
    at = at or timezone.now()
    if max(values["found_on"], values["happened_on"]) > timezone.localdate(at):
        raise Unlawful("发生日期和发现日期不能晚于今天。")
    found = cover_of(institution)
    row = RunawayEvent(
        **root_fields(actor=actor, region=institution.region, bureau=institution.bureau),
        institution=institution,
        contracts_n=found.contracts,
        families_n=found.families,
        owed_fen=found.owed,
        custody_fen=found.custody,
        deposit_fen=found.deposit,
        counted_at=at,
        **values,
    )
    record_create(actor=actor, obj=row, verb="funds.runaway_register", at=at)
    labour_link(actor=actor, event=row, at=at)
    return row


@database.atomic
def runaway_correct(
    *,
    actor: User,
    event: RunawayEvent,
    kind: str,
    is_reachable: bool,
    reason: str,
    at: datetime | None = None,
) -> RunawayEvent:
    """Correct what happened, or whether somebody answers for the institution; it holds for what is opened from now on.

    Raises NotAllowed, WrongState (not being handled), Unlawful (no reason, nothing new, claims are listed and
    the institution would be running again).
    """
    require(actor, OPEN)
    locked = lock(event)
    if locked.status != "HANDLING":
        raise WrongState(f"事件{locked.get_status_display()}，不能更正。请先重新处置。")
    if not reason.strip():
        raise Unlawful("更正事件须写明理由。")
    wanted = {"kind": kind, "is_reachable": is_reachable}
    changes = {
        name: [getattr(locked, name), value]
        for name, value in wanted.items()
        if getattr(locked, name) != value
    }
    if not changes:
        raise Unlawful("没有改动。")
    for name, value in wanted.items():
        setattr(locked, name, value)
    if not locked.is_over and locked.claims.exists():
        raise Unlawful("已经统一开立过退费申请，不能改为群体退费难。")
    locked.version += 1
    clean(locked)
    locked.save(update_fields=["kind", "is_reachable", "version", "updated_at"])
    audit.record(
        actor=actor, verb="funds.runaway_correct", target=locked, changes=changes, reason=reason.strip(),
        about=locked.file_uid, at=at,
    )  # fmt: skip
    return locked


@database.atomic
def runaway_measure_add(
    *,
    actor: User,
    event: RunawayEvent,
    kind: str,
    taken_on: date,
    note: str,
    reference: str = "",
    at: datetime | None = None,
) -> RunawayMeasure:
    """Note one thing that was done. Raises NotAllowed, WrongState (closed), Unlawful (in the future)."""
    require(actor, REGISTER)
    locked = lock(event)
    if locked.status != "HANDLING":
        raise WrongState(f"事件{locked.get_status_display()}，不能再登记措施。请先重新处置。")
    if taken_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("措施日期不能晚于今天。")
    row = RunawayMeasure(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        event=locked,
        kind=kind,
        taken_on=taken_on,
        note=note.strip(),
        reference=reference.strip(),
    )
    return record_create(actor=actor, obj=row, verb="funds.runaway_measure_add", at=at)


def runaway_close(
    *, actor: User, event: RunawayEvent, outcome: str, at: datetime | None = None
) -> RunawayEvent:
    """Close it as another person than who registered it. Raises NotAllowed, WrongState, Blocked, Unlawful."""
    today = timezone.localdate(at or timezone.now())
    values = {"outcome": outcome.strip(), "closed_on": today, "closed_by": actor}
    return transition(event, "close", actor=actor, at=at, values=values)


def runaway_reopen(
    *, actor: User, event: RunawayEvent, reason: str, at: datetime | None = None
) -> RunawayEvent:
    """Work on it again. Raises NotAllowed, WrongState, Unlawful, Blocked (another one is open)."""
    values = {"outcome": "", "closed_on": None, "closed_by": None}
    return transition(event, "reopen", actor=actor, at=at, reason=reason.strip(), values=values)


def runaway_void(
    *, actor: User, event: RunawayEvent, reason: str, at: datetime | None = None
) -> RunawayEvent:
    """It was registered by mistake. Raises NotAllowed, WrongState, Unlawful, Blocked (claims stand on it)."""
    values = {"outcome": reason.strip()}
    return transition(event, "void", actor=actor, at=at, reason=reason.strip(), values=values)


for code, sentence in {
    "runaway_register": "登记跑路停业事件",
    "runaway_correct": "更正跑路停业事件",
    "runaway_measure_add": "登记事件处置措施",
    "runawayevent_close": "办结跑路停业事件",
    "runawayevent_reopen": "重新处置跑路停业事件",
    "runawayevent_void": "撤销登记有误的事件",
}.items():
    audit.verb(f"funds.{code}", sentence)
