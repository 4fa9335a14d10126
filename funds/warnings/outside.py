"""What others tell: W15 signals from courts, banks and registers, W16 a bank that does not tell."""

from __future__ import annotations

from .cover import DEPOSIT_SHORT
from .history import Contribution, Raised
from .parameters import Parameters
from .spans import Seen, one

FLAGS = {
    "WAGE": "欠薪",
    "RENT": "欠租",
    "SOCIAL_INSURANCE": "欠缴社会保险",
    "LAWSUIT": "涉诉",
    "EXECUTION": "被执行",
    "REGISTRY": "登记异常",
    "TAX": "欠税",
    "BANK": "银行提示账户异常",
    "OTHER": "其他",
}


def w15(seen: Seen, lines: Parameters) -> Raised | None:
    """Signals from outside that are in force: one kind is a warning, two kinds are red."""
    now = seen.now
    kinds = sorted({flag for flag in now.flags if flag != DEPOSIT_SHORT}) if now else []
    if now is None or len(kinds) < lines.w15_yellow:
        return None
    found = tuple(
        Contribution(
            FLAGS.get(kind, kind), 1, "count", lines.w15_yellow, 1000 // len(kinds),
            "登记信号已消除，并附证明", now.day,
        )
        for kind in kinds
    )  # fmt: skip
    return Raised("W15", "RED" if len(kinds) >= lines.w15_red else "YELLOW", found)


def w16(seen: Seen, lines: Parameters) -> Raised | None:
    """Days up to the last whose bank file has not come."""
    days = 0
    first = None
    for row in reversed(seen.days):
        if row.statement_received:
            break
        days, first = days + 1, row.day
    if days < lines.w16_yellow or first is None:
        return None
    what = f"{first:%Y-%m-%d} 起没有对账单"
    found = one(what, days, "days", lines.w16_yellow, "银行补送对账单", first)
    return Raised("W16", "RED" if days >= lines.w16_red else "YELLOW", (found,))
