"""The form as a typeset table, for DOCX and PDF."""

from __future__ import annotations

from django.utils import timezone

from casework.typesetting import Block, Cell, Column, DocumentContent, Field, Fields, Paragraph, Table
from casework.typesetting.content import TITLE_LINE_CHARACTERS
from reports.exports.sheet import Entry, Sheet, sheet_of
from reports.models import ReportEdition


def form_table(sheet: Sheet, *, size: float = 10.5) -> Table:
    """The numbered rows of the form; sub-items are indented."""
    head = (Cell("序号"), Cell("指标"), Cell("单位"), *(Cell(label) for _, label in sheet.columns))
    widths = (Column(0.6), Column(4.2, "left"), Column(0.9), *(Column(1.4, "right") for _ in sheet.columns))
    rows = tuple(_row(entry, sheet) for entry in sheet.entries)
    notes = tuple(
        (
            Cell(str(note.row_no)),
            Cell(note.label, align="left"),
            Cell(note.text, colspan=1 + len(sheet.columns), align="left"),
        )
        for note in sheet.notes
    )
    return Table(columns=widths, head=(head,), rows=rows + notes, size=size, note=_note(sheet))


def _row(entry: Entry, sheet: Sheet) -> tuple[Cell, ...]:
    values = (Cell(entry.texts.get(code, "") if code in entry.columns else "—") for code, _ in sheet.columns)
    label = ("　　" if entry.level else "") + entry.label
    return (Cell(str(entry.row_no) if entry.is_first else ""), Cell(label), Cell(entry.unit), *values)


def _foot(sheet: Sheet) -> Fields:
    values = dict(sheet.foot)
    rows = (("填报人", "审核人"), ("联系电话", "填报日期"))
    return Fields(
        rows=tuple(tuple(Field(label, values.get(label, "")) for label in row) for row in rows),
        columns=2,
        label_width_mm=24.0,
        size=10.5,
    )


def _note(sheet: Sheet) -> str:
    ratios = ratio_note(sheet)
    return f"{sheet.as_of}。{ratios}。" if ratios else f"{sheet.as_of}。"


def broken_title(title: str) -> str:
    """A long title divided where its meaning allows."""
    return title.replace("校外培训", "\n校外培训", 1) if len(title) > TITLE_LINE_CHARACTERS else title


def ratio_note(sheet: Sheet) -> str:
    """The ratios with both inputs and their rounding, below the table."""
    known = (
        f"{item.name} {item.text}（{item.inputs}，{item.rounding_word}）"
        for item in sheet.ratios
        if item.value is not None
    )
    return "；".join(known)


def table_content(edition: ReportEdition) -> DocumentContent:
    """The whole document of a periodic form."""
    sheet = sheet_of(edition)
    blocks: list[Block] = [form_table(sheet)]
    if sheet.correction:
        blocks.append(Paragraph(sheet.correction, indent=False))
    blocks.append(_foot(sheet))
    day = timezone.localdate(edition.sealed_at or edition.frozen_at).isoformat()
    return DocumentContent(
        form="table",
        title=broken_title(sheet.title + ("（草稿）" if sheet.is_draft else "")),
        date=day,
        head_line=(f"填报单位（盖章）：{sheet.organ}", f"报告期：{sheet.period}"),
        blocks=tuple(blocks),
    )
