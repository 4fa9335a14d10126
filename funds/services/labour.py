"""Wage and labour claims at closure: registered as counts and amounts, settled or passed on to the labour office."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful
from casework.records import clean, record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from funds.models import LabourClaim, PaidFrom, RunawayEvent
from institutions.models import Institution

EDIT = "funds.labour_edit"
RULE = "托管资金和风险保证金是家长的钱，不得用于支付工资、补偿。"


@database.atomic
def labour_register(
    *, actor: User, institution: Institution, values: dict[str, Any], at: datetime | None = None
) -> LabourClaim:
    """Register claims of one kind from one source. An open event of the institution is noted on it.

    Raises NotAllowed, Unlawful (again, in the future).
    """
    require(actor, EDIT)
    if values["claimed_on"] > timezone.localdate(at or timezone.now()):
        raise Unlawful("提出日期不能晚于今天。")
    event = RunawayEvent.objects.filter(institution=institution, status="HANDLING").first()
    row = LabourClaim(
        **root_fields(actor=actor, region=institution.region, bureau=institution.bureau),
        institution=institution,
        event=event,
        **values,
    )
    return record_create(actor=actor, obj=row, verb="funds.labour_register", at=at)


@database.atomic
def labour_settle(
    *,
    actor: User,
    claim: LabourClaim,
    result: str,
    ended_on: date,
    paid_fen: int = 0,
    paid_from: str = "",
    at: datetime | None = None,
) -> LabourClaim:
    """It is settled, with what was paid from whose money; never families'. Raises NotAllowed, WrongState, Unlawful."""
    if paid_fen and paid_from not in PaidFrom.values:
        raise Unlawful(f"{RULE}请填写实际支付来源。")
    if ended_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("了结日期不能晚于今天。")
    locked = lock(claim)
    values = {
        "result": result.strip(), "ended_on": ended_on, "ended_by": actor, "paid_fen": paid_fen,
        "paid_from": paid_from if paid_fen else "",
    }  # fmt: skip
    for name, value in values.items():
        setattr(locked, name, value)
    clean(locked)
    return transition(claim, "settle", actor=actor, at=at, values=values)


@database.atomic
def labour_pass_on(
    *,
    actor: User,
    claim: LabourClaim,
    passed_to: str,
    passed_no: str,
    result: str,
    ended_on: date,
    at: datetime | None = None,
) -> LabourClaim:
    """Hand it to the labour office with the paper's number. Raises NotAllowed, WrongState, Unlawful."""
    if ended_on > timezone.localdate(at or timezone.now()) or ended_on < claim.claimed_on:
        raise Unlawful("移交日期应在提出日期与今天之间。")
    values = {
        "passed_to": passed_to.strip(), "passed_no": passed_no.strip(), "result": result.strip(),
        "ended_on": ended_on, "ended_by": actor,
    }  # fmt: skip
    return transition(claim, "pass_on", actor=actor, at=at, values=values)


def labour_reopen(*, actor: User, claim: LabourClaim, reason: str, at: datetime | None = None) -> LabourClaim:
    """Work on it again; what was entered as its end stays on the timeline only. Raises NotAllowed, WrongState, Unlawful."""
    values = {
        "ended_on": None, "ended_by": None, "paid_fen": 0, "paid_from": "", "passed_to": "", "passed_no": "",
        "result": "",
    }  # fmt: skip
    return transition(claim, "reopen", actor=actor, at=at, reason=reason.strip(), values=values)


def labour_link(*, actor: User, event: RunawayEvent, at: datetime) -> int:
    """Note a new event on the open claims of its institution that were registered before it; how many."""
    rows = LabourClaim.objects.select_for_update().filter(
        institution=event.institution_id, status="OPEN", event__isnull=True
    )
    linked = list(rows.order_by("pk"))
    for row in linked:
        row.event, row.version = event, row.version + 1
        row.save(update_fields=["event", "version", "updated_at"])
        changes = {"event": [None, str(event)]}
        audit.record(
            actor=actor, verb="funds.labour_link", target=row, changes=changes, about=row.file_uid, at=at
        )
    return len(linked)


for code, sentence in {
    "labour_register": "登记劳动用工诉求",
    "labour_link": "归入跑路停业事件",
    "labourclaim_settle": "了结劳动用工诉求",
    "labourclaim_pass_on": "移交劳动用工诉求",
    "labourclaim_reopen": "重新办理劳动用工诉求",
}.items():
    audit.verb(f"funds.{code}", sentence)
