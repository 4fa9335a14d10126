"""Rows of a sheet from outside: cells by field, the institution found, each refusal with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.models import Bureau
from casework.errors import Unlawful
from casework.money import fen
from funds.models import OutsideSheet
from funds.models.ledger import LINE_MAX_FEN
from funds.outside_sheets.heads import LABELS, NEEDS, heading_of
from institutions.models import Institution
from institutions.search import normalise
from institutions.sheets.cleaning import TOTALS, read_date, read_number
from institutions.sheets.reading import read_grids, text_of

ROWS_MAX = 20_000
LESSONS_TOLD_MAX = 100_000
KINDS = {"NEW": "新增", "SAME": "已登记，无变化", "REJECTED": "不予导入"}


@dataclass
class OutsideRow:
    """One row with what would happen to it: NEW, SAME (harmless repeat) or REJECTED with reasons."""

    number: int
    kind: str = "NEW"
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def refuse(self, reason: str) -> None:
        """It does not go in."""
        self.kind = "REJECTED"
        self.reasons.append(reason)


class Places:
    """The county's institutions by code and by name."""

    def __init__(self, bureau: Bureau) -> None:
        self.by_code: dict[str, Institution] = {}
        self.by_name: dict[str, list[Institution]] = {}
        for row in Institution.objects.filter(bureau=bureau).select_related("region", "bureau__region"):
            if row.uscc:
                self.by_code[row.uscc] = row
            self.by_name.setdefault(row.name_norm, []).append(row)

    def find(self, code: str, name: str) -> Institution | str:
        """The institution, or why it is not known."""
        if code and (found := self.by_code.get(code.upper())):
            return found
        if not name:
            return (
                "没有机构名称或统一社会信用代码。" if not code else f"机构库里没有统一社会信用代码 {code}。"
            )
        rows = self.by_name.get(normalise(name), [])
        if len(rows) == 1:
            return rows[0]
        if rows:
            return f"机构库里有 {len(rows)} 家“{name}”，请补上统一社会信用代码。"
        return f"机构库里没有“{name}”。"


def read_rows(data: bytes, sheet: OutsideSheet) -> list[OutsideRow]:
    """Every row below the heading with its cells read. Raises Unlawful when a needed column is not named."""
    columns: dict[str, int] = sheet.columns
    if missing := [LABELS[name] for name in NEEDS[sheet.kind] if name not in columns]:
        raise Unlawful(f"请指定哪一列是：{'、'.join(missing)}。")
    if not {"place", "uscc"} & columns.keys() and sheet.kind == "SIGNALS":
        raise Unlawful("请指定哪一列是机构名称或统一社会信用代码。")
    grid, head = heading_of(read_grids(data, sheet.format), sheet.kind)
    rows = [
        (index + 1, cells)
        for index, cells in enumerate(grid.rows)
        if index > head and any(map(text_of, cells)) and not TOTALS.match(_first(cells))
    ]
    if len(rows) > ROWS_MAX:
        raise Unlawful(f"一次最多导入 {ROWS_MAX:,} 行，请分成几个文件。")
    return [_row(number, cells, columns) for number, cells in rows]


def _first(cells: list[Any]) -> str:
    return next((text for cell in cells if (text := text_of(cell))), "")


def _row(number: int, cells: list[Any], columns: dict[str, int]) -> OutsideRow:
    row = OutsideRow(number)
    for name, place in columns.items():
        cell = cells[place] if place < len(cells) else ""
        row.values[name] = cell if name in {"happened_on", "day"} else text_of(cell).strip()
    return row


def day_of(row: OutsideRow, name: str, *, is_needed: bool) -> date | None:
    """A day of the row, not in the future; a refusal when it is none."""
    cell = row.values.get(name)
    text = text_of(cell).strip()
    found = read_date(cell) if text else None
    if found is None and (text or is_needed):
        row.refuse(f"{LABELS[name]}“{text}”不是日期，请写成 2026-09-01 的样子。")
    if found is not None and found > timezone.localdate():
        row.refuse(f"{LABELS[name]} {found:%Y-%m-%d} 在今天之后。")
    return found


def fen_of(row: OutsideRow, *, is_needed: bool) -> int | None:
    """An amount of the row in fen."""
    text = row.values.get("fen", "")
    if not text:
        if is_needed:
            row.refuse("没有填写金额。")
        return None
    try:
        amount = fen(text)
    except ValueError as error:
        row.refuse(f"{error}。")
        return None
    if amount > LINE_MAX_FEN:
        row.refuse(f"金额“{text}”过大，请核对。")
        return None
    return amount


def lessons_of(row: OutsideRow, *, is_needed: bool) -> int | None:
    """A whole number of lessons."""
    text = row.values.get("lessons", "")
    if not text and not is_needed:
        return None
    number = read_number(text) if text else None
    if number is None or number != int(number) or not 0 <= number <= LESSONS_TOLD_MAX:
        row.refuse(f"课时“{text}”不是合理的整数。")
        return None
    return int(number)
