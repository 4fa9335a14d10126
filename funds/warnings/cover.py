"""What must be there: W3 the balance, W4 the deposit, W14 money on its way."""

from __future__ import annotations

from casework.money import in_yuan

from .history import Raised
from .parameters import Parameters
from .spans import Seen, one, permille

DEPOSIT_SHORT = "DEPOSIT_SHORT"


def w3(seen: Seen, lines: Parameters) -> Raised | None:
    """Red when cash and fresh transit do not cover families' claims; yellow when the balance fell through the floor.

    The floor speaks only for an institution that stood at or above it lately: one that never held so much would
    be below it for ever.
    """
    now = seen.now
    if now is None:
        return None
    is_fresh = now.transit_oldest_days <= lines.w3_transit_days
    there = now.closing_fen + (now.transit_fen if is_fresh else 0)
    if there * 1000 < now.unearned_fen * lines.w3_cover:
        short = now.unearned_fen * lines.w3_cover // 1000 - there
        return Raised(
            "W3",
            "RED",
            (
                one(
                    f"存款{'和在途款' if is_fresh else ''}不够家长未消课款，差 {in_yuan(short)}",
                    there, "fen", now.unearned_fen * lines.w3_cover // 1000,
                    f"机构补足 {in_yuan(short)}，或查明账款差异", now.day,
                ),
            ),
        )  # fmt: skip
    floor = lines.w3_old_fen if seen.is_old(lines.old_after_days) else lines.w3_new_fen
    fell = [row for row in seen.span(lines.w3_fell_days) if row.closing_fen >= floor]
    if now.closing_fen >= floor or not fell or not now.unearned_fen:
        return None
    clears = f"余额回到 {in_yuan(floor)}，或查明是正常消课拨付"
    what = f"余额降到警戒线以下（{fell[-1].day:%Y-%m-%d} 还有 {in_yuan(fell[-1].closing_fen)}）"
    return Raised("W3", "YELLOW", (one(what, now.closing_fen, "fen", floor, clears, now.day),))


def w4(seen: Seen, lines: Parameters) -> Raised | None:
    """The deposit is below what is required: yellow, red when it lacks much or lacks long.

    How long is read from the flag ``DEPOSIT_SHORT`` of the days; without flags only the amount speaks.
    """
    wanted, held = seen.history.deposit_required_fen, seen.history.deposit_fen
    if wanted <= 0 or held * 1000 >= wanted * lines.w4_full:
        return None
    days = 0
    for row in reversed(seen.days):
        if DEPOSIT_SHORT not in row.flags:
            break
        days += 1
    is_red = held * 1000 < wanted * lines.w4_red or days >= lines.w4_red_days
    clears = f"补存 {in_yuan(wanted - held)}"
    found = [one(f"保证金 {in_yuan(held)}，应缴 {in_yuan(wanted)}", held, "fen", wanted, clears)]
    found.append(one("占应缴的比例", permille(held, wanted), "permille", lines.w4_full, clears))
    if days:
        found.append(one("连续不足", days, "days", lines.w4_red_days, clears))
    return Raised("W4", "RED" if is_red else "YELLOW", tuple(found))


def w14(seen: Seen, lines: Parameters) -> Raised | None:
    """Money of families that is long on its way to the account."""
    now = seen.now
    if now is None or now.transit_fen <= 0 or now.transit_oldest_days <= lines.w14_days:
        return None
    is_red = now.transit_oldest_days > lines.w14_red_days
    clears = "支付渠道结算到账，或查明没有到账的每一笔"
    found = (
        one("最早一笔在途", now.transit_oldest_days, "days", lines.w14_days, clears, now.day),
        one("在途款合计", now.transit_fen, "fen", 0, clears, now.day),
    )
    return Raised("W14", "RED" if is_red else "YELLOW", found)
