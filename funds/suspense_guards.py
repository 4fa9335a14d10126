"""Reasons why a step of a line in suspense is stopped now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from casework.errors import Reason
from funds.models import Way
from funds.selectors.opening import rest_changed, rest_stops

if TYPE_CHECKING:
    from accounts.models import User
    from funds.models import DepositMovement, EscrowAccount, OpeningRest, PaymentCorrection, SuspenseItem


def other_than_proposer(item: SuspenseItem, actor: User) -> Iterator[Reason]:
    """Who proposed how to settle a line in suspense does not confirm it."""
    if item.proposed_by_id == actor.pk:
        yield Reason("处理意见由您本人提出，须由另一人复核。")


def other_than_author(correction: PaymentCorrection, actor: User) -> Iterator[Reason]:
    """Who proposed to take a payment back does not decide it."""
    if correction.created_by_id == actor.pk:
        yield Reason("更正由您本人提出，须由另一人复核。")


def not_the_judge(item: SuspenseItem, actor: User) -> Iterator[Reason]:
    """Who confirmed does not undo it alone."""
    if item.decided_by_id == actor.pk:
        yield Reason("由您本人复核，须由另一人撤销。")


def other_than_opener(rest: OpeningRest, actor: User) -> Iterator[Reason]:
    """Who proposed to close the rest of an opening stock does not decide it."""
    if rest.created_by_id == actor.pk:
        yield Reason("由您本人提出，须由另一人复核。")


def rest_is_settled(rest: OpeningRest, actor: User) -> Iterator[Reason]:
    """No sheet waits that would change the rest, and it is what was proposed."""
    yield from rest_stops(rest.account.institution)
    yield from rest_changed(rest)


def is_not_returned(item: SuspenseItem, actor: User) -> Iterator[Reason]:
    """A return is posted when the bank shows it."""
    if item.way == Way.RETURN:
        yield Reason("提出的是退回付款人，请用“同意退回”。", gate="organ")


def is_to_be_returned(item: SuspenseItem, actor: User) -> Iterator[Reason]:
    """Only what was proposed to go back goes back."""
    if item.way != Way.RETURN:
        yield Reason("提出的不是退回付款人，请用“复核入账”。", gate="organ")


def nothing_in_suspense(account: EscrowAccount, actor: User) -> Iterator[Reason]:
    """An account is not closed while lines of it are unexplained (a blocker)."""
    count = account.suspense.exclude(status="RESOLVED").count()
    if count:
        yield Reason(f"还有 {count} 笔待查款没有办结。", cleared_by="请在“银行对账—待查款”先办结。")


def not_in_suspense(movement: DepositMovement, actor: User) -> Iterator[Reason]:
    """A slip whose line stands in suspense is not booked a second time (a blocker)."""
    sign = 1 if movement.direction == "IN" else -1
    near = timedelta(days=1)
    found = movement.account.suspense.filter(
        fen=sign * movement.amount_fen,
        booked_on__range=(movement.booked_on - near, movement.booked_on + near),
    ).exclude(status="RESOLVED")
    if found.exists():
        yield Reason(
            "这笔流水已在待查款里，再复核入账会重复。",
            cleared_by="请退回这条登记，在待查款里认定为存入保证金。",
        )
