"""The form as a workbook: the printed sheet, and a second one with definitions and ratios."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from reports.exports.sheet import Entry, Sheet
from reports.models import ReportEdition

OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
FONT = "宋体"


def render_xlsx(edition: ReportEdition, sheet: Sheet) -> bytes:
    """The workbook's bytes; its creation date is the edition's, so that repeating gives the same file."""
    target = io.BytesIO()
    moment = (edition.sealed_at or edition.frozen_at).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        book.set_properties({"title": sheet.title, "author": sheet.organ, "created": _naive(moment)})
        _form_sheet(book, sheet)
        _definition_sheet(book, sheet)
    return target.getvalue()


def _naive(moment: datetime) -> datetime:
    return moment


def _formats(book: Any) -> dict[str, Any]:
    base = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
    boxed = {**base, "border": 1, "text_wrap": True}
    return {
        "title": book.add_format(
            {**base, "font_size": 16, "bold": True, "align": "center", "text_wrap": True}
        ),
        "head_left": book.add_format({**base, "align": "left"}),
        "head_right": book.add_format({**base, "align": "right"}),
        "th": book.add_format({**boxed, "bold": True, "align": "center", "bg_color": "#EEF2F7"}),
        "no": book.add_format({**boxed, "align": "center"}),
        "label": book.add_format(boxed),
        "sub": book.add_format({**boxed, "indent": 2}),
        "unit": book.add_format({**boxed, "align": "center"}),
        "number": book.add_format({**boxed, "align": "right", "num_format": "0"}),
        "amount": book.add_format({**boxed, "align": "right", "num_format": "0.00"}),
        "none": book.add_format({**boxed, "align": "right", "font_color": "#888888"}),
        "note": book.add_format({**boxed, "valign": "top"}),
        "foot": book.add_format({**base, "align": "left", "text_wrap": True}),
    }


def _form_sheet(book: Any, sheet: Sheet) -> None:
    formats, page = _formats(book), book.add_worksheet("报表")
    page.set_paper(9)
    page.set_margins(left=0.7, right=0.5, top=0.7, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.set_footer("&C第 &P 页，共 &N 页")
    last = 2 + len(sheet.columns)
    page.set_column(0, 0, 6)
    page.set_column(1, 1, 44)
    page.set_column(2, 2, 9)
    page.set_column(3, last, 14)
    page.merge_range(0, 0, 0, last, sheet.title + ("（草稿）" if sheet.is_draft else ""), formats["title"])
    page.set_row(0, 44)
    page.merge_range(1, 0, 1, 1, f"填报单位：{sheet.organ}", formats["head_left"])
    page.merge_range(1, 2, 1, last, f"报告期：{sheet.period}", formats["head_right"])
    page.merge_range(2, 0, 2, 1, sheet.as_of, formats["head_left"])
    page.merge_range(2, 2, 2, last, sheet.correction, formats["head_right"])
    for index, label in enumerate(("序号", "指标", "单位", *(label for _, label in sheet.columns))):
        page.write_string(3, index, label, formats["th"])
    page.repeat_rows(3)
    page.freeze_panes(4, 0)
    line = _form_rows(page, sheet, formats)
    line = _note_rows(page, sheet, formats, line, last)
    page.merge_range(line, 0, line, last, _foot_text(sheet), formats["foot"])
    page.set_row(line, 34)


def _form_rows(page: Any, sheet: Sheet, formats: dict[str, Any]) -> int:
    line = 4
    for number in sorted({entry.row_no for entry in sheet.entries}):
        group = [entry for entry in sheet.entries if entry.row_no == number]
        if len(group) > 1:
            page.merge_range(line, 0, line + len(group) - 1, 0, number, formats["no"])
        else:
            page.write_number(line, 0, number, formats["no"])
        for entry in group:
            page.write_string(line, 1, entry.label, formats["sub" if entry.level else "label"])
            page.write_string(line, 2, entry.unit, formats["unit"])
            for index, (code, _) in enumerate(sheet.columns):
                _value(page, line, 3 + index, entry, code, formats)
            line += 1
    return line


def _value(page: Any, line: int, column: int, entry: Entry, code: str, formats: dict[str, Any]) -> None:
    text = entry.texts.get(code, "")
    if code not in entry.columns:
        page.write_string(line, column, "—", formats["none"])
    elif text == "":
        page.write_blank(line, column, None, formats["number"])
    else:
        kind = "amount" if entry.cell["kind"] == "AMOUNT" else "number"
        page.write_number(line, column, float(text) if kind == "amount" else int(text), formats[kind])


def _note_rows(page: Any, sheet: Sheet, formats: dict[str, Any], line: int, last: int) -> int:
    for note in sheet.notes:
        page.write_number(line, 0, note.row_no, formats["no"])
        page.write_string(line, 1, note.label, formats["label"])
        page.merge_range(line, 2, line, last, "", formats["note"])
        page.write_string(line, 2, note.text, formats["note"])
        page.set_row(line, max(48, 15 * (len(note.text) // 26 + note.text.count("\n") + 1)))
        line += 1
    return line


def _foot_text(sheet: Sheet) -> str:
    return "    ".join(f"{label}：{value}" for label, value in sheet.foot)


def _definition_sheet(book: Any, sheet: Sheet) -> None:
    formats, page = _formats(book), book.add_worksheet("口径与比率")
    page.set_column(0, 0, 40)
    page.set_column(1, 4, 14)
    page.set_column(5, 5, 70)
    for index, label in enumerate(("指标", "栏", "来源", "数值", "明细行数", "口径或数据来源")):
        page.write_string(0, index, label, formats["th"])
    line = 1
    names = dict(sheet.columns)
    for entry in sheet.entries:
        for code, figure in entry.figures.items():
            texts = (
                entry.label,
                names[code],
                figure.get_source_display(),
                f"{entry.texts[code]} {entry.unit}",
            )
            for index, text in enumerate(texts):
                page.write_string(line, index, text, formats["label"])
            rows = len(figure.rows)
            page.write_string(line, 4, "" if figure.is_manual else str(rows), formats["unit"])
            page.write_string(line, 5, figure.remark if figure.is_manual else figure.rule, formats["label"])
            line += 1
    line += 1
    for index, label in enumerate(("比率", "分子", "分母", "小数位", "取舍", "结果")):
        page.write_string(line, index, label, formats["th"])
    for ratio in sheet.ratios:
        line += 1
        line_texts = (
            ratio.name,
            str(ratio.numerator),
            str(ratio.denominator),
            str(ratio.decimals),
            ratio.rounding_word,
        )
        for index, text in enumerate((*line_texts, ratio.text)):
            page.write_string(line, index, text, formats["label"])
