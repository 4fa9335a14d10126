"""A sheet of market entities: found by its headings, every row an entity or a refusal that names it."""

from __future__ import annotations

import io
from dataclasses import dataclass

from casework.errors import Unlawful
from institutions.codes import clean_code, uscc_problem
from institutions.sheets.guard import check_sheet
from institutions.sheets.reading import read_grids, text_of

HEADS: dict[str, tuple[str, ...]] = {
    "name": ("主体名称", "企业名称", "名称", "市场主体名称"),
    "uscc": ("统一社会信用代码", "信用代码", "社会信用代码"),
    "town": ("乡镇（街道）", "乡镇街道", "乡镇", "所属乡镇", "街道"),
    "address": ("住所", "经营场所", "地址", "住所（经营场所）"),
    "business_scope": ("经营范围", "涉及培训的经营范围"),
}
NEEDED = {"name", "uscc", "town"}
WITHIN, ROWS_MAX, NAME_MAX = 20, 5_000, 100


@dataclass(frozen=True)
class SheetEntity:
    """One row."""

    row: int
    name: str
    uscc: str
    town: str
    address: str
    business_scope: str


def read_entities(data: bytes, name: str) -> list[SheetEntity]:
    """Rows of the first sheet. Raises Unlawful naming the row and what to do."""
    kind = check_sheet(io.BytesIO(data), len(data), name)
    rows = [[text_of(cell) for cell in row] for row in read_grids(data, kind)[0].rows]
    start, columns = _heading(rows)
    found, seen = [], dict[str, int]()
    for at, row in enumerate(rows[start + 1 :], start=start + 2):
        cells = {key: row[index].strip() if index < len(row) else "" for key, index in columns.items()}
        if not cells["name"] or cells["name"].startswith(("合计", "总计", "共 ")):
            continue
        item = _row(at, cells)
        if (first := seen.setdefault(item.uscc, at)) != at:
            raise Unlawful(f"第 {first} 行和第 {at} 行的统一社会信用代码相同：{item.uscc}。")
        found.append(item)
    if not found:
        raise Unlawful("表头下面没有市场主体。")
    if len(found) > ROWS_MAX:
        raise Unlawful(f"一次最多导入 {ROWS_MAX:,} 家，请分开导入。")
    return found


def _heading(rows: list[list[str]]) -> tuple[int, dict[str, int]]:
    for at, row in enumerate(rows[:WITHIN]):
        plain = [cell.strip() for cell in row]
        hits = {key: next((word for word in words if word in plain), "") for key, words in HEADS.items()}
        columns = {key: plain.index(word) for key, word in hits.items() if word}
        if set(columns) >= NEEDED:
            return at, {**dict.fromkeys(HEADS, len(plain) + 1), **columns}
    raise Unlawful(
        "没有找到表头。表里须有：主体名称、统一社会信用代码、乡镇（街道）；可以有：住所、经营范围。"
    )


def _row(at: int, cells: dict[str, str]) -> SheetEntity:
    code = clean_code(cells["uscc"])
    if problem := (uscc_problem(code) if code else "没有统一社会信用代码。"):
        raise Unlawful(f"第 {at} 行：{problem}")
    if len(cells["name"]) > NAME_MAX:
        raise Unlawful(f"第 {at} 行的名称超过 {NAME_MAX} 个字。")
    return SheetEntity(
        at, cells["name"], code, cells["town"], cells["address"][:200], cells["business_scope"][:300]
    )
