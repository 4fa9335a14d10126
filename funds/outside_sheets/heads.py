"""Headings of sheets from outside, as data; where a file uses other words, people choose the column."""

from __future__ import annotations

from casework.errors import Unlawful
from institutions.sheets.reading import Grid, text_of

HEAD_ROWS = 10
PLACE = {
    "place": ("机构名称", "企业名称", "单位名称", "被告", "当事人", "被执行人", "纳税人名称", "户名"),
    "uscc": ("统一社会信用代码", "信用代码", "社会信用代码", "纳税人识别号"),
}
HEADS: dict[str, dict[str, tuple[str, ...]]] = {
    "SIGNALS": {
        **PLACE,
        "kind": ("信号", "类型", "风险类型", "异常类型", "案由", "事项"),
        "source": ("来源", "来源部门", "提供部门", "报送单位"),
        "reference": ("来源编号", "案号", "文号", "决定书文号", "编号", "流水号"),
        "happened_on": ("发生日期", "立案日期", "列入日期", "认定日期", "日期", "时间"),
        "summary": ("情况", "摘要", "列入原因", "事实", "说明", "内容"),
    },
    "ORDERS": {
        "order_no": ("订单号", "订单编号", "平台订单号", "缴费单号"),
        **PLACE,
        "fen": ("支付金额", "订单金额", "实付金额", "金额"),
        "lessons": ("课时", "课时数", "购买课时", "总课时"),
        "day": ("支付日期", "支付时间", "下单时间", "日期"),
    },
    "LESSONS": {
        "order_no": ("订单号", "订单编号", "平台订单号", "缴费单号"),
        **PLACE,
        "lessons": ("消课课时", "核销课时", "课时", "课时数"),
        "fen": ("消课金额", "核销金额", "金额"),
        "day": ("消课日期", "上课日期", "核销时间", "日期"),
    },
    "REFUNDS": {
        "order_no": ("订单号", "订单编号", "平台订单号", "缴费单号"),
        **PLACE,
        "fen": ("退费金额", "退款金额", "实退金额", "金额"),
        "day": ("退费日期", "退款时间", "退款日期", "日期"),
    },
}
LABELS = {
    "place": "机构名称", "uscc": "统一社会信用代码", "kind": "信号", "source": "来源", "reference": "来源编号",
    "happened_on": "发生日期", "summary": "情况", "order_no": "订单号", "fen": "金额", "lessons": "课时",
    "day": "日期",
}  # fmt: skip
NEEDS: dict[str, tuple[str, ...]] = {
    "SIGNALS": ("reference", "happened_on"),
    "ORDERS": ("order_no", "fen"),
    "LESSONS": ("order_no", "lessons"),
    "REFUNDS": ("order_no", "fen"),
}


def fields_of(kind: str) -> list[tuple[str, str]]:
    """What a column may hold, with its label."""
    return [(name, LABELS[name]) for name in HEADS[kind]]


def plain(cell: object) -> str:
    """A heading without unit, star or blanks."""
    return text_of(cell).replace("（元）", "").replace("(元)", "").replace("*", "").strip()


def heading_of(grids: list[Grid], kind: str) -> tuple[Grid, int]:
    """The sheet and row (0-based) that looks most like a heading of that kind. Raises Unlawful when none does."""
    words = {word for options in HEADS[kind].values() for word in options}
    best: tuple[int, Grid, int] | None = None
    for grid in grids:
        for index, cells in enumerate(grid.rows[:HEAD_ROWS]):
            hits = sum(plain(cell) in words for cell in cells)
            if best is None or hits > best[0]:
                best = (hits, grid, index)
    if best is None or not best[0]:
        known = "、".join(options[0] for options in HEADS[kind].values())
        raise Unlawful(f"没有找到表头。前 {HEAD_ROWS} 行里须有列名，例如：{known}。")
    return best[1], best[2]


def labels_of(grid: Grid, row: int) -> list[str]:
    """The words of the heading."""
    return [plain(cell) for cell in grid.rows[row]]


def match_columns(labels: list[str], kind: str) -> dict[str, int]:
    """Which column holds what, by the first word of each field that the heading has."""
    found: dict[str, int] = {}
    for name, options in HEADS[kind].items():
        hit = next((word for word in options if word in labels), None)
        if hit is not None and labels.index(hit) not in found.values():
            found[name] = labels.index(hit)
    return found
