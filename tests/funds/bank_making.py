"""Small makers of bank files for the tests of this room."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from funds import services
from funds.models import BankProfile, Channel, EscrowAccount, StatementFile
from tests.conftest import World
from tests.funds.making import DAY

LAYOUT: dict[str, Any] = {
    "format": "CSV", "encoding": "utf-8",
    "heads": {
        "date": "日期", "amount": "金额", "balance": "余额", "serial": "流水号", "payer": "对方户名",
        "reference": "附言",
    },
}  # fmt: skip
HEAD = "日期,金额,余额,流水号,对方户名,附言"
Move = tuple[int, int]  # days after DAY, fen
NOON = datetime.combine(DAY + timedelta(days=40), datetime.min.time(), timezone.get_default_timezone())


def profile(world: World, **layout: Any) -> BankProfile:
    """A layout of the bureau."""
    found = BankProfile.objects.filter(bureau=world.bureau, name="测试版式", is_current=True).first()
    return found or services.profile_create(actor=world.clerk, name="测试版式", layout={**LAYOUT, **layout})


def day(ahead: int) -> date:
    """So many days after the first."""
    return DAY + timedelta(days=ahead)


def sheet(moves: list[Any], opening: int = 0, *, first: int = 1) -> bytes:
    """A statement; a move is (days ahead, fen) and perhaps payer and reference."""
    balance, rows = opening, [HEAD]
    for number, (ahead, fen, *words) in enumerate(moves, start=first):
        balance += fen
        payer, reference = (*words, "", "")[:2]
        rows.append(f"{day(ahead)},{fen / 100:.2f},{balance / 100:.2f},S{number:05d},{payer},{reference}")
    return ("\n".join(rows) + "\n").encode()


def deliver(
    world: World,
    account: EscrowAccount,
    data: bytes,
    name: str = "流水.csv",
    *,
    at: datetime = NOON,
    actor: Any = None,
    channel: Channel = Channel.DESK,
    **told: Any,
) -> StatementFile:
    """Hand in a file."""
    return services.statement_receive(
        actor=actor or world.clerk,
        account=account,
        profile=profile(world),
        data=data,
        name=name,
        handover=services.Handover(channel, **told),
        at=at,
    )
