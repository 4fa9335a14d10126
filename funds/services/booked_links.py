"""A line in suspense that turns out to be what the ledger has, or what an instruction was sent for.

The callback came later than the statement, or days apart: the suspense entry is reversed and the line stands in
the entry of the fact, so that it is in the ledger once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import User
from casework.errors import Unlawful
from funds import ledger
from funds.models import (
    AT_BANK,
    Entry,
    EntryKind,
    EntryLine,
    EscrowAccount,
    Instruction,
    LinePosting,
    MatchedBy,
    Side,
    StatementLine,
    SuspenseItem,
)
from funds.services.instructions import instruction_post
from funds.services.posting_lines import cash, open_day

WITHIN = timedelta(days=31)
NEVER = (EntryKind.REVERSE, EntryKind.OPENING_CASH)
SHOWN = 50


@dataclass(frozen=True)
class Booked:
    """What a line in suspense may be: a standing entry without a line, or an instruction at the bank."""

    uid: UUID
    label: str


def booked_candidates(item: SuspenseItem) -> list[Booked]:
    """Standing entries of the same amount that no line has shown, and instructions of it at the bank."""
    entries = [
        Booked(row.uid, f"{row.booked_on:%Y-%m-%d} {row.get_kind_display()} {row.memo}".strip())
        for row in _entries(item)
    ]
    if item.fen > 0:
        return entries
    orders = Instruction.objects.filter(account=item.account, amount_fen=-item.fen, status__in=AT_BANK)
    return [
        *entries,
        *(
            Booked(row.uid, f"指令 {row.number} {row.get_kind_display()} {row.payee_masked}")
            for row in orders.order_by("pk")[:SHOWN]
        ),
    ]


def _entries(item: SuspenseItem) -> list[Entry]:
    taken = LinePosting.objects.filter(entry_uid=OuterRef("entry_uid"), undone_at__isnull=True)
    undone = Entry.objects.filter(reversal_of=OuterRef("entry_uid"))
    lines = EntryLine.objects.filter(
        account=cash(item.account),
        side=Side.DEBIT if item.fen > 0 else Side.CREDIT,
        amount_fen=abs(item.fen),
        booked_on__range=(item.booked_on - WITHIN, item.booked_on + WITHIN),
    )
    uids = lines.exclude(Exists(taken)).exclude(Exists(undone)).values_list("entry_uid", flat=True)
    return list(
        Entry.objects.filter(uid__in=list(uids[:SHOWN])).exclude(kind__in=NEVER).order_by("booked_on", "pk")
    )


def booked_link(actor: User, item: SuspenseItem, account: EscrowAccount, turn: int, at: datetime) -> Entry:
    """Reverse the suspense entry and stand the line in the fact's own; returns that entry.

    Raises Unlawful when the chosen entry or instruction does not fit any more.
    """
    if item.target_uid not in {row.uid for row in booked_candidates(item)}:
        raise Unlawful("所选的分录或指令已经用于别的流水，请退回重新选择。")
    line = StatementLine.objects.select_related("account").get(uid=item.line_uid)
    _out_of_suspense(actor, item, account, at)
    order = Instruction.objects.filter(uid=item.target_uid).first()
    if order is not None:
        posted = instruction_post(
            actor=actor,
            instruction=order,
            booked_on=open_day(account, line.booked_on),
            bank_serial=line.serial,
            at=at,
        )
        target = posted.entry_uid
    else:
        target = item.target_uid
    entry = Entry.objects.get(uid=str(target))
    LinePosting.objects.create(
        line_uid=line.uid,
        account=account,
        booked_on=line.booked_on,
        fen=line.fen,
        matched_by=MatchedBy.MANUAL,
        entry_uid=entry.uid,
        entry_on=entry.booked_on,
        actor=actor,
        posted_at=at,
    )
    return entry


def _out_of_suspense(actor: User, item: SuspenseItem, account: EscrowAccount, at: datetime) -> None:
    posting = LinePosting.objects.select_for_update().get(line_uid=item.line_uid, undone_at__isnull=True)
    entry = Entry.objects.get(uid=posting.entry_uid)
    day = open_day(account, max(item.booked_on, entry.booked_on))
    ledger.entry_reverse(actor=actor, entry=entry, booked_on=day, memo=item.reason, at=at)
    posting.undone_at = at
    posting.save(update_fields=["undone_at"])
