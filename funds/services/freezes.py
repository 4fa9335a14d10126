"""Freezing a supervised account: proposed by one person, approved by another under the agreement's clause."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful
from casework.records import record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from funds.models import FREEZABLE, AccountFreeze, EscrowAccount


@database.atomic
def freeze_propose(
    *,
    actor: User,
    account: EscrowAccount,
    reason: str,
    clause: str = "",
    source_no: str = "",
    at: datetime | None = None,
) -> AccountFreeze:
    """Propose a freeze; the clause defaults to the agreement's. Raises NotAllowed, Unlawful."""
    require(actor, "funds.freeze_propose")
    locked = lock(account)
    if locked.status not in FREEZABLE:
        raise Unlawful(f"账户现在是“{locked.get_status_display()}”，不能冻结。")
    words = clause.strip() or locked.freeze_clause
    if not words:
        raise Unlawful("协议没有登记约定冻结的条款。请先补录协议，或在这里写明依据的条款。")
    freeze = AccountFreeze(
        **root_fields(actor=actor, region=account.region),
        account=account,
        reason=reason.strip(),
        clause=words,
        source_no=source_no.strip(),
        proposed_at=at or timezone.now(),
    )
    return record_create(actor=actor, obj=freeze, verb="funds.freeze_propose", at=at)


def freeze_approve(*, actor: User, freeze: AccountFreeze, at: datetime | None = None) -> AccountFreeze:
    """Approve as another person; from now on nothing is returned. Raises WrongState, NotAllowed, Blocked."""
    return transition(freeze, "approve", actor=actor, at=at, values={"approved_by": actor})


def freeze_refuse(
    *, actor: User, freeze: AccountFreeze, reason: str, at: datetime | None = None
) -> AccountFreeze:
    """Do not freeze, with the reason. Raises WrongState, NotAllowed, Blocked, Unlawful."""
    return transition(freeze, "refuse", actor=actor, at=at, values={"end_reason": reason.strip()})


def freeze_activate(
    *, actor: User, freeze: AccountFreeze, active_on: date, bank_receipt: str, at: datetime | None = None
) -> AccountFreeze:
    """The bank carried it out, with its receipt. Raises WrongState, NotAllowed, Unlawful."""
    if active_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("银行执行日期不能晚于今天。")
    values = {"active_on": active_on, "bank_receipt": bank_receipt.strip()}
    return transition(freeze, "activate", actor=actor, at=at, values=values)


def freeze_lift(
    *, actor: User, freeze: AccountFreeze, reason: str, at: datetime | None = None
) -> AccountFreeze:
    """End it, with the reason. Raises WrongState, NotAllowed, Unlawful."""
    today = timezone.localdate(at or timezone.now())
    values = {"lifted_on": today, "end_reason": reason.strip()}
    return transition(freeze, "lift", actor=actor, at=at, values=values)


for code, sentence in {
    "freeze_propose": "提出冻结监管账户",
    "accountfreeze_approve": "批准冻结监管账户",
    "accountfreeze_refuse": "不予冻结监管账户",
    "accountfreeze_activate": "登记银行执行冻结",
    "accountfreeze_lift": "解除冻结监管账户",
}.items():
    audit.verb(f"funds.{code}", sentence)
