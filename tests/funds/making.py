"""Small makers for the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from funds import ledger
from funds.ledger import credit, debit
from funds.models import AccountKind, Entry, EntryKind, LedgerAccount
from institutions.models import Institution
from tests.conftest import World
from tests.inspections.making import make_place

DAY = date(2026, 11, 20)


@dataclass
class Pair:
    """A deposit account and what is owed for it, of one institution."""

    place: Institution
    bank: LedgerAccount
    owed: LedgerAccount


def pair(world: World, name: str = "示例启航艺术培训中心", place: Institution | None = None) -> Pair:
    """Two accounts of one institution."""
    place = place or make_place(world, name)
    subject = uuid4()
    return Pair(
        place,
        opened(AccountKind.DEPOSIT_BANK, subject, place),
        opened(AccountKind.DEPOSIT_OBLIG, subject, place),
    )


def opened(kind: AccountKind, subject: UUID, place: Institution) -> LedgerAccount:
    """One account."""
    return ledger.account_of(kind=kind, subject_uid=subject, institution=place)


def pay_in(world: World, pair: Pair, fen: int, key: str = "", **values: Any) -> Entry:
    """Money comes in."""
    return ledger.entry_post(
        actor=world.head,
        kind=EntryKind.DEPOSIT_IN,
        key=key or str(uuid4()),
        legs=(debit(pair.bank, fen), credit(pair.owed, fen)),
        booked_on=values.pop("booked_on", DAY),
        **values,
    )


def pay_out(world: World, pair: Pair, fen: int, key: str = "", **values: Any) -> Entry:
    """Money goes out."""
    return ledger.entry_post(
        actor=world.head,
        kind=EntryKind.DEPOSIT_RETURN,
        key=key or str(uuid4()),
        legs=(debit(pair.owed, fen), credit(pair.bank, fen)),
        booked_on=values.pop("booked_on", DAY),
        **values,
    )
