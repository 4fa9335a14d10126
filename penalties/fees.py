"""Reading a fee table that was pasted or uploaded: one pupil a line."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import InvalidOperation
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from casework.errors import Unlawful
from casework.money import fen

HEAD = ("学生", "收费", "购买课时", "已上课时", "退费", "退费日期", "备注")
ROWS_MAX = 5000


@dataclass(frozen=True)
class FeeLine:
    """One line as read; amounts in fen."""

    pupil: str
    charged: int
    lessons_total: int
    lessons_used: int
    refunded: int
    refunded_on: date | None
    note: str


def read_text(text: str) -> list[FeeLine]:
    """Lines separated by tabs or commas, a head line is skipped. Raises Unlawful naming the line."""
    rows = []
    for line in text.replace("，", ",").splitlines():
        if line.strip():
            rows.append([cell.strip() for cell in (line.split("\t") if "\t" in line else line.split(","))])
    return _lines(rows)


def read_sheet(data: bytes) -> list[FeeLine]:
    """The first sheet of an XLSX file. Raises Unlawful when it is not one."""
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    except CalamineError as error:
        raise Unlawful("文件不是可以读取的 Excel 表格，请另存为 .xlsx 后再上传。") from error
    return _lines([list(row) for row in sheet.to_python()])


def _lines(rows: list[list[Any]]) -> list[FeeLine]:
    found, problems = [], []
    for number, row in enumerate(rows[: ROWS_MAX + 2], 1):
        cells = [*row, *[""] * (len(HEAD) - len(row))]
        if str(cells[0]).strip() in {"", "学生", "学生姓名", "姓名", "合计"}:
            continue
        try:
            found.append(_line(cells))
        except (ValueError, InvalidOperation) as error:
            problems.append(f"第 {number} 行：{error or '金额写法不对'}")
    if problems:
        raise Unlawful("；".join(problems[:5]) + "。请改正后再导入。")
    if not found:
        raise Unlawful(f"没有读到明细。每行依次为：{'、'.join(HEAD)}。")
    if len(found) > ROWS_MAX:
        raise Unlawful(f"一次最多导入 {ROWS_MAX} 行。")
    return found


def _line(cells: list[Any]) -> FeeLine:
    charged, refunded = fen(cells[1]), fen(cells[4])
    total, used = _whole(cells[2], "购买课时"), _whole(cells[3], "已上课时")
    refunded_on = _day(cells[5])
    if refunded > charged:
        raise ValueError("退费多于收费")
    if used > total:
        raise ValueError("已上课时多于购买课时")
    if refunded and refunded_on is None:
        raise ValueError("有退费但没有退费日期")
    return FeeLine(
        str(cells[0]).strip()[:40], charged, total, used, refunded, refunded_on, str(cells[6]).strip()[:120]
    )


def _whole(value: Any, label: str) -> int:
    text = str(value).strip()
    if not text:
        return 0
    number = float(text)
    if number < 0 or number != int(number):
        raise ValueError(f"{label}须为整数")
    return int(number)


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip().replace("/", "-").replace(".", "-")
    if not text:
        return None
    parts = text.split("-")
    if len(parts) != 3:
        raise ValueError(f"日期“{value}”写法不对，例如 2026-01-15")
    return date(*(int(part) for part in parts))


def mask(name: str) -> str:
    """The surname with stars: 张＊＊."""
    text = name.strip()
    return f"{text[:1]}＊＊" if text else "学生"
