"""What families do: W7 ask for their money back, W8 complain."""

from __future__ import annotations

from .history import Contribution, Raised
from .parameters import Parameters
from .spans import Seen, by_day, one, percent, permille

WEEK = 7


def w7(seen: Seen, lines: Parameters) -> Raised | None:
    """Refunds asked for in a week: several times the usual, or a large part of the students."""
    rows = seen.span(lines.w7_days)
    count = sum(row.refunds_asked_n for row in rows)
    now = seen.now
    if now is None or not count:
        return None
    clears = f"{lines.w7_days} 天内申请降到线下；逐件办结退费"
    found: list[Contribution] = []
    earlier = seen.span(lines.w7_weeks * WEEK, lines.w7_days)
    before = sum(row.refunds_asked_n for row in earlier)
    usual = before * lines.w7_days
    if count >= lines.w7_count and count * lines.w7_weeks * WEEK >= lines.w7_times * usual:
        line = max(lines.w7_count, -(-lines.w7_times * usual // (lines.w7_weeks * WEEK)))
        what = f"{lines.w7_days} 天申请退费 {count} 件，此前 {lines.w7_weeks} 周共 {before} 件"
        found.append(one(what, count, "count", line, clears))
    share = permille(count, now.active_students)
    if count >= lines.w7_share_min and share >= lines.w7_share:
        what = f"申请退费 {count} 件，在读学员 {now.active_students} 人，占 {percent(share)}"
        found.append(one(what, share, "permille", lines.w7_share, clears))
    if not found:
        return None
    found.extend(
        by_day(
            [(row.day, f"{row.day:%m-%d} 申请退费", row.refunds_asked_n) for row in rows],
            "count", lines.w7_count, clears,
        )
    )  # fmt: skip
    return Raised("W7", "YELLOW", tuple(found))


def w8(seen: Seen, lines: Parameters) -> Raised | None:
    """Complaints that came together."""
    rows = seen.span(lines.w8_days)
    count = sum(row.complaints_n for row in rows)
    if count < lines.w8_yellow:
        return None
    clears = f"近 {lines.w8_days} 天的投诉降到 {lines.w8_yellow} 件以下"
    found = by_day(
        [(row.day, f"{row.day:%m-%d} 投诉", row.complaints_n) for row in rows],
        "count", lines.w8_yellow, clears,
    )  # fmt: skip
    total = one(f"近 {lines.w8_days} 天投诉", count, "count", lines.w8_yellow, clears)
    return Raised("W8", "RED" if count >= lines.w8_red else "YELLOW", (total, *found))
