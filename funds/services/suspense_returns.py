"""Receipts that were to go back, once the bank shows that they went."""

from __future__ import annotations

from datetime import datetime

from accounts.services import system_user
from casework.crypto import blind_index
from casework.models.base import uuid7
from casework.workflow import transition
from funds import ledger
from funds.ledger import credit, debit
from funds.models import AccountKind, Entry, EntryKind, StatementLine, SuspenseItem, SuspenseStatus
from funds.services.posting_lines import books, cash, open_day


def _of_payee(rows: list[SuspenseItem], payee: str) -> list[SuspenseItem]:
    """Those that may go to this payee (digest): never one that came from another name; the same name first."""
    if not payee:
        return rows
    same = [row for row in rows if blind_index(row.payer) == payee]
    return same or [row for row in rows if not row.payer.strip()]


def return_match(line: StatementLine, at: datetime) -> Entry | None:
    """Post the return that an outgoing line proves (IN_RETURNED); None when no confirmed return fits alone."""
    if line.fen > 0:
        return None
    rows = SuspenseItem.objects.select_for_update().filter(
        account=line.account, status=SuspenseStatus.RETURNING, fen=-line.fen, booked_on__lte=line.booked_on
    )
    found = _of_payee(list(rows.order_by("pk")), blind_index(line.payer))
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
