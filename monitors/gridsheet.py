"""A township's sheet of grid staff as facts: which column is what, what a row says, what is wrong with it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import xlsxwriter

from casework.errors import Unlawful
from institutions.search import normalise
from institutions.sheets.cleaning import half_width, is_blank, is_total, pick, read_date
from institutions.sheets.reading import Grid, text_of
from monitors.models import DutyPost, GridKind

HEAD_ROWS = 12
ROWS_MAX = 5000
COLUMNS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("code", "网格编码", ("网格编码", "网格编号", "编码", "网格代码")),
    ("kind", "级别", ("级别", "网格级别", "层级", "类型")),
    ("unit", "网格名称", ("网格名称", "网格", "所在网格", "名称", "社区网格")),
    ("parent", "上级编码", ("上级编码", "上级", "上级网格", "所属社区", "所属上级")),
    ("town", "乡镇（街道）", ("乡镇（街道）", "乡镇街道", "镇街", "乡镇", "街道", "所属街道")),
    ("area", "范围", ("范围", "网格范围", "四至范围", "责任范围")),
    ("name", "姓名", ("姓名", "网格员", "网格员姓名", "责任人", "专员姓名")),
    ("post", "岗位", ("岗位", "身份", "角色")),
    ("title", "职务", ("职务", "单位及职务")),
    ("phone", "联系电话", ("联系电话", "电话", "手机", "手机号", "手机号码", "联系方式")),
    ("since", "在岗起始日期", ("在岗起始日期", "起始日期", "上岗日期", "任职日期", "开始日期")),
    ("until", "在岗截止日期", ("在岗截止日期", "截止日期", "离岗日期", "结束日期")),
)
WORDS = {normalise(word): key for key, _, words in COLUMNS for word in words}
KINDS = (
    (("街道", "乡镇", "镇级"), GridKind.STREET),
    (("社区", "村"), GridKind.COMMUNITY),
    (("民管办", "民办教育"), GridKind.OFFICE),
    (("片区", "学区"), GridKind.ZONE),
    (("学校",), GridKind.SCHOOL),
    (("包干网",), GridKind.NET),
    (("责任片", "责任点"), GridKind.POST),
    (("网格",), GridKind.GRID),
)
POSTS = (
    (("负责人", "网格长", "组长", "站长", "主任"), DutyPost.HEAD),
    (("网格员", "专员", "成员"), DutyPost.WORKER),
)
PHONE = re.compile(r"^[0-9+\-()（） ]{5,20}$")


@dataclass
class Line:
    """One row as facts in JSON form, with what is wrong."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def lines_of(grids: list[Grid]) -> list[Line]:
    """The rows of the sheet whose heading fits best. Raises Unlawful without a heading, with too many rows."""
    grid, row, columns = max((_heading(grid) for grid in grids), key=lambda found: len(found[2]))
    if "name" not in columns or not {"code", "unit"} & columns.keys():
        raise Unlawful("没有找到表头。表格须有“姓名”和“网格编码”（或“网格名称”）两列，可以先下载模板对照。")
    body = grid.rows[row + 1 :]
    if len(body) > ROWS_MAX:
        raise Unlawful(f"一次最多导入 {ROWS_MAX} 行，请分成几个文件。")
    found = []
    for number, cells in enumerate(body, start=row + 2):
        if not any(text_of(cell) for cell in cells) or is_total(cells):
            continue
        found.append(_line(number, {key: _cell(cells, index) for key, index in columns.items()}))
    if not found:
        raise Unlawful("表头下面没有内容。")
    return found


def _heading(grid: Grid) -> tuple[Grid, int, dict[str, int]]:
    best: tuple[int, dict[str, int]] = (0, {})
    for row in range(min(HEAD_ROWS, len(grid.rows))):
        columns: dict[str, int] = {}
        for index in range(len(grid.rows[row])):
            key = WORDS.get(normalise(text_of(grid.header_cell(row, index))))
            if key and key not in columns:
                columns[key] = index
        if len(columns) > len(best[1]):
            best = row, columns
    return grid, *best


def _cell(cells: list[Any], index: int) -> Any:
    return cells[index] if index < len(cells) else ""


def _line(number: int, cells: dict[str, Any]) -> Line:
    line = Line(number)
    for key in ("code", "unit", "parent", "town", "area", "name", "title", "phone"):
        cell = cells.get(key)
        line.values[key] = "" if is_blank(cell) else half_width(text_of(cell)).strip()
    line.values["kind"] = str(pick(KINDS, text_of(cells.get("kind"))) or "")
    line.values["post"] = str(pick(POSTS, text_of(cells.get("post"))) or DutyPost.WORKER)
    for key, label in (("since", "在岗起始日期"), ("until", "在岗截止日期")):
        day = _day(line, cells.get(key), label)
        line.values[key] = day.isoformat() if day else ""
    _check(line)
    return line


def _day(line: Line, cell: Any, label: str) -> date | None:
    if cell is None or is_blank(cell) or text_of(cell) in {"长期", "至今"}:
        return None
    day = read_date(cell)
    if day is None or day == date.max:
        line.problems.append(f"{label}“{text_of(cell)}”不是日期，请写成 2026-09-01。")
        return None
    return day


def _check(line: Line) -> None:
    values = line.values
    if not values["name"]:
        line.problems.append("没有姓名。")
    elif len(values["name"]) > 40:
        line.problems.append("姓名过长，请检查列是否对应正确。")
    if not values["code"] and not values["unit"]:
        line.problems.append("没有网格编码，也没有网格名称。")
    for key, label, most in (
        ("code", "网格编码", 30),
        ("unit", "网格名称", 80),
        ("title", "职务", 60),
        ("area", "范围", 300),
    ):
        if len(values[key]) > most:
            line.problems.append(f"{label}超过 {most} 字。")
    if values["phone"] and not PHONE.fullmatch(values["phone"]):
        line.problems.append(f"联系电话“{values['phone']}”不像电话号码。")
    if values["since"] and values["until"] and values["until"] < values["since"]:
        line.problems.append("在岗截止日期早于起始日期。")


def blank_sheet() -> bytes:
    """A workbook with one head row; every cell is text."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("网格人员")
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
        text = book.add_format({"num_format": "@"})
        for index, (_, label, _) in enumerate(COLUMNS):
            sheet.set_column(index, index, 18, text)
            sheet.write_string(0, index, label, head)
        sheet.freeze_panes(1, 0)
    return target.getvalue()
