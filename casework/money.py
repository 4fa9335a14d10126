"""Money as people write it and as it is kept: whole fen."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any


def fen(value: Any) -> int:
    """Yuan as written (¥1,234.50) to fen; ValueError for what is no amount or has a third decimal."""
    text = str(value).strip().lstrip("¥￥").replace(",", "").removesuffix("元")
    if not text:
        return 0
    try:
        amount = Decimal(text).quantize(Decimal("0.0001")) * 100
    except InvalidOperation as error:
        raise ValueError(f"金额“{value}”写法不对") from error
    if amount != amount.to_integral_value() or amount < 0:
        raise ValueError(f"金额“{value}”须精确到分且不为负")
    return int(amount)


def in_yuan(fen: int) -> str:
    """Fen as a sentence says it: 1,234.50 元."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d} 元"


def yuan(fen: object) -> str:
    """Integer fen as `¥ 4,102,318.50`; a dash for nothing."""
    if not isinstance(fen, int) or isinstance(fen, bool):
        return "—"
    whole, cents = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥ {whole:,}.{cents:02d}"
