"""A file and a profile give lines. Every row of the table becomes a line or a refusal; none is passed over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import islice

from casework.errors import Unlawful
from funds.statements import camt
from funds.statements.lines import Line, StatementRefused, fen_of
from funds.statements.profiles import Profile
from institutions.sheets.guard import check_sheet
from institutions.sheets.reading import read_grids, text_of

BYTES_MAX = 20 * 1024 * 1024
ROWS_MAX = 200_000
HEAD_WITHIN = 60


def read(data: bytes, profile: Profile) -> list[Line]:
    """The lines of a statement in the order of the file. Raises StatementRefused naming the row."""
    if not data.strip():
        raise StatementRefused("文件是空的，请重新导出。")
    if len(data) > BYTES_MAX:
        raise StatementRefused("文件超过 20 MB，请按天或按月分开导出。")
    if profile.format == "CAMT053":
        return camt.read(data, many=profile.many_accounts)
    rows = list(_xlsx_rows(data) if profile.format == "XLSX" else _csv_rows(data, profile))
    start, columns = _heading(rows, profile)
    lines = list(_lines(rows, start, columns, profile))
    if not lines:
        raise StatementRefused("表头下面没有流水。当天没有发生额的，请上传银行出具的无发生额证明。")
    return lines


def first_rows(data: bytes, profile: Profile, count: int = 20) -> list[list[str]]:
    """The first rows of the table as they stand, before any column is known; none of a message."""
    if profile.format == "CAMT053" or not data.strip() or len(data) > BYTES_MAX:
        return []
    rows = _xlsx_rows(data) if profile.format == "XLSX" else _csv_rows(data, profile)
    return [row for row in islice(rows, HEAD_WITHIN) if any(row)][:count]


def _csv_rows(data: bytes, profile: Profile) -> Iterator[list[str]]:
    if b"\x00" in data[:4096]:
        raise StatementRefused("这不是文本文件。请从银行系统导出 CSV，或改用相应格式的模板。")
    try:
        text = data.decode(profile.encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise StatementRefused(
            f"文件不是 {profile.encoding} 编码（第 {line} 行起读不出）。请核对模板的编码。"
        ) from error
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=profile.delimiter)):
            if number >= ROWS_MAX:
                raise StatementRefused(f"文件超过 {ROWS_MAX:,} 行，请分开导出。")
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise StatementRefused("文件不是 CSV，读不出。请重新导出。") from error


def _xlsx_rows(data: bytes) -> Iterator[list[str]]:
    try:
        kind = check_sheet(io.BytesIO(data), len(data), "statement.xlsx")
        grid = read_grids(data, kind)[0]
    except StatementRefused:
        raise
    except Unlawful as error:
        raise StatementRefused(error.message) from error
    for row in grid.rows:
        yield [text_of(cell) for cell in row]


def _heading(rows: list[list[str]], profile: Profile) -> tuple[int, dict[str, int]]:
    wanted = profile.heads
    for number, row in enumerate(rows[:HEAD_WITHIN]):
        if all(head in row for head in wanted.values()):
            return number, {name: row.index(head) for name, head in wanted.items()}
    missing = [
        head for head in wanted.values() if not any(head in row for row in rows[:HEAD_WITHIN])
    ] or list(wanted.values())
    raise StatementRefused(f"没有找到表头。文件里缺少列：{'、'.join(missing)}。请核对模板的列名。")


def _lines(rows: list[list[str]], start: int, columns: dict[str, int], profile: Profile) -> Iterator[Line]:
    has_ended = False
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        if not any(row):
            continue
        if any(word in row[0] for word in profile.footers):
            has_ended = True
            continue
        if has_ended:
            raise StatementRefused(f"第 {number} 行在合计行之后还有内容，请核对文件。")
        yield _line(number, {name: row[at] if at < len(row) else "" for name, at in columns.items()}, profile)


def _line(number: int, cells: dict[str, str], profile: Profile) -> Line:
    fen = _signed(number, cells, profile)
    if fen == 0:
        raise StatementRefused(f"第 {number} 行金额为零，请核对文件。")
    balance = fen_of(cells["balance"], number, profile.heads["balance"]) if "balance" in cells else None
    if "balance" in cells and balance is None:
        raise StatementRefused(f"第 {number} 行没有余额，请核对文件。")
    texts = {
        name: cells.get(name, "")
        for name in ("serial", "payer", "payer_account", "summary", "reference", "own_account")
    }
    return Line(number, _day(number, cells["date"], profile), fen, balance, **texts)


def _signed(number: int, cells: dict[str, str], profile: Profile) -> int:
    heads = profile.heads
    if "amount" in cells:
        fen = fen_of(cells["amount"], number, heads["amount"])
        if fen is None:
            raise StatementRefused(f"第 {number} 行没有金额，请核对文件。")
        return _marked(number, fen, cells["mark"], profile) if "mark" in cells else fen
    came = fen_of(cells["amount_in"], number, heads["amount_in"])
    went = fen_of(cells["amount_out"], number, heads["amount_out"])
    if bool(came) == bool(went):
        raise StatementRefused(f"第 {number} 行收入和支出须有且只有一个有金额。")
    if (came or 0) < 0 or (went or 0) < 0:
        raise StatementRefused(f"第 {number} 行金额为负。红字冲账的行请单独向银行核实。")
    return (came or 0) - (went or 0)


def _marked(number: int, fen: int, mark: str, profile: Profile) -> int:
    if fen < 0:
        raise StatementRefused(f"第 {number} 行金额为负，又有借贷标志，请核对文件。")
    if mark in profile.marks_in:
        return fen
    if mark in profile.marks_out:
        return -fen
    raise StatementRefused(f"第 {number} 行的借贷标志“{mark[:10]}”不在模板里，不能判断是收入还是支出。")


def _day(number: int, text: str, profile: Profile) -> date:
    found = _parsed(text, profile.dates)
    if found is None:
        raise StatementRefused(f"第 {number} 行的日期“{text[:20]}”读不出，请核对模板的日期写法。")
    return found


@lru_cache(maxsize=1000)
def _parsed(text: str, patterns: tuple[str, ...]) -> date | None:
    """A day by the first pattern that fits; the same few days stand on many rows."""
    for pattern in patterns:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None
