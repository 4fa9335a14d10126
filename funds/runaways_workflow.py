"""Transitions of run-away events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from casework.errors import Reason
from casework.workflow import Transition, Workflow
from funds.models import RunawayEvent
from funds.models import RunawayStatus as S

if TYPE_CHECKING:
    from accounts.models import User

CLOSE = "funds.runaway_close"


def other_than_registrar(event: RunawayEvent, actor: User) -> Iterator[Reason]:
    """Who registered an event does not close it."""
    if event.created_by_id == actor.pk:
        yield Reason("事件由您本人登记，须由另一人办结。")


def claims_done(event: RunawayEvent, actor: User) -> Iterator[Reason]:
    """No family waits, and of an institution that is over none has money left."""
    from funds.selectors import runaways as reads

    if event.is_over:
        yield from _families_paid(event)
    if count := reads.open_refunds(event.institution).count():
        yield Reason(f"还有 {count} 件退费在办。", cleared_by="请先办结。")


def _families_paid(event: RunawayEvent) -> Iterator[Reason]:
    from funds.selectors import runaways as reads

    if waiting := reads.claim_totals(event).waiting:
        yield Reason(f"还有 {waiting} 份合同没有开立退费申请。", cleared_by="请先开立。")
    if left := reads.unlisted_contracts(event).count():
        yield Reason(f"还有 {left} 份有余额的合同没有列入退费登记。", cleared_by="请先开立退费申请。")
    if left := reads.with_money(event.institution).count():
        yield Reason(
            f"还有 {left} 份合同的家长有钱没有退。",
            cleared_by="退费已撤回或者不予退费的，请再“开立退费申请”。",
        )


def measures_noted(event: RunawayEvent, actor: User) -> Iterator[Reason]:
    """Something was done."""
    if not event.measures.exists():
        yield Reason("还没有登记处置措施。", cleared_by="请先登记。")


def nothing_stands_on_it(event: RunawayEvent, actor: User) -> Iterator[Reason]:
    """Families' claims are not voided."""
    if event.claims.exists():
        yield Reason("已经列入家长退费登记，不能撤销。", cleared_by="请办理完毕后办结。")


def no_other_open(event: RunawayEvent, actor: User) -> Iterator[Reason]:
    """One event of an institution is worked at a time."""
    if RunawayEvent.objects.filter(institution=event.institution_id, status="HANDLING").exists():
        yield Reason("这家机构已有处置中的事件。", cleared_by="请在那个事件里继续办理。")


RUNAWAY = Workflow(
    model="funds.RunawayEvent",
    label="跑路停业事件",
    states=S,
    initial=S.HANDLING,
    transitions=(
        Transition(
            "close", "办结", (S.HANDLING,), S.CLOSED, permission=CLOSE,
            guards=(other_than_registrar, measures_noted, claims_done),
            requires=("outcome", "closed_on", "closed_by"), is_primary=True,
        ),
        Transition(
            "reopen", "重新处置", (S.CLOSED,), S.HANDLING, permission=CLOSE, guards=(no_other_open,),
            needs_reason=True,
        ),
        Transition(
            "void", "撤销登记", (S.HANDLING,), S.VOID, permission=CLOSE, guards=(nothing_stands_on_it,),
            requires=("outcome",), needs_reason=True, is_danger=True,
        ),
    ),
)  # fmt: skip
