"""Money that leaves the account: W1 of a day, W2 of a week, W5 without an instruction."""

from __future__ import annotations

from casework.money import in_yuan

from .history import Contribution, Raised
from .parameters import Parameters
from .spans import Seen, by_day, one, paid_out, percent, permille


def w1(seen: Seen, lines: Parameters) -> Raised | None:
    """A day's outflow: at an absolute line by the institution's age, or a large part of what was there."""
    row = seen.today
    if row is None:
        return None
    out = paid_out(row)
    line = lines.w1_old_fen if seen.is_old(lines.old_after_days) else lines.w1_new_fen
    found: list[Contribution] = []
    clears = "逐笔核对指令和收款人；来路清楚、余额仍够的，写明理由销去"
    if out >= line:
        found.append(one("当日支出（不含退费）", out, "fen", line, clears, row.day))
    share = permille(out, row.opening_fen)
    if out >= lines.w1_share_min_fen and share >= lines.w1_share:
        what = f"当日支出 {in_yuan(out)}，占期初余额 {in_yuan(row.opening_fen)} 的 {percent(share)}"
        found.append(one(what, share, "permille", lines.w1_share, clears, row.day))
    if not found:
        return None
    found.extend(
        by_day(
            [
                (row.day, "其中：有指令的拨付", row.out_release_fen),
                (row.day, "其中：无指令的支出", row.out_unknown_fen),
            ],
            "fen", line, clears,
        )
    )  # fmt: skip
    is_short = row.closing_fen + row.transit_fen < row.unearned_fen
    return Raised("W1", "RED" if is_short else "YELLOW", tuple(found))


def w2(seen: Seen, lines: Parameters) -> Raised | None:
    """A week's outflow: at an absolute line, or more than became releasable in the weeks before."""
    rows = seen.span(lines.w2_days)
    now = seen.now
    out = sum(paid_out(row) for row in rows)
    if now is None or not out:
        return None
    line = lines.w2_old_fen if seen.is_old(lines.old_after_days) else lines.w2_new_fen
    clears = f"{lines.w2_days} 日内支出降到线下，并逐日核对拨付依据"
    found: list[Contribution] = []
    if out >= line:
        found.append(one(f"{lines.w2_days} 日支出（不含退费）", out, "fen", line, clears))
    booked = _booked(seen, lines.w2_booked_days)
    if out >= lines.w2_over_min_fen and out * 1000 > booked * lines.w2_over:
        what = (
            f"{lines.w2_days} 日支出 {in_yuan(out)}，近 {lines.w2_booked_days} 日可拨付只有 {in_yuan(booked)}"
        )
        found.append(one(what, out, "fen", booked * lines.w2_over // 1000, clears))
    if not found:
        return None
    found.extend(
        by_day([(row.day, f"{row.day:%m-%d} 支出", paid_out(row)) for row in rows], "fen", line, clears)
    )
    is_short = now.closing_fen + now.transit_fen < now.unearned_fen
    return Raised("W2", "RED" if is_short else "YELLOW", tuple(found))


def _booked(seen: Seen, days: int) -> int:
    """What became releasable in a span: what stands now and what was released, less what stood before.

    Where the history is shorter than the span, what stood at its beginning counts as booked in it.
    """
    now, earlier = seen.now, seen.before(days)
    assert now is not None
    stood = earlier.releasable_fen if earlier else 0
    released = sum(row.out_release_fen for row in seen.span(days))
    return max(0, now.releasable_fen + released - stood)


def w5(seen: Seen, lines: Parameters) -> Raised | None:
    """Outflows that no instruction covers: red at once, until each is explained."""
    rows = [row for row in seen.span(lines.w5_days) if row.out_unknown_fen]
    if sum(row.out_unknown_fen for row in rows) < lines.w5_min_fen:
        return None
    found = by_day(
        [(row.day, f"{row.day:%Y-%m-%d} 无指令支出", row.out_unknown_fen) for row in rows],
        "fen", lines.w5_min_fen, "在待查款里认定这笔支出，或由机构补足",
    )  # fmt: skip
    return Raised("W5", "RED", found)
