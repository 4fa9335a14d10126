"""Makers of contracts and money for the tests of this room."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from funds import ledger, services
from funds.ledger import credit, debit
from funds.models import AccountKind, Contract, EntryKind, EscrowAccount, LedgerAccount
from institutions.models import Institution
from institutions.services import institution_projection_set
from tests.conftest import World
from tests.funds.making import account

SIGNED = date(2026, 11, 20)
STARTS, ENDS = date(2026, 11, 23), date(2027, 2, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
_serial = count(1)


def white(world: World, place: Institution) -> Institution:
    """On the white list."""
    return institution_projection_set(
        actor=world.system, institution=place, kind="LIST_STATUS", value="WHITE", since=date(2026, 1, 1)
    )


def custody(world: World, place: Institution, number: str = "5002370071000001") -> EscrowAccount:
    """A white-listed institution's custody account that takes payments."""
    white(world, place)
    row = account(world, place, "CUSTODY", number)
    return services.account_enable(actor=world.clerk, account=row, pay_enabled_on=SIGNED)


def terms(**values: Any) -> dict[str, Any]:
    """A contract of 30 lessons for ¥3,000."""
    return {
        "number": f"HT-{next(_serial):05d}",
        "student": "张小明",
        "guardian": "张大山",
        "phone": "13800000001",
        "course": "中国舞启蒙",
        "subject": "舞蹈",
        "lessons": 30,
        "price_fen": 300_000,
        "list_price_fen": 300_000,
        "starts_on": STARTS,
        "ends_on": ENDS,
        "signed_on": SIGNED,
        **values,
    }


def drafted(world: World, place: Institution, **values: Any) -> Contract:
    """A draft."""
    return services.contract_draft(actor=world.clerk, institution=place, values=terms(**values), at=NOON)


def signed(world: World, place: Institution, **values: Any) -> Contract:
    """In force, nothing paid."""
    return services.contract_sign(actor=world.clerk, contract=drafted(world, place, **values), at=NOON)


def paid(world: World, contract: Contract, fen: int = 0, key: str = "", on: date = SIGNED) -> Contract:
    """The family's transfer arrived."""
    services.payment_post(
        actor=world.clerk,
        contract=contract,
        fen=fen or contract.open_fen,
        booked_on=on,
        key=key or f"bank/{next(_serial)}",
        via=EntryKind.PAY_DIRECT,
        at=NOON,
    )
    contract.refresh_from_db()
    return contract


def active(world: World, place: Institution, **values: Any) -> Contract:
    """Paid in full."""
    return paid(world, signed(world, place, **values))


def balance(kind: str, subject: Any) -> int:
    """Fen of one account of the ledger."""
    found = LedgerAccount.objects.filter(kind=kind, subject_uid=subject.uid).first()
    return found.balance_fen if found else 0


def earn(world: World, contract: Contract, fen: int) -> None:
    """Make money releasable without lessons, for tests of what follows."""
    place = contract.institution
    unearned = ledger.account_of(
        kind=AccountKind.CONTRACT_UNEARNED, subject_uid=contract.uid, institution=place
    )
    earned = ledger.account_of(kind=AccountKind.INST_RELEASABLE, subject_uid=place.uid, institution=place)
    ledger.entry_post(
        actor=world.system,
        kind=EntryKind.CONSUME,
        key=f"test/{next(_serial)}",
        legs=(debit(unearned, fen), credit(earned, fen)),
        booked_on=SIGNED,
    )


def taught(
    world: World, contract: Contract, count_of: int = 1, day: date = STARTS, **values: Any
) -> list[Any]:
    """Lessons declared by the institution, one a day."""
    rows = [services.Taught(contract, day + timedelta(days=index), **values) for index in range(count_of)]
    last = rows[-1].taught_on
    return services.lessons_declare(
        actor=world.clerk, institution=contract.institution, rows=rows, at=at(last)
    )


def at(day: date, hour: int = 12) -> datetime:
    """A moment of a day in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


def settlement(world: World, place: Institution) -> Any:
    """The institution's own verified account."""
    row = services.settlement_propose(
        actor=world.clerk,
        institution=place,
        account_name=place.name,
        bank_name="示例工商银行",
        number="6222000011112222",
    )
    return services.settlement_verify(actor=world.head, settlement=row)
