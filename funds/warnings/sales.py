"""How courses are sold: W10 above the caps, W11 far below the usual price, W13 papers that disagree."""

from __future__ import annotations

from collections.abc import Sequence

from casework.money import in_yuan

from .history import DayFacts, Raised
from .parameters import Parameters
from .spans import Seen, by_day, one, permille


def w10(seen: Seen, lines: Parameters) -> Raised | None:
    """Sales above the caps for one charge, or split to stay below them."""
    rows = seen.span(lines.w10_days)
    count = sum(row.over_limit_n for row in rows)
    if count < lines.w10_yellow:
        return None
    found = by_day(
        [(row.day, f"{row.day:%m-%d} 签订的超限或疑似拆分合同", row.over_limit_n) for row in rows],
        "count", lines.w10_yellow, "退还超限部分或改签合同",
    )  # fmt: skip
    return Raised("W10", "RED" if count >= lines.w10_red else "YELLOW", found)


def w11(seen: Seen, lines: Parameters) -> Raised | None:
    """Many contracts sold lately at far less a lesson than before: money is gathered before a run."""
    late = _sold(seen.span(lines.w11_days))
    early = _sold(seen.span(lines.w11_base_days, lines.w11_days))
    if len(late) < lines.w11_sales or len(early) < lines.w11_base_sales:
        return None
    new, old = _mean(late), _mean(early)
    if new * 1000 > old * lines.w11_share:
        return None
    clears = "查明促销依据和新收的钱是否全部进入监管账户；均价回升即消除"
    what = f"近 {lines.w11_days} 天售出 {len(late)} 份，每课时 {in_yuan(new)}；此前 {len(early)} 份，每课时 {in_yuan(old)}"
    return Raised("W11", "YELLOW", (one(what, permille(new, old), "permille", lines.w11_share, clears),))


def _sold(rows: Sequence[DayFacts]) -> list[tuple[int, int]]:
    return [sale for row in rows for sale in row.units_sold if sale[1] > 0]


def _mean(sales: list[tuple[int, int]]) -> int:
    """The price of a lesson over all lessons sold, fen."""
    return sum(price * lessons for price, lessons in sales) // sum(lessons for _, lessons in sales)


def w13(seen: Seen, lines: Parameters) -> Raised | None:
    """Invoice, contract and buyer do not agree."""
    now = seen.now
    if now is None or now.mismatched_n < lines.w13_yellow:
        return None
    what = "没有说明的三一致异常"
    found = one(what, now.mismatched_n, "count", lines.w13_yellow, "补开、更正发票，或逐件说明", now.day)
    return Raised("W13", "RED" if now.mismatched_n >= lines.w13_red else "YELLOW", (found,))
