"""Risk deposits: what is required, and money in and out, checked by a second person before it is posted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.deadlines import CalendarMissing, compute, load_calendar
from casework.errors import Unlawful
from casework.models.base import uuid7
from casework.records import record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from funds import ledger, selectors
from funds.ledger import credit, debit
from funds.models import (
    AccountKind,
    DepositMovement,
    DepositRequirement,
    Direction,
    Entry,
    EntryKind,
    EscrowAccount,
    Formula,
    FundKind,
    MovementStatus,
)
from institutions.models import Institution

FIXED_KEY, CYCLE_KEY, TOP_UP_KEY = "fund.deposit.fixed", "fund.deposit.cycle", "fund.deposit.top_up"
TAKES_MONEY = ("OPENED", "FILED", "VERIFIED", "CLOSING")
MONTHS_IN = {"MONTH": 1, "YEAR": 12}


@database.atomic
def requirement_set(
    *,
    actor: User,
    institution: Institution,
    formula: str,
    since: date,
    students: int | None = None,
    monthly_fen: int | None = None,
    decided_fen: int | None = None,
    basis: str = "",
    at: datetime | None = None,
) -> DepositRequirement:
    """Find what an institution has to keep from a day on, by the policy in force then; store how.

    FIXED takes the policy's flat sum; CYCLE multiplies students, their monthly fee and the months of the
    charging cycle; DECISION takes `decided_fen`. Raises NotAllowed, PolicyMissing, Unlawful.
    """
    require(actor, "funds.deposit_set")
    row = DepositRequirement(
        **root_fields(actor=actor, region=institution.region),
        institution=institution,
        formula=formula,
        since=since,
        students=students,
        monthly_fen=monthly_fen,
        required_fen=0,
        basis=basis.strip(),
    )
    row.required_fen = _required(row, decided_fen)
    row.due_on, row.due_explanation = _top_up_term(row)
    return record_create(actor=actor, obj=row, verb="funds.requirement_set", at=at)


def _required(row: DepositRequirement, decided_fen: int | None) -> int:
    if row.formula == Formula.DECISION:
        if decided_fen is None or not row.basis:
            raise Unlawful("单独核定须填写金额和决定的依据。")
        return decided_fen
    key = FIXED_KEY if row.formula == Formula.FIXED else CYCLE_KEY
    used = policy.value(key, region=row.region, on=row.since)
    row.policy = {"key": key, "value": used.value, "basis": used.basis}
    row.basis = row.basis or used.basis
    if row.formula == Formula.FIXED:
        return int(used.value)
    if not row.students or not row.monthly_fen:
        raise Unlawful("按人数核定须填写在读人数和每人每月费用。")
    months = MONTHS_IN.get(used.value["unit"])
    if months is None:
        raise Unlawful("政策参数“风险保证金覆盖的收费周期”须以月或年为单位，请先改正。")
    return row.students * row.monthly_fen * int(used.value["amount"]) * months


def _top_up_term(row: DepositRequirement) -> tuple[date | None, list[str]]:
    term = policy.term(TOP_UP_KEY, region=row.region, on=row.since)
    try:
        computed = compute(term, row.since, load_calendar())
    except CalendarMissing as missing:
        return None, [missing.message]
    return computed.due_on, list(computed.explanation)


@database.atomic
def requirements_set_fixed(*, actor: User, since: date, at: datetime | None = None) -> int:
    """The flat sum for every licensed institution in operation that has no requirement yet; how many got one.

    Raises NotAllowed, PolicyMissing.
    """
    require(actor, "funds.deposit_set")
    today = timezone.localdate(at or timezone.now())
    places = selectors.deposit_places(actor, today).filter(
        required_fen__isnull=True, operating_state__in=selectors.CONTROLLED
    )
    found = list(places)
    for place in found:
        requirement_set(actor=actor, institution=place, formula=Formula.FIXED, since=since, at=at)
    return len(found)


@database.atomic
def movement_propose(
    *,
    actor: User,
    account: EscrowAccount,
    direction: str,
    amount_fen: int,
    booked_on: date,
    reference: str,
    note: str = "",
    at: datetime | None = None,
) -> DepositMovement:
    """Register money in or out from the bank's slip; nothing is posted yet. Raises NotAllowed, Unlawful."""
    require(actor, "funds.deposit_register")
    if account.kind != FundKind.DEPOSIT:
        raise Unlawful("这不是风险保证金账户。")
    if account.status not in TAKES_MONEY:
        raise Unlawful(f"账户现在是“{account.get_status_display()}”，不能登记收付。")
    if booked_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("银行入账日期不能晚于今天。")
    if account.opened_on and booked_on < account.opened_on:
        raise Unlawful(f"银行入账日期不能早于开户日期 {account.opened_on:%Y-%m-%d}。")
    movement = DepositMovement(
        **root_fields(actor=actor, region=account.region),
        account=account,
        direction=direction,
        amount_fen=amount_fen,
        booked_on=booked_on,
        reference=reference.strip(),
        note=note.strip(),
    )
    return record_create(actor=actor, obj=movement, verb="funds.movement_propose", at=at)


@database.atomic
def movement_post(*, actor: User, movement: DepositMovement, at: datetime | None = None) -> DepositMovement:
    """Let it into the ledger as another person than who registered it, exactly once.

    The supervised account is locked first, so that two returns cannot both count on the same money.
    Raises WrongState, NotAllowed, Blocked (same person, freeze, below the requirement), KeyTaken, Overdrawn.
    """
    lock(movement.account)
    uid = uuid7()
    posted = transition(movement, "post", actor=actor, at=at, values={"entry_uid": uid, "decided_by": actor})
    is_in = posted.direction == Direction.IN
    bank, owed = _books(posted.account)
    entry = ledger.entry_post(
        actor=actor,
        kind=EntryKind.DEPOSIT_IN if is_in else EntryKind.DEPOSIT_RETURN,
        key=_key(posted),
        legs=(
            (debit(bank, posted.amount_fen), credit(owed, posted.amount_fen))
            if is_in
            else (debit(owed, posted.amount_fen), credit(bank, posted.amount_fen))
        ),
        booked_on=posted.booked_on,
        memo=posted.note,
        at=at,
        uid=uid,
    )
    if entry.uid != uid:
        raise ledger.KeyTaken("这笔流水已经入账，不能重复入账。请退回这条登记。")
    return posted


def _books(account: EscrowAccount) -> tuple[Any, Any]:
    place = account.institution
    bank = ledger.account_of(kind=AccountKind.DEPOSIT_BANK, subject_uid=account.uid, institution=place)
    owed = ledger.account_of(kind=AccountKind.DEPOSIT_OBLIG, subject_uid=account.uid, institution=place)
    return bank, owed


def _key(movement: DepositMovement) -> str:
    """The bank's serial of the day or the decision's number; after a reversal the correction has its own."""
    earlier = DepositMovement.objects.filter(
        account=movement.account,
        direction=movement.direction,
        booked_on=movement.booked_on,
        reference=movement.reference,
        status=MovementStatus.REVERSED,
    ).count()
    again = f"/更正{earlier}" if earlier else ""
    return f"{movement.account.uid}/{movement.booked_on:%Y-%m-%d}/{movement.reference}{again}"


def movement_refuse(
    *, actor: User, movement: DepositMovement, reason: str, at: datetime | None = None
) -> DepositMovement:
    """Send it back; nothing is posted. Raises WrongState, NotAllowed, Unlawful."""
    return transition(movement, "refuse", actor=actor, at=at, values={"refusal": reason.strip()})


@database.atomic
def movement_reverse(
    *, actor: User, movement: DepositMovement, reason: str, at: datetime | None = None
) -> DepositMovement:
    """Undo a posted movement by a reversing entry of today. Raises WrongState, Blocked, Unlawful, Overdrawn."""
    at = at or timezone.now()
    lock(movement.account)
    uid = uuid7()
    undone = transition(
        movement, "reverse", actor=actor, at=at, values={"refusal": reason.strip(), "reversal_uid": uid}
    )
    entry = Entry.objects.get(uid=str(undone.entry_uid))
    ledger.entry_reverse(
        actor=actor,
        entry=entry,
        booked_on=max(timezone.localdate(at), entry.booked_on),
        memo=undone.refusal,
        at=at,
        uid=uid,
    )
    return undone


for code, sentence in {
    "requirement_set": "核定风险保证金",
    "movement_propose": "登记保证金收付",
    "depositmovement_post": "保证金复核入账",
    "depositmovement_refuse": "退回保证金登记",
    "depositmovement_reverse": "冲正保证金",
}.items():
    audit.verb(f"funds.{code}", sentence)
