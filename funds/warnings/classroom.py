"""What happens in the classrooms: W6 fees that stop, W9 lessons that stop, W12 lessons nobody confirms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from casework.money import in_yuan

from .history import Contribution, DayFacts, Raised
from .parameters import Parameters
from .spans import Seen, one, percent, permille

WEEK = 7


def w6(seen: Seen, lines: Parameters) -> Raised | None:
    """Lessons go on and nobody pays: no receipt for a month though the money left does not last, or receipts per
    student fell against the span before while lessons did not."""
    now = seen.now
    if now is None or now.active_students < lines.w6_students:
        return None
    found = [*_no_receipt(seen, now, lines), *_fewer_receipts(seen, lines)]
    return Raised("W6", "YELLOW", tuple(found)) if found else None


def _no_receipt(seen: Seen, now: DayFacts, lines: Parameters) -> list[Contribution]:
    rows = seen.span(lines.w6_days)
    taught = sum(row.lessons_taught for row in rows)
    is_quiet = not any(row.receipts_n for row in rows)
    if not is_quiet or taught < lines.w6_lessons or not seen.reaches(lines.w6_days):
        return []
    used = max(0, rows[0].unearned_fen - now.unearned_fen)
    if now.unearned_fen * lines.w6_days > used * lines.w6_left_days:
        return []
    what = f"{lines.w6_days} 天没有一笔收款，同期上课 {taught} 课时，未消课款只剩 {in_yuan(now.unearned_fen)}"
    return [
        one(
            what,
            lines.w6_days,
            "days",
            lines.w6_days,
            "核对在读学员的合同和缴费去向；有新收款即消除",
            now.day,
        )
    ]


def _fewer_receipts(seen: Seen, lines: Parameters) -> list[Contribution]:
    length = lines.w6_long_days
    if not seen.reaches(2 * length):
        return []
    late, early = seen.span(length), seen.span(length, length)
    old_n, new_n = (sum(row.receipts_n for row in rows) for rows in (early, late))
    old_s, new_s = (sum(row.active_students for row in rows) for rows in (early, late))
    old_t, new_t = (sum(row.lessons_taught for row in rows) for rows in (early, late))
    if old_n < lines.w6_receipts or not old_s or not new_s or new_t * 1000 < old_t * lines.w9_left:
        return []
    share = new_n * old_s * 1000 // (old_n * new_s)
    if share > lines.w6_share:
        return []
    what = f"近 {length} 天收款 {new_n} 笔，此前 {length} 天 {old_n} 笔，按在读学员计只有 {percent(share)}，上课没有减少"
    return [one(what, share, "permille", lines.w6_share, "核对续费学员的缴费去向；收款恢复即消除")]


def w9(seen: Seen, lines: Parameters) -> Raised | None:
    """Lessons or students fall by so much week on week, two weeks running, outside breaks and turns of term."""
    if not seen.reaches(3 * WEEK) or _is_quiet(seen.on, lines):
        return None
    weeks = [seen.span(WEEK, WEEK * back) for back in (2, 1, 0)]
    if not all(weeks):
        return None
    found = [
        *_fall("上课", "课时", [_taught(rows) for rows in weeks], lines.w9_lessons, lines.w9_left),
        *_fall(
            "在读学员", "人", [rows[-1].active_students for rows in weeks], lines.w9_students, lines.w9_left
        ),
    ]
    return Raised("W9", "YELLOW", tuple(found)) if found else None


def _taught(rows: Sequence[DayFacts]) -> int:
    return sum(row.lessons_taught for row in rows)


def _fall(name: str, unit: str, counts: list[int], least: int, left: int) -> list[Contribution]:
    first, second, third = counts
    if first < least or second * 1000 > first * left or third * 1000 > second * left:
        return []
    what = f"{name}连续两周下降：{first} → {second} → {third} {unit}"
    return [one(what, permille(third, second), "permille", left, "查明停课、转走的原因；恢复后消除")]


def _is_quiet(on: date, lines: Parameters) -> bool:
    """Whether any day of the three weeks lies in a break or at the turn of a term."""
    days = (on - timedelta(days=back) for back in range(3 * WEEK))
    return any((m1, d1) <= (day.month, day.day) <= (m2, d2) for day in days for m1, d1, m2, d2 in lines.quiet)


def w12(seen: Seen, lines: Parameters) -> Raised | None:
    """Most lessons were taken as confirmed in silence: perhaps lessons that nobody had."""
    rows = seen.span(lines.w12_days)
    silent = sum(row.lessons_auto for row in rows)
    whole = silent + sum(row.lessons_confirmed for row in rows)
    if whole < lines.w12_lessons or silent * 1000 < whole * lines.w12_share:
        return None
    what = f"近 {lines.w12_days} 天已确认 {whole} 课时，其中 {silent} 课时是到期自动确认"
    clears = "抽查上课签到、向家长核实；家长确认的比例回升即消除"
    return Raised("W12", "YELLOW", (one(what, permille(silent, whole), "permille", lines.w12_share, clears),))
