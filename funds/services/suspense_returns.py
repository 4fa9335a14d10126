"""Receipts that were to go back, once the bank shows that they went."""

from __future__ import annotations

from datetime import datetime

from accounts.services import system_user
from casework.models.base import uuid7
from casework.workflow import transition
from funds import ledger
from funds.ledger import credit, debit
from funds.models import AccountKind, Entry, EntryKind, StatementLine, SuspenseItem, SuspenseStatus
from funds.services.posting_lines import books, cash, open_day


def return_match(line: StatementLine, at: datetime) -> Entry | None:
    """Post the return that an outgoing line proves (IN_RETURNED); None when no confirmed return fits alone."""
    if line.fen > 0:
        return None
    rows = SuspenseItem.objects.select_for_update().filter(
        account=line.account, status=SuspenseStatus.RETURNING, fen=-line.fen, booked_on__lte=line.booked_on
    )
    found = list(rows.order_by("pk")[:2])
    if len(found) > 1 and line.payer:
        found = [row for row in found if row.payer == line.payer]
    if len(found) != 1:
        return None
    item, uid, fen = found[0], uuid7(), -line.fen
    transition(item, "returned", actor=system_user(), at=at, values={"entry_uid": uid})
    return ledger.entry_post(
        actor=system_user(),
        kind=EntryKind.IN_RETURNED,
        key=f"{item.uid}/退回{item.turn}",
        legs=(debit(books(line.account, AccountKind.SUSPENSE_IN), fen), credit(cash(line.account), fen)),
        booked_on=open_day(line.account, line.booked_on),
        memo=item.reason,
        at=at,
        uid=uid,
    )
