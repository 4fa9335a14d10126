"""One line of a statement, and what is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from casework.errors import Unlawful
from funds.models import LINE_MAX_FEN

AMOUNT = re.compile(r"[+-]?\d+(\.\d+)?")
EMPTY = {"", "-", "--", "—"}


class StatementRefused(Unlawful):
    """The file is no statement of that profile, or is not whole; the sentence names the row."""


@dataclass(frozen=True)
class Line:
    """One movement on the account. `fen` is positive for money in; `row` is its row in the file."""

    row: int
    booked_on: date
    fen: int
    balance_fen: int | None = None
    serial: str = ""
    payer: str = ""
    payer_account: str = ""
    summary: str = ""
    reference: str = ""
    own_account: str = ""

    @property
    def went_fen(self) -> int:
        """What went out, zero for money in."""
        return max(-self.fen, 0)


def fen_of(text: str, row: int, head: str) -> int | None:
    """Signed fen of an amount as banks write it (1,234.56), None for an empty cell; refuses masked ones."""
    plain = text.replace(",", "").replace("，", "").replace("¥", "").replace("￥", "").strip()
    if plain in EMPTY:
        return None
    if not AMOUNT.fullmatch(plain):
        raise StatementRefused(
            f"第 {row} 行“{head}”写作“{text[:20]}”，不是完整金额。请让银行导出不遮盖、不带文字的金额。"
        )
    cents = Decimal(plain) * 100
    if cents != cents.to_integral_value():
        raise StatementRefused(f"第 {row} 行“{head}”写作“{text[:20]}”，须精确到分。")
    if abs(cents) > LINE_MAX_FEN:
        raise StatementRefused(f"第 {row} 行“{head}”超过 {LINE_MAX_FEN // 100:,} 元，请核对文件。")
    return int(cents)
