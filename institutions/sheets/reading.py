"""Sheets as plain rows of cells."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from casework.errors import Unlawful

ROWS_MAX = 200_000
COLUMNS_MAX = 120
BLANK_RUN_MAX = 2_000
Cell = str | int | float | bool | date | datetime | None


@dataclass
class Grid:
    """The rows of one sheet with vertically merged cells filled; row numbers are those of the sheet."""

    sheet: str
    rows: list[list[Any]]
    header_fill: dict[tuple[int, int], Any] = field(default_factory=dict)

    def header_cell(self, row: int, column: int) -> Any:
        """A cell of a heading, merged cells filled to the right too."""
        filled = self.header_fill.get((row, column))
        if filled is not None:
            return filled
        cells = self.rows[row] if row < len(self.rows) else []
        return cells[column] if column < len(cells) else ""


def read_grids(data: bytes, kind: str) -> list[Grid]:
    """Every visible sheet that has rows; raises Unlawful when the file cannot be read."""
    if kind == "csv":
        return [Grid("CSV", _csv_rows(data))]
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [meta.name for meta in book.sheets_metadata if meta.visible == SheetVisibleEnum.Visible]
        grids = [_grid(book, name) for name in names]
    except (CalamineError, ValueError, KeyError, IndexError) as error:
        raise Unlawful("文件已损坏，打不开。请用 Excel 或 WPS 另存后再传。") from error
    found = [grid for grid in grids if grid.rows]
    if not found:
        raise Unlawful("表格里没有内容，请检查是否选错了文件。")
    return found


def _csv_rows(data: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Unlawful("CSV 文件的编码不能识别。请另存为 .xlsx 或 UTF-8 编码的 CSV。")
    try:
        rows = list(itertools.islice(csv.reader(io.StringIO(text)), ROWS_MAX + 1))
    except csv.Error as error:
        raise Unlawful("CSV 文件格式有误，打不开。请另存为 .xlsx 后再传。") from error
    return _limited(iter(rows))


def _grid(book: Any, name: str) -> Grid:
    sheet = book.get_sheet_by_name(name)
    rows = _limited(sheet.iter_rows())
    if rows and sheet.start and sheet.start[0] > 0:
        first = next((i for i, row in enumerate(rows) if any(_has(cell) for cell in row)), 0)
        rows = [[] for _ in range(sheet.start[0] - first)] + rows
    grid = Grid(name, rows)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        _fill(grid, top, left, bottom, right)
    return grid


def _fill(grid: Grid, top: int, left: int, bottom: int, right: int) -> None:
    if top >= len(grid.rows) or left >= len(grid.rows[top]):
        return
    value = grid.rows[top][left]
    if not _has(value):
        return
    for row in range(top, min(bottom, top + 3) + 1):
        for column in range(left, min(right, left + COLUMNS_MAX) + 1):
            grid.header_fill[(row, column)] = value
    if left == right:
        for row in range(top + 1, min(bottom, len(grid.rows) - 1) + 1):
            if left < len(grid.rows[row]):
                grid.rows[row][left] = value


def _has(cell: Any) -> bool:
    return cell is not None and cell != ""


def _limited(source: Iterator[list[Any]]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    blank = 0
    for row in source:
        cells = row[:COLUMNS_MAX]
        blank = 0 if any(_has(cell) for cell in cells) else blank + 1
        if blank > BLANK_RUN_MAX:
            break
        rows.append(cells)
        if len(rows) - blank > ROWS_MAX:
            raise Unlawful(f"表格超过 {ROWS_MAX:,} 行，请分成几个文件后再传。")
    return rows[: len(rows) - blank] if blank else rows


def text_of(cell: Any) -> str:
    """A cell as text: whole numbers without `.0`, dates as 2021-01-05, no surrounding or inner line breaks."""
    if cell is None or cell == "":
        return ""
    if type(cell) is str and cell.isalnum():
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) and abs(cell) < 1e18 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(str(cell).replace("\x00", "").split())
