"""Sheets of contracts and lessons: heads in any order, each row judged with its reason, nothing written here."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import xlsxwriter

from casework.errors import DomainError, Unlawful
from casework.money import fen
from funds.models import AbsenceRule, ChargingMode, Contract, Delivery, Lesson
from institutions.models import Institution
from institutions.sheets.cleaning import read_date, read_number
from institutions.sheets.reading import Grid, read_grids, text_of

HEAD_ROWS = 10
ROWS_MAX = 5000
OPENING_ROWS_MAX = 300  # signed and posted one by one while the person waits
CONTRACT_HEADS: dict[str, tuple[str, ...]] = {
    "number": ("合同编号", "合同号"),
    "student": ("学员姓名", "学生姓名", "学员"),
    "guardian": ("家长姓名", "监护人姓名", "家长"),
    "phone": ("家长手机号", "家长电话", "手机号", "联系电话"),
    "payer": ("付款人姓名", "付款人"),
    "course": ("课程名称", "课程"),
    "subject": ("培训科目", "科目"),
    "class_size": ("班级人数上限", "班级人数"),
    "minutes": ("每课时分钟数", "课时分钟"),
    "lessons": ("收费课时", "课时数", "课时"),
    "bonus_lessons": ("赠送课时",),
    "signed_on": ("签订日期",),
    "starts_on": ("开课日期",),
    "ends_on": ("结课日期",),
    "price_fen": ("合同总价", "总价", "学费"),
    "list_price_fen": ("折扣前总价", "原价"),
    "deduction_fen": ("可扣除费用",),
    "deduction_note": ("可扣除费用的约定", "扣费约定"),
    "absence_rule": ("缺课约定",),
    "delivery": ("授课方式",),
    "mode": ("收费方式",),
}
LESSON_HEADS: dict[str, tuple[str, ...]] = {
    "number": ("合同编号", "合同号"),
    "taught_on": ("上课日期", "日期"),
    "slot": ("当日第几课时", "第几课时"),
    "is_absent": ("缺课", "是否缺课"),
}
OPENING_HEADS: dict[str, tuple[str, ...]] = {
    **CONTRACT_HEADS,
    "used": ("已消课时", "已上课时"),
    "paid_fen": ("已缴", "已缴学费"),
    "rest_fen": ("在监管余额", "剩余学费", "未消课余额"),
    "first_paid_on": ("首次缴费日期", "缴费日期"),
}
CONTRACT_NEEDS = (
    "number",
    "student",
    "guardian",
    "phone",
    "course",
    "subject",
    "lessons",
    "starts_on",
    "ends_on",
    "price_fen",
)
OPENING_NEEDS = (*CONTRACT_NEEDS, "used", "rest_fen")
LESSON_NEEDS = ("number", "taught_on")
HEADS = {"CONTRACTS": CONTRACT_HEADS, "LESSONS": LESSON_HEADS, "OPENING": OPENING_HEADS}
NEEDS = {"CONTRACTS": CONTRACT_NEEDS, "LESSONS": LESSON_NEEDS, "OPENING": OPENING_NEEDS}
TITLES = {"CONTRACTS": "培训合同", "LESSONS": "课时", "OPENING": "期初余额"}
ABSENT = frozenset({"是", "缺课", "缺", "√", "1"})
PRESENT = frozenset({"", "否", "到课", "到", "无", "×", "0"})
KINDS = {"NEW": "新增", "SAME": "已登记，无变化", "REJECTED": "不予导入"}


@dataclass
class SheetRow:
    """One row with what would happen to it: NEW, SAME (harmless repeat) or REJECTED with reasons.

    `label` names it on screens without a family's name; `notes` are worth a look and stop nothing.
    """

    number: int
    kind: str = "NEW"
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def template_of(kind: str) -> bytes:
    """A workbook with one head row; all cells are text."""
    heads = HEADS[kind]
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet(TITLES[kind])
        bold, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
        for index, words in enumerate(heads.values()):
            sheet.set_column(index, index, 16, text)
            sheet.write_string(0, index, words[0], bold)
        sheet.freeze_panes(1, 1)
    return target.getvalue()


def rows_of(data: bytes, file_format: str, kind: str, institution: Institution) -> list[SheetRow]:
    """Every row judged. Raises Unlawful for a file without the needed heads or with too many rows."""
    from funds.opening_rows import judge_opening, read_opening

    heads, needs = HEADS[kind], NEEDS[kind]
    grid, first, columns = _heading(read_grids(data, file_format), heads)
    if missing := [heads[name][0] for name in needs if name not in columns.values()]:
        raise Unlawful(f"表格缺少这些列：{'、'.join(missing)}。请下载模板填写。")
    body = [
        (index + 1, cells)
        for index, cells in enumerate(grid.rows)
        if index >= first and any(map(text_of, cells))
    ]
    most = OPENING_ROWS_MAX if kind == "OPENING" else ROWS_MAX
    if len(body) > most:
        raise Unlawful(f"一次最多导入 {most} 行，请分成几个文件。")
    readers = {"CONTRACTS": read_contract, "LESSONS": _lesson, "OPENING": read_opening}
    judges = {"CONTRACTS": _judge_contracts, "LESSONS": _judge_lessons, "OPENING": judge_opening}
    found = [_read(number, cells, columns, readers[kind]) for number, cells in body]
    judges[kind](found, institution)
    return found


def _heading(grids: list[Grid], heads: dict[str, tuple[str, ...]]) -> tuple[Grid, int, dict[int, str]]:
    words = {word: name for name, options in heads.items() for word in options}
    best: tuple[Grid, int, dict[int, str]] = (grids[0], 0, {})
    for grid in grids:
        for index, cells in enumerate(grid.rows[:HEAD_ROWS]):
            labels = [text_of(cell).replace("（元）", "").replace("*", "").strip() for cell in cells]
            columns = {place: words[label] for place, label in enumerate(labels) if label in words}
            if len(columns) > len(best[2]):
                best = (grid, index + 1, columns)
    return best


def _read(
    number: int, cells: list[Any], columns: dict[int, str], read: Callable[[SheetRow, dict[str, Any]], None]
) -> SheetRow:
    row = SheetRow(number)
    facts = {name: cells[place] for place, name in columns.items() if place < len(cells)}
    read(row, facts)
    if row.reasons:
        row.kind = "REJECTED"
    return row


def read_contract(row: SheetRow, facts: dict[str, Any]) -> None:
    """The terms of one contract and whose it is."""
    for name in ("number", "student", "guardian", "phone", "payer", "course", "subject", "deduction_note"):
        row.values[name] = text_of(facts.get(name)).strip()
    row.label = row.values["number"]
    for name in ("number", "student", "guardian", "phone", "course", "subject"):
        if not row.values[name]:
            row.reasons.append(f"缺少{CONTRACT_HEADS[name][0]}。")
    _days(row, facts, ("starts_on", "ends_on", "signed_on"), needed=("starts_on", "ends_on"))
    _counts(row, facts)
    _amounts(row, facts)
    for name, choices in (("absence_rule", AbsenceRule), ("delivery", Delivery), ("mode", ChargingMode)):
        text = text_of(facts.get(name)).strip()
        if text:
            code = next((code for code, label in choices.choices if text in {code, label}), None)
            if code is None:
                row.reasons.append(f"{CONTRACT_HEADS[name][0]}“{text}”不认识。")
            else:
                row.values[name] = code


def _days(row: SheetRow, facts: dict[str, Any], names: tuple[str, ...], needed: tuple[str, ...]) -> None:
    heads = {**CONTRACT_HEADS, **LESSON_HEADS}
    for name in names:
        text = text_of(facts.get(name)).strip()
        day = read_date(facts.get(name)) if text else None
        if day is None and (text or name in needed):
            row.reasons.append(f"{heads[name][0]}“{text}”不是日期，请写成 2026-09-01 的样子。")
        elif day is not None:
            row.values[name] = day


def _counts(row: SheetRow, facts: dict[str, Any]) -> None:
    for name, low in (("lessons", 1), ("bonus_lessons", 0), ("class_size", 1), ("minutes", 10)):
        text = text_of(facts.get(name)).strip()
        if not text:
            if name == "lessons":
                row.reasons.append("缺少收费课时。")
            continue
        number = read_number(facts.get(name))
        if number is None or number != int(number) or not low <= number <= 1000:
            row.reasons.append(f"{CONTRACT_HEADS[name][0]}“{text}”不是合理的整数。")
        else:
            row.values[name] = int(number)


def _amounts(row: SheetRow, facts: dict[str, Any]) -> None:
    for name in ("price_fen", "list_price_fen", "deduction_fen"):
        text = text_of(facts.get(name)).strip()
        try:
            row.values[name] = fen(text) if text else 0
        except ValueError as error:
            row.reasons.append(f"{CONTRACT_HEADS[name][0]}：{error}。")
    if not row.values.get("price_fen"):
        row.reasons.append("合同总价须大于零。")


def _lesson(row: SheetRow, facts: dict[str, Any]) -> None:
    row.values["number"] = row.label = text_of(facts.get("number")).strip()
    if not row.label:
        row.reasons.append("缺少合同编号。")
    _days(row, facts, ("taught_on",), needed=("taught_on",))
    slot = read_number(facts.get("slot")) if text_of(facts.get("slot")).strip() else 1
    if slot is None or slot != int(slot) or not 1 <= slot <= 8:
        row.reasons.append("当日第几课时应为 1 至 8。")
    else:
        row.values["slot"] = int(slot)
    word = text_of(facts.get("is_absent")).strip()
    if word not in ABSENT and word not in PRESENT:
        row.reasons.append(f"缺课“{word}”不认识，缺课写“是”，到课写“否”或留空。")
    row.values["is_absent"] = word in ABSENT


def _judge_contracts(rows: list[SheetRow], institution: Institution) -> None:
    known = {
        row.number: row
        for row in Contract.objects.filter(institution=institution)
        .exclude(status="TERMINATED")
        .select_related("family")
    }
    seen: set[str] = set()
    for row in rows:
        number = row.values["number"]
        if number and number in seen:
            row.reasons.append("这个合同编号在表里出现了两次。")
        seen.add(number)
        if number in known and not row.reasons:
            row.kind = "SAME"
            if differ := contract_differences(known[number], row.values):
                row.reasons.append(f"合同编号已登记，{'、'.join(differ)}不同。请在合同页面修改。")
        if row.reasons:
            row.kind = "REJECTED"


def contract_differences(contract: Contract, values: dict[str, Any]) -> list[str]:
    """What a row says otherwise than the contract that stands."""
    from casework.crypto import blind_index

    names = ("course", "subject", "lessons", "bonus_lessons", "starts_on", "ends_on", "price_fen")
    found = [
        CONTRACT_HEADS[name][0]
        for name in names
        if name in values and getattr(contract, name) != values[name]
    ]
    if contract.student_digest != blind_index(f"{values['student']}/{contract.family.phone_digest}"):
        found.append("学员姓名")
    return found


def _judge_lessons(rows: list[SheetRow], institution: Institution) -> None:
    numbers = {row.values["number"] for row in rows}
    contracts = {
        row.number: row
        for row in Contract.objects.filter(institution=institution, number__in=numbers).exclude(
            status="TERMINATED"
        )
    }
    known = set(
        Lesson.objects.filter(contract__in=contracts.values())
        .exclude(status="CANCELLED", is_absent=False)
        .values_list("contract_id", "taught_on", "slot")
    )
    seen: set[tuple[int, date, int]] = set()
    for row in rows:
        if not row.reasons:
            _judge_lesson(row, contracts.get(row.values["number"]), known, seen)
        if row.reasons:
            row.kind = "REJECTED"


def _judge_lesson(
    row: SheetRow,
    contract: Contract | None,
    known: set[tuple[int, date, int]],
    seen: set[tuple[int, date, int]],
) -> None:
    if contract is None:
        row.reasons.append("没有这个编号的合同。")
        return
    mark = (contract.pk, row.values["taught_on"], row.values["slot"])
    if mark in seen:
        row.reasons.append("这一课时在表里出现了两次。")
    seen.add(mark)
    row.values["contract"] = contract
    if mark in known:
        row.kind = "SAME"


def tried(row: SheetRow, work: Callable[[], Any]) -> bool:
    """Run one row; a refusal of the rules becomes its reason."""
    try:
        work()
    except DomainError as error:
        row.kind = "REJECTED"
        row.reasons.append(error.message)
        return False
    return True
