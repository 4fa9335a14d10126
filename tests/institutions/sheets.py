"""Sheets as counties really keep them, for tests."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

from tests.institutions.factories import make_uscc

CODES = [make_uscc(9000 + n) for n in range(20)]


def bytes_of(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def plain_sheet(rows: list[list[Any]], heads: list[str] | None = None) -> bytes:
    """One heading row and rows below."""
    book = openpyxl.Workbook()
    book.active.append(heads or ["机构名称", "乡镇", "统一社会信用代码", "办学许可证号", "联系电话", "地址"])
    for row in rows:
        book.active.append(row)
    return bytes_of(book)


def messy_sheet() -> bytes:
    """A title, two heading rows with merged cells, merged townships, every spelling of dates and numbers,
    a repeated heading, repeated rows, subtotals, a second sheet with notes."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "机构花名册"
    sheet.append(["巫山县校外培训机构基本情况统计表（2026年）"])
    sheet.merge_cells("A1:M1")
    sheet.append(["填报单位：县教委", None, None, None, None, None, None, "填报时间：2026.11"])
    sheet.append(
        [
            "序号",
            "所在 乡镇",
            "机构名称",
            "证照信息",
            None,
            "许可证有效期",
            None,
            "负责人",
            None,
            "办学地址",
            "类别",
            "机构性质",
            "面积（㎡）",
        ]
    )
    sheet.append(
        [None, None, None, "信用代码", "许可证编号", "起", "止", "姓名", "联系电话", None, None, None, None]
    )
    for span in ("A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:G3", "H3:I3", "J3:J4", "K3:K4", "L3:L4", "M3:M4"):
        sheet.merge_cells(span)
    rows: list[list[Any]] = [
        [
            1,
            "高唐街道",
            "巫山县 青柚子艺术培训中心",
            CODES[0],
            "教民150023770000001号",
            "2021-1-5",
            46000,
            "张三",
            13800138000.0,
            "广东中路１２号",
            "文化艺术类",
            "营利性",
            "约２００㎡",
        ],
        [
            2,
            None,
            "巫山县跃动篮球俱乐部（高唐店）",
            f"{CODES[1][:6]} {CODES[1][6:]}",
            "教民 150023770000002 号",
            datetime(2024, 3, 1),
            "2027年2月28日",
            "李四",
            "139 0013 9000",
            "广东中路13号",
            "体育",
            "企业",
            350.5,
        ],
        [3, None, "小太阳托管辅导", "无", "—", None, None, "王五", None, "集仙东路2号", "学科类", "—", ""],
        [None, "小计", None, "3家"],
        [
            4,
            "龙门",
            "巫山县星野编程培训有限公司",
            CODES[2],
            "教民150023770000003号",
            "20240601",
            "2027.05.31",
            "赵六",
            "０２３-５７６８０００１",
            "龙门街道滨江路8号",
            "科技类",
            "非营利",
            "120平方米",
        ],
        [
            5,
            None,
            "巫山县星野编程培训有限公司",
            CODES[2],
            "教民150023770000003号",
            "20240601",
            "2027.05.31",
            "赵六",
            "０２３-５７６８０００１",
            "龙门街道滨江路8号",
            "科技类",
            "非营利",
            "120平方米",
        ],
        [None, None, "机构名称", "信用代码"],
        [
            6,
            "龙门街道",
            "错码培训中心",
            CODES[3][:17] + ("0" if CODES[3][17] != "0" else "1"),
            None,
            None,
            None,
            "钱七",
            None,
            "滨江路9号",
            "艺术",
            None,
            None,
        ],
        [
            7,
            "外县某镇",
            "外地培训中心",
            CODES[4],
            None,
            None,
            None,
            None,
            None,
            "某路1号",
            "艺术",
            None,
            None,
        ],
        [
            8,
            "龙门街道",
            "数字代码培训中心",
            915002370000000000,
            None,
            None,
            None,
            None,
            None,
            "滨江路10号",
            "艺术",
            None,
            None,
        ],
        [
            9,
            "龙门街道",
            "日期写错培训中心",
            CODES[5],
            None,
            "去年三月",
            None,
            None,
            None,
            "滨江路11号",
            "艺术",
            None,
            None,
        ],
        ["合计", None, "9家"],
        ["填表人：张某", None, None, None, None, None, None, "审核人：李某"],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("B5:B7")
    sheet.merge_cells("B9:B10")
    book.create_sheet("说明").append(["本表由各乡镇填报"])
    hidden = book.create_sheet("旧表")
    hidden.append(["机构名称", "乡镇", "地址", "电话", "信用代码", "许可证号"])
    hidden.sheet_state = "hidden"
    return bytes_of(book)


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """A workbook with one more part inside."""
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def lying_zip(data: bytes) -> bytes:
    """A workbook whose first part says that it is smaller than it is."""
    changed = bytearray(data)
    central = changed.find(b"PK\x01\x02")
    changed[central + 24 : central + 28] = (10).to_bytes(4, "little")
    return bytes(changed)
