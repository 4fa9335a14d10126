"""Whether a received statement is whole, alone and between its neighbours of the same account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.files.storage import storages

from casework.crypto import blind_index
from funds import statements
from funds.models import EscrowAccount, FileState, StatementBundle, StatementFile
from funds.services.profiles import layout_of
from funds.statements import Line, StatementRefused, Sums

ACCEPTED = (FileState.POSTING, FileState.DONE)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Checked:
    """A whole statement: its lines oldest first, its days, its balances in fen."""

    lines: list[Line]
    sums: Sums
    covers_from: date
    covers_to: date
    opening_fen: int
    closing_fen: int
    is_first: bool


def checked(
    row: StatementFile, account: EscrowAccount, today: date, own: list[Line] | None = None
) -> Checked:
    """Read and check a file, or the account's `own` lines of a file of many accounts.

    Raises StatementRefused with the sentence that goes on the file.
    """
    told = row.told
    begins, ends = (_day(told.get(name)) for name in ("covers_from", "covers_to"))
    lines = own if own is not None else [] if row.is_quiet else _read(row, account)
    first, last = _span(lines, begins, ends)
    before = _before(account, first)
    covers_from = begins or (before.covers_to + ONE_DAY if before and before.covers_to else first)
    covers_to = ends or last
    _days_fit(account, covers_from, covers_to, first, last, today)
    opening = _opening(before, told.get("opening_fen"))
    sums = (
        statements.verify(lines, opening=opening, closing=told.get("closing_fen"), count=told.get("count"))
        if lines
        else Sums(0, 0, 0, opening, opening)
    )
    start = sums.opening if sums.opening is not None else opening
    if start is None:
        raise StatementRefused(
            "文件不带逐笔余额，又是这个账户的第一份对账单。请在上传时填写银行告知的期初余额。"
        )
    if start < 0:
        raise StatementRefused("期初余额为负。监管账户不能透支，请向银行核实。")
    if sums.closing is None and told.get("closing_fen") is None:
        raise StatementRefused(
            "文件的最后一笔不带余额，看不出流水是否完整。请填写银行告知的期末余额，或让银行导出带逐笔余额的流水。"
        )
    closing = start + sums.came - sums.went
    _quiet_agrees(row, closing)
    _meets_next(account, covers_to, closing)
    is_first = not account.statements.filter(state__in=ACCEPTED).exists()
    return Checked(
        statements.in_time(lines) if lines else [], sums, covers_from, covers_to, start, closing, is_first
    )


def stored_lines(row: StatementFile | StatementBundle) -> list[Line]:
    """The lines of a kept file by its layout. Raises StatementRefused."""
    assert row.profile is not None
    with storages["sealed"].open(row.stored_as) as stored:
        data = stored.read()
    return statements.read(data, layout_of(row.profile))


def _read(row: StatementFile, account: EscrowAccount) -> list[Line]:
    lines = stored_lines(row)
    for line in lines:
        if line.own_account and blind_index(line.own_account) != account.number_digest:
            raise StatementRefused(
                f"第 {line.row} 行的本方账号末四位是 {line.own_account[-4:]}，"
                f"不是所选账户（末四位 {account.number_tail}）。请核对账户，或让银行按账户分开导出。"
            )
    return lines


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _span(lines: list[Line], begins: date | None, ends: date | None) -> tuple[date, date]:
    if lines:
        days = [line.booked_on for line in lines]
        return min(days), max(days)
    if begins is None or ends is None:
        raise StatementRefused("请填写起止日期。")
    return begins, ends


def _before(account: EscrowAccount, day: date) -> StatementFile | None:
    rows = account.statements.filter(state__in=ACCEPTED, covers_to__lt=day)
    return rows.order_by("-covers_to").first()


def _days_fit(
    account: EscrowAccount, covers_from: date, covers_to: date, first: date, last: date, today: date
) -> None:
    if covers_from > covers_to:
        raise StatementRefused("起始日期晚于截止日期，请改正。")
    if first < covers_from or last > covers_to:
        raise StatementRefused(
            f"文件里有 {first:%Y-%m-%d} 至 {last:%Y-%m-%d} 的流水，超出所填的起止日期，请核对。"
        )
    if covers_to >= today:
        raise StatementRefused("文件含有今天的流水，今天的还没有出全。请只导出到昨天为止。")
    known = account.statements.filter(state__in=ACCEPTED)
    twice = (
        known.filter(covers_from__lte=covers_to, covers_to__gte=covers_from).order_by("covers_from").first()
    )
    if twice is not None:
        raise StatementRefused(
            f"{twice.covers_from:%Y-%m-%d} 至 {twice.covers_to:%Y-%m-%d} 已有对账单“{twice.file_name}”，"
            "日期重叠。请只导出还没有上传的日期。"
        )
    oldest = known.order_by("covers_from").first()
    if oldest is not None and oldest.covers_from and covers_to < oldest.covers_from:
        raise StatementRefused(
            f"这个账户的对账从 {oldest.covers_from:%Y-%m-%d} 开始，更早的流水已计入期初余额，不再接收。"
        )


def _opening(before: StatementFile | None, told: int | None) -> int | None:
    if before is None:
        return told
    if told is not None and told != before.closing_fen:
        raise StatementRefused(
            f"所填期初余额 {told / 100:,.2f} 元，与上一份对账单（截至 {before.covers_to:%Y-%m-%d}）的期末余额 "
            f"{(before.closing_fen or 0) / 100:,.2f} 元不符，中间可能少传了一份。"
        )
    return before.closing_fen


def _quiet_agrees(row: StatementFile, closing: int) -> None:
    said = row.told.get("closing_fen")
    if row.is_quiet and said is not None and said != closing:
        raise StatementRefused(
            f"银行余额 {said / 100:,.2f} 元，与上一份对账单的期末余额 {closing / 100:,.2f} 元不符，"
            "这几天不是没有发生额。请上传流水。"
        )


def _meets_next(account: EscrowAccount, covers_to: date, closing: int) -> None:
    rows = account.statements.filter(state__in=ACCEPTED, covers_from__gt=covers_to)
    after = rows.order_by("covers_from").first()
    if after is not None and after.opening_fen != closing:
        raise StatementRefused(
            f"文件的期末余额 {closing / 100:,.2f} 元，与下一份对账单（{after.covers_from:%Y-%m-%d} 起）的期初余额 "
            f"{(after.opening_fen or 0) / 100:,.2f} 元不符。"
        )
