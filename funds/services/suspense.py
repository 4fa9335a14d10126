"""Working the suspense queue with four eyes: propose, confirm, send back, undo."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful
from casework.steps import lock, ready
from casework.workflow import transition
from funds import ledger
from funds.ledger import credit, debit
from funds.models import (
    WAYS_IN_CUSTODY,
    WAYS_IN_DEPOSIT,
    WAYS_OUT,
    AccountKind,
    Contract,
    Entry,
    EntryKind,
    EscrowAccount,
    FundKind,
    SuspenseItem,
    Way,
)
from funds.services.booked_links import booked_link
from funds.services.payments import payment_post
from funds.services.posting_lines import books, open_day

WITH_TARGET = (Way.CONTRACT, Way.BOOKED)


def ways_for(item: SuspenseItem) -> tuple[Way, ...]:
    """How this item may be settled."""
    if item.fen < 0:
        return WAYS_OUT
    return WAYS_IN_DEPOSIT if item.account.kind == FundKind.DEPOSIT else WAYS_IN_CUSTODY


def suspense_propose(
    *,
    actor: User,
    item: SuspenseItem,
    way: str,
    reason: str,
    target_uid: UUID | None = None,
    target_label: str = "",
    at: datetime | None = None,
) -> SuspenseItem:
    """Propose how to settle it. Raises NotAllowed, WrongState, Unlawful (a way that does not fit)."""
    at = at or timezone.now()
    if way not in ways_for(item):
        raise Unlawful("这笔流水不能这样处理，请重新选择处理方式。")
    if way in WITH_TARGET and target_uid is None:
        raise Unlawful("请选择对应的合同。" if way == Way.CONTRACT else "请选择对应的分录或指令。")
    if not reason.strip():
        raise Unlawful("请写明理由：凭什么这样认定。")
    values = {
        "way": way,
        "reason": reason.strip(),
        "target_uid": target_uid if way in WITH_TARGET else None,
        "target_label": target_label[:120] if way in WITH_TARGET else "",
        "proposed_by": actor,
        "proposed_at": at,
    }
    return transition(item, "propose", actor=actor, at=at, reason=reason.strip(), values=values)


@database.atomic
def suspense_confirm(*, actor: User, item: SuspenseItem, at: datetime | None = None) -> SuspenseItem:
    """Confirm as another person; the entry is posted now, a return once the bank shows it.

    Raises NotAllowed, WrongState, Blocked (the proposer), LedgerError.
    """
    at = at or timezone.now()
    account = lock(item.account)
    decided = {"decided_by": actor, "decided_at": at, "turn": item.turn + 1}
    if item.way == Way.RETURN:
        return transition(item, "send_back_money", actor=actor, at=at, values=decided)
    ready(item, "confirm", actor)
    settle = booked_link if item.way == Way.BOOKED else _settle
    entry = settle(actor, item, account, item.turn + 1, at)
    return transition(item, "confirm", actor=actor, at=at, values={**decided, "entry_uid": entry.uid})


SETTLED_BY = {
    Way.DEPOSIT: (EntryKind.IN_MATCHED, AccountKind.DEPOSIT_OBLIG),
    Way.PAID_BACK: (EntryKind.CLAIM_PAID, AccountKind.CLAIM_ON_INST),
    Way.SETTLED: (EntryKind.IN_MATCHED, AccountKind.CHANNEL_TRANSIT),
    Way.INTEREST: (EntryKind.IN_MATCHED, AccountKind.INST_RELEASABLE),
    Way.CLAIM: (EntryKind.OUT_JUDGED, AccountKind.CLAIM_ON_INST),
}


def _settle(actor: User, item: SuspenseItem, account: EscrowAccount, turn: int, at: datetime) -> Entry:
    fen, key, day = abs(item.fen), f"{item.uid}/{turn}", open_day(account, item.booked_on)
    if item.way == Way.CONTRACT:
        return payment_post(
            actor=actor,
            contract=Contract.objects.get(uid=str(item.target_uid)),
            fen=fen,
            booked_on=day,
            key=key,
            via=EntryKind.IN_MATCHED,
            payer=item.payer,
            at=at,
        )
    kind, other = SETTLED_BY[Way(item.way)]
    target = books(account, other)
    legs = (
        (debit(target, fen), credit(books(account, AccountKind.SUSPENSE_OUT), fen))
        if item.fen < 0
        else (debit(books(account, AccountKind.SUSPENSE_IN), fen), credit(target, fen))
    )
    return ledger.entry_post(
        actor=actor, kind=kind, key=key, legs=legs, booked_on=day, memo=item.reason, at=at
    )


def suspense_send_back(
    *, actor: User, item: SuspenseItem, reason: str, at: datetime | None = None
) -> SuspenseItem:
    """Do not follow the proposal; the item is open again. Raises NotAllowed, WrongState, Unlawful, Blocked."""
    values = {"way": "", "target_uid": None, "target_label": ""}
    return transition(item, "send_back", actor=actor, at=at, reason=reason.strip(), values=values)


@database.atomic
def suspense_undo(
    *, actor: User, item: SuspenseItem, reason: str, at: datetime | None = None
) -> SuspenseItem:
    """Undo a settled item by a reversing entry of today (冲正); it is open again.

    Raises NotAllowed, WrongState, Blocked (who confirmed), Unlawful, Overdrawn (the money was used since).
    """
    at = at or timezone.now()
    account = lock(item.account)
    entry = Entry.objects.filter(uid=item.entry_uid).first() if item.entry_uid else None
    if entry is not None and entry.kind == EntryKind.IN_RETURNED:
        raise Unlawful("这笔钱银行已经退回，不能撤销。")
    if item.way == Way.BOOKED:
        raise Unlawful("这笔流水已与账簿分录对上，不能直接撤销。分录错了的，按退汇或冲正办理。")
    if item.way == Way.CONTRACT:
        raise Unlawful(
            f"款项已记入合同 {item.target_label} 的缴费，不能直接撤销。认错了合同的，在合同页面“更正缴费”；家长不再上课的，办理退费。"
        )
    undone = transition(
        item,
        "undo",
        actor=actor,
        at=at,
        reason=reason.strip(),
        values={"way": "", "target_uid": None, "target_label": "", "entry_uid": None},
    )
    if entry is not None:
        today = max(timezone.localdate(at), entry.booked_on)
        ledger.entry_reverse(
            actor=actor, entry=entry, booked_on=open_day(account, today), memo=reason.strip(), at=at
        )
    return undone


for code, sentence in {
    "suspenseitem_propose": "提出待查款处理意见",
    "suspenseitem_confirm": "复核待查款并入账",
    "suspenseitem_send_back_money": "复核同意退回待查款",
    "suspenseitem_returned": "银行已退回待查款",
    "suspenseitem_send_back": "退回待查款处理意见",
    "suspenseitem_undo": "撤销待查款处理",
}.items():
    audit.verb(f"funds.{code}", sentence)
