"""A sheet of invoices as the tax system exports it: found by its headings, every row an invoice or a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from casework.errors import Unlawful
from funds.models import LINE_MAX_FEN
from institutions.sheets.headed import headed_rows

HEADS: dict[str, tuple[str, ...]] = {
    "number": ("发票号码", "数电发票号码", "发票号"),
    "fen": ("价税合计", "金额", "开票金额", "价税合计（元）"),
    "buyer": ("购买方名称", "购方名称", "购买方", "购课人"),
    "seller": ("销售方名称", "销方名称", "销售方", "机构名称"),
    "issued_on": ("开票日期",),
    "contract_no": ("合同编号", "备注"),
}
OPTIONAL = {"contract_no"}
ROWS_MAX = 20_000
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True)
class SheetInvoice:
    """One row."""

    row: int
    number: str
    fen: int
    buyer: str
    seller: str
    issued_on: date
    contract_no: str


def read_invoices(data: bytes, name: str) -> list[SheetInvoice]:
    """Rows of the first sheet. Raises Unlawful naming row and column."""
    found, seen = [], dict[str, int]()
    for at, cells in headed_rows(data, name, HEADS, set(HEADS) - OPTIONAL):
        item = _row(at, cells)
        if (first := seen.setdefault(item.number, at)) != at:
            raise Unlawful(f"第 {first} 行和第 {at} 行的发票号码相同：{item.number}。")
        found.append(item)
    if not found:
        raise Unlawful("表头下面没有发票。")
    if len(found) > ROWS_MAX:
        raise Unlawful(f"一次最多导入 {ROWS_MAX:,} 张，请按月分开导入。")
    return found


def _row(at: int, cells: dict[str, Any]) -> SheetInvoice:
    if not cells["number"].isalnum() or len(cells["number"]) > 30:
        raise Unlawful(f"第 {at} 行的发票号码“{cells['number'][:20]}”写法不对。")
    if not cells["buyer"]:
        raise Unlawful(f"第 {at} 行没有购买方名称。")
    return SheetInvoice(
        at,
        cells["number"],
        _fen(at, cells["fen"]),
        cells["buyer"][:60],
        cells["seller"],
        _day(at, cells["issued_on"]),
        cells["contract_no"][:40],
    )


def _fen(at: int, text: str) -> int:
    try:
        cents = Decimal(text.replace(",", "").lstrip("¥￥")) * 100
        if cents != cents.to_integral_value() or not 0 < abs(cents) <= LINE_MAX_FEN:
            raise InvalidOperation
    except InvalidOperation as error:
        raise Unlawful(f"第 {at} 行的金额“{text[:20]}”写法不对，须精确到分且不为零。") from error
    return int(cents)


def _day(at: int, text: str) -> date:
    for pattern in DATES:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise Unlawful(f"第 {at} 行的开票日期“{text[:20]}”读不出，请写作 2026-11-20。")
