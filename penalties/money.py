"""Arithmetic of fees, fines and late fines. Integer fen throughout; nothing here reads the database or clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Fee:
    """One pupil's line: charged and refunded in fen; zero lessons means that they are not known."""

    charged: int
    lessons_total: int = 0
    lessons_used: int = 0
    refunded: int = 0
    refunded_on: date | None = None


@dataclass(frozen=True)
class Income:
    """违法所得 with its working, in fen."""

    charged: int
    refunded: int
    deducted: int
    amount: int
    lines: tuple[str, ...]


def undelivered(fee: Fee) -> int:
    """The part of a fee that pays for lessons not given, in fen; the lessons given are rounded down.

    Unknown lessons count as not given up to what was refunded: the refund itself shows it.
    """
    if not fee.lessons_total:
        return fee.charged
    return fee.charged - fee.charged * fee.lessons_used // fee.lessons_total


def deductible(fee: Fee, on: date) -> int:
    """What may be deducted by `on`: the refund, as far as it is for lessons not given (教育部令第53号 第四十二条)."""
    if not fee.refunded or fee.refunded_on is None or fee.refunded_on > on:
        return 0
    return min(fee.refunded, undelivered(fee))


def illegal_income(fees: Iterable[Fee], on: date) -> Income:
    """Everything charged less deductible refunds up to `on`; never below zero."""
    rows = list(fees)
    charged = sum(fee.charged for fee in rows)
    refunded = sum(fee.refunded for fee in rows if fee.refunded_on and fee.refunded_on <= on)
    deducted = sum(deductible(fee, on) for fee in rows)
    lines = (
        f"收取费用共 {yuan(charged)} 元（{len(rows)} 笔）",
        f"截至 {on:%Y-%m-%d} 已退还 {yuan(refunded)} 元，其中未授课部分 {yuan(deducted)} 元可以扣除",
        f"违法所得 = {yuan(charged)} − {yuan(deducted)} = {yuan(charged - deducted)} 元",
    )
    return Income(charged, refunded, deducted, charged - deducted, lines)


def multiple_fine(income: int, times: int) -> int:
    """A fine of `times` hundredths of the illegal income, fen; a broken fen falls to the party's benefit."""
    return income * times // 100


def yuan(fen: int) -> str:
    """Fen as 1,234.50."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def wan(fen: int) -> str:
    """Fen as 万元 with up to six decimals and nothing lost: 6728346395 -> 6728.346395."""
    whole, rest = divmod(abs(fen), 1_000_000)
    text = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return f"-{text}" if fen < 0 else text


@dataclass(frozen=True)
class Paid:
    """A payment towards the fine."""

    on: date
    amount: int


@dataclass(frozen=True)
class Stay:
    """Days on which the late fine stands still, both ends included; no end means until further notice."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day is inside."""
        return self.since <= day and (self.until is None or day <= self.until)


def late_days(due_on: date, as_of: date, stays: Sequence[Stay] = ()) -> int:
    """Days after `due_on` up to and with `as_of` that count."""
    return sum(
        1
        for step in range(1, max(0, (as_of - due_on).days) + 1)
        if not any(stay.covers(due_on + timedelta(days=step)) for stay in stays)
    )


def late_fine(
    *,
    fine: int,
    due_on: date,
    as_of: date,
    rate_percent: int,
    cap_percent: int,
    payments: Sequence[Paid] = (),
    stays: Sequence[Stay] = (),
) -> int:
    """加处罚款 in fen: for every counted day a rate of what was still unpaid that day, capped (行政处罚法 第七十二条).

    A payment counts from its own day. The cap is a share of the fine, never more.
    """
    cap = fine * cap_percent // 100
    days = max(0, (as_of - due_on).days)
    hundredths = 0
    for step in range(1, days + 1):
        day = due_on + timedelta(days=step)
        if any(stay.covers(day) for stay in stays):
            continue
        open_amount = max(0, fine - sum(paid.amount for paid in payments if paid.on <= day))
        if not open_amount:
            break
        hundredths += open_amount * rate_percent
        if hundredths >= cap * 100:
            return cap
    return min(cap, hundredths // 100)
