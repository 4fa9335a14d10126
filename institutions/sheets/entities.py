"""A sheet of market entities: found by its headings, every row an entity or a refusal that names it."""

from __future__ import annotations

from dataclasses import dataclass

from casework.errors import Unlawful
from institutions.codes import clean_code, uscc_problem
from institutions.sheets.headed import headed_rows

HEADS: dict[str, tuple[str, ...]] = {
    "name": ("主体名称", "企业名称", "名称", "市场主体名称"),
    "uscc": ("统一社会信用代码", "信用代码", "社会信用代码"),
    "town": ("乡镇（街道）", "乡镇街道", "乡镇", "所属乡镇", "街道"),
    "address": ("住所", "经营场所", "地址", "住所（经营场所）"),
    "business_scope": ("经营范围", "涉及培训的经营范围"),
}
NEEDED = {"name", "uscc", "town"}
ROWS_MAX, NAME_MAX = 5_000, 100


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
    found, seen = [], dict[str, int]()
    for at, cells in headed_rows(data, name, HEADS, NEEDED):
        item = _row(at, cells)
        if (first := seen.setdefault(item.uscc, at)) != at:
            raise Unlawful(f"第 {first} 行和第 {at} 行的统一社会信用代码相同：{item.uscc}。")
        found.append(item)
    if not found:
        raise Unlawful("表头下面没有市场主体。")
    if len(found) > ROWS_MAX:
        raise Unlawful(f"一次最多导入 {ROWS_MAX:,} 家，请分开导入。")
    return found


def _row(at: int, cells: dict[str, str]) -> SheetEntity:
    code = clean_code(cells["uscc"])
    if problem := (uscc_problem(code) if code else "没有统一社会信用代码。"):
        raise Unlawful(f"第 {at} 行：{problem}")
    if not 0 < len(cells["name"]) <= NAME_MAX:
        raise Unlawful(f"第 {at} 行的主体名称须有 1 至 {NAME_MAX} 个字。")
    return SheetEntity(
        at, cells["name"], code, cells["town"], cells["address"][:200], cells["business_scope"][:300]
    )
