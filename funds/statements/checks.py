"""Whether a statement is whole: running balances chain, sums and closing agree, no serial stands twice."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from funds.statements.lines import Line, StatementRefused


@dataclass(frozen=True)
class Sums:
    """Count and sums of a statement in fen; opening and closing when the lines carry balances."""

    count: int
    came: int
    went: int
    opening: int | None
    closing: int | None


def sums_of(lines: list[Line]) -> Sums:
    """Sums of checked lines, oldest first or newest first."""
    ordered = in_time(lines)
    first, last = ordered[0], ordered[-1]
    return Sums(
        len(lines),
        sum(line.fen for line in lines if line.fen > 0),
        -sum(line.fen for line in lines if line.fen < 0),
        None if first.balance_fen is None else first.balance_fen - first.fen,
        last.balance_fen,
    )


def verify(
    lines: list[Line], *, opening: int | None = None, closing: int | None = None, count: int | None = None
) -> Sums:
    """Refuse a statement that is not whole, naming the row; `opening` is the last statement's closing.

    Raises StatementRefused: a line missing in the middle, a serial twice, other sums, count or opening than told.
    """
    _serials(lines)
    _chain(in_time(lines))
    sums = sums_of(lines)
    if count is not None and sums.count != count:
        raise StatementRefused(f"银行说有 {count} 笔，文件里有 {sums.count} 笔。")
    begins = sums.opening if sums.opening is not None else opening
    if opening is not None and begins != opening:
        raise StatementRefused(
            f"文件的期初余额 {(begins or 0) / 100:,.2f} 元，与上一份对账单的期末余额 {opening / 100:,.2f} 元不符，"
            "中间可能少传了一份。"
        )
    if closing is not None and begins is not None and begins + sums.came - sums.went != closing:
        ends = begins + sums.came - sums.went
        raise StatementRefused(
            f"期初余额加收入减支出是 {ends / 100:,.2f} 元，与期末余额 {closing / 100:,.2f} 元"
            f"差 {(closing - ends) / 100:,.2f} 元，可能缺少流水。"
        )
    if begins is not None and sums.closing is not None and begins + sums.came - sums.went != sums.closing:
        raise StatementRefused(
            f"文件最后一笔的余额是 {sums.closing / 100:,.2f} 元，期初余额加收入减支出是 "
            f"{(begins + sums.came - sums.went) / 100:,.2f} 元，两者不符，可能缺少流水。"
        )
    return sums


def in_time(lines: list[Line]) -> list[Line]:
    """Oldest first. Banks write either way; within one day the order is that in which balances chain."""
    turned = lines[::-1]
    if lines[0].booked_on != lines[-1].booked_on:
        return lines if lines[0].booked_on < lines[-1].booked_on else turned
    return turned if _breaks(turned) < _breaks(lines) else lines


def _breaks(lines: list[Line]) -> int:
    pairs = itertools.pairwise(lines)
    return sum(
        after.balance_fen != before.balance_fen + after.fen
        for before, after in pairs
        if before.balance_fen is not None and after.balance_fen is not None
    )


def _chain(lines: list[Line]) -> None:
    for before, after in itertools.pairwise(lines):
        if before.booked_on > after.booked_on:
            raise StatementRefused(f"第 {after.row} 行的日期早于第 {before.row} 行，次序混乱。")
        if before.balance_fen is None or after.balance_fen is None:
            continue
        lack = after.balance_fen - before.balance_fen - after.fen
        if lack:
            raise StatementRefused(
                f"第 {before.row} 行和第 {after.row} 行之间余额接不上，差 {lack / 100:,.2f} 元，可能缺少流水。"
                "请向银行要完整的文件。"
            )


def _serials(lines: list[Line]) -> None:
    seen: dict[tuple[object, str], int] = {}
    for line in lines:
        if not line.serial:
            continue
        known = seen.setdefault((line.booked_on, line.serial), line.row)
        if known != line.row:
            raise StatementRefused(f"第 {known} 行和第 {line.row} 行是同一天的同一流水号“{line.serial}”。")
