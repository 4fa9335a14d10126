"""Reasons why a step of a line in suspense is stopped now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from casework.errors import Reason
from funds.models import Way

if TYPE_CHECKING:
    from accounts.models import User
    from funds.models import SuspenseItem


def other_than_proposer(item: SuspenseItem, actor: User) -> Iterator[Reason]:
    """Who proposed how to settle a line in suspense does not confirm it."""
    if item.proposed_by_id == actor.pk:
        yield Reason("处理意见由您本人提出，须由另一人复核。")


def not_the_judge(item: SuspenseItem, actor: User) -> Iterator[Reason]:
    """Who confirmed does not undo it alone."""
    if item.decided_by_id == actor.pk:
        yield Reason("由您本人复核，须由另一人撤销。")


def is_not_returned(item: SuspenseItem, actor: User) -> Iterator[Reason]:
    """A return is posted when the bank shows it."""
    if item.way == Way.RETURN:
        yield Reason("提出的是退回付款人，请用“同意退回”。", gate="organ")


def is_to_be_returned(item: SuspenseItem, actor: User) -> Iterator[Reason]:
    """Only what was proposed to go back goes back."""
    if item.way != Way.RETURN:
        yield Reason("提出的不是退回付款人，请用“复核入账”。", gate="organ")
