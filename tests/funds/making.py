"""Small makers for the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from casework.records import root_fields
from funds import ledger, services
from funds.ledger import credit, debit
from funds.models import (
    AccountDay,
    AccountKind,
    Bank,
    DepositMovement,
    Entry,
    EntryKind,
    EscrowAccount,
    LedgerAccount,
)
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


def bank(world: World, name: str = "示例农商银行") -> Bank:
    """A bank of the county."""
    values = {"name": name, "branch": "巫峡支行", "contact": "", "is_active": True}
    return services.bank_register(actor=world.clerk, values=values)


def planned(world: World, place: Institution, kind: str = "DEPOSIT", **values: Any) -> EscrowAccount:
    """An account that is to be opened, with its agreement."""
    found = Bank.objects.filter(bureau=world.bureau).first() or bank(world)
    fields = {
        "kind": kind,
        "agreement_no": "巫教资监〔2026〕1号",
        "agreement_from": DAY,
        "release_mode": "PER_LESSON" if kind == "CUSTODY" else "NONE",
        "freeze_clause": "第八条第二款",
        **values,
    }
    return services.account_plan(actor=world.clerk, institution=place, bank=found, values=fields)


def account(
    world: World, place: Institution, kind: str = "DEPOSIT", number: str = "5002370072000001"
) -> EscrowAccount:
    """An opened, filed and verified account."""
    row = services.account_open(
        actor=world.clerk, account=planned(world, place, kind), number=number, opened_on=DAY
    )
    row = services.account_file(actor=world.clerk, account=row, filed_on=DAY)
    return services.account_verify(actor=world.head, account=row)


def proposed(
    world: World, row: EscrowAccount, fen: int, reference: str = "0001", **values: Any
) -> DepositMovement:
    """A registered movement."""
    fields = {"direction": "IN", "booked_on": DAY, **values}
    return services.movement_propose(
        actor=world.clerk, account=row, amount_fen=fen, reference=reference, **fields
    )


def deposited(world: World, row: EscrowAccount, fen: int, reference: str = "0001") -> DepositMovement:
    """Money in the ledger."""
    return services.movement_post(actor=world.head, movement=proposed(world, row, fen, reference))


def closed(world: World, row: EscrowAccount, day: date) -> AccountDay:
    """The account's book of a day is closed."""
    return AccountDay.objects.create(
        **root_fields(actor=world.clerk, region=row.region, bureau=row.bureau),
        account=row,
        account_uid=row.uid,
        day=day,
        state="EVEN",
        bank_fen=0,
        book_fen=0,
        difference_fen=0,
        is_closed=True,
        closed_by=world.clerk,
        closed_at=timezone.now(),
    )
