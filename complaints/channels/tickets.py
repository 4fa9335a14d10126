"""A sheet of the 12345 hotline as rows of a report; hotlines differ, so columns are matched by their heads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from casework.errors import Unlawful
from complaints.models import ClueKind
from institutions.sheets.cleaning import half_width, is_blank, read_date
from institutions.sheets.reading import Grid, text_of

HEAD_ROWS = 15
TARGETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "external_no": ("工单编号", ("工单编号", "工单号", "编号", "诉求编号", "受理编号", "单号")),
    "text": ("诉求内容", ("诉求内容", "反映内容", "主要内容", "问题描述", "工单内容", "内容")),
    "title": ("标题", ("标题", "诉求标题", "工单标题", "主题")),
    "place_text": ("事发地址", ("事发地址", "事发地点", "诉求地址", "问题地址", "发生地址", "地址")),
    "subject_name": ("被反映对象", ("被反映对象", "被投诉单位", "涉及单位", "被诉对象", "机构名称")),
    "caller": ("来电人", ("来电人", "诉求人", "反映人", "联系人", "姓名", "来电人姓名")),
    "phone": ("联系电话", ("联系电话", "来电号码", "联系方式", "电话", "手机号")),
    "received_on": ("受理时间", ("受理时间", "来电时间", "登记时间", "诉求时间", "派单时间", "创建时间")),
    "due_on": ("办结期限", ("办结期限", "截止时间", "办理期限", "办结时限", "到期时间", "要求办结时间")),
    "kind": ("诉求类型", ("诉求类型", "问题类型", "事项分类", "诉求分类", "类别", "类型")),
}
NEEDED = ("external_no", "text")
KIND_WORDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("退费", "退款", "退钱"), ClueKind.REFUND),
    (("建议", "咨询"), ClueKind.ADVICE),
    (("无证", "黑班", "没有证", "无资质", "证照"), ClueKind.UNLICENSED),
    (("在职教师", "在编教师", "老师在家", "有偿补课"), ClueKind.STAFF),
    (("周末", "寒假", "暑假", "节假日"), ClueKind.HOLIDAY),
    (("消防", "安全", "疏散"), ClueKind.SAFETY),
    (("广告", "传单", "招生"), ClueKind.AD),
    (("收费", "预收", "乱收"), ClueKind.OVERCHARGE),
    (("托管", "家教", "一对一", "住家"), ClueKind.DISGUISED),
)  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """The row of heads and which column holds which fact (`target` empty: not used)."""

    row: int
    columns: tuple[tuple[int, str, str], ...]


@dataclass
class TicketRow:
    """One ticket; `problems` say why it cannot be registered."""

    number: int
    external_no: str = ""
    text: str = ""
    place_text: str = ""
    subject_name: str = ""
    caller: str = ""
    phone: str = ""
    received_on: date | None = None
    due_on: date | None = None
    kind: str = ClueKind.OTHER
    problems: list[str] = field(default_factory=list)


def find_heading(grid: Grid) -> Heading:
    """The row among the first fifteen that names most facts. Raises Unlawful when none names the needed ones."""
    best = max(
        (_heading_at(grid, row) for row in range(min(HEAD_ROWS, len(grid.rows)))), key=_score, default=None
    )
    if best is None or not {target for _, _, target in best.columns}.issuperset(NEEDED):
        raise Unlawful("没有找到表头。请确认前 15 行内有一行写明“工单编号”和“诉求内容”。")
    return best


def _score(heading: Heading) -> int:
    return sum(1 for _, _, target in heading.columns if target)


def _heading_at(grid: Grid, row: int) -> Heading:
    columns, used = [], set()
    for index, cell in enumerate(grid.rows[row]):
        label = half_width(text_of(cell)).replace(" ", "").rstrip("*：:")
        target = _target(label)
        if target in used:
            target = ""
        used.add(target)
        if label:
            columns.append((index, label[:40], target))
    return Heading(row, tuple(columns))


def _target(label: str) -> str:
    exact = (key for key, (_, words) in TARGETS.items() if label in words)
    near = (
        key for key, (_, words) in TARGETS.items() if any(word in label for word in words if len(word) > 2)
    )
    return next(exact, "") or next(near, "")


def read_rows(grid: Grid, heading: Heading) -> list[TicketRow]:
    """Every row below the heading that says anything."""
    where = {target: index for index, _, target in heading.columns if target}
    rows = []
    for offset, cells in enumerate(grid.rows[heading.row + 1 :], start=heading.row + 2):
        if all(is_blank(cell) for cell in cells):
            continue
        given = {target: cells[index] if index < len(cells) else "" for target, index in where.items()}
        rows.append(_row(offset, given))
    _mark_repeats(rows)
    return rows


def _row(number: int, given: dict[str, Any]) -> TicketRow:
    words = {key: half_width(text_of(given.get(key, ""))).strip() for key in TARGETS}
    text = "\n".join(part for part in (words["title"], text_of(given.get("text", "")).strip()) if part)
    row = TicketRow(
        number=number,
        external_no=words["external_no"].replace(" ", "")[:80],
        text=text[:4000],
        place_text=words["place_text"][:200],
        subject_name=words["subject_name"][:100],
        caller=words["caller"][:40],
        phone=words["phone"].replace(" ", "")[:40],
        kind=kind_of(f"{words['kind']} {text}"),
    )
    row.received_on = _day(row, given.get("received_on"), "受理时间")
    row.due_on = _day(row, given.get("due_on"), "办结期限")
    if not row.external_no:
        row.problems.append("没有工单编号")
    if not row.text:
        row.problems.append("没有诉求内容")
    return row


def _day(row: TicketRow, cell: Any, label: str) -> date | None:
    if cell is None or is_blank(cell):
        return None
    found = cell.date() if isinstance(cell, datetime) else read_date(cell)
    if found is None:
        row.problems.append(f"{label}不是日期")
    return found


def _mark_repeats(rows: list[TicketRow]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row.external_no, row.number)
        if row.external_no and first != row.number:
            row.problems.append(f"与第 {first} 行的工单编号相同")


def kind_of(text: str) -> str:
    """The matter that the words name; the handler may change it."""
    return next((kind for words, kind in KIND_WORDS if any(word in text for word in words)), ClueKind.OTHER)
