"""The formal report to the superior office: an upward red-head document with the form as an attachment."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.apps import apps
from django.utils import timezone

from casework import typesetting
from casework.typesetting import (
    AttachmentHead,
    Attachments,
    Block,
    Cell,
    Column,
    DocumentContent,
    Heading,
    Paragraph,
    Signature,
    Table,
    chinese_date,
)
from reports.exports.sheet import Entry, Sheet, sheet_of
from reports.exports.table import broken_title, form_table
from reports.models import ReportEdition, ReportFigure
from reports.selectors import SECTIONS, notes_of

NUMERALS = "一二三四五六七八九十"
PROBLEM_KEYS = ("inst_problem", "problem_inst", "random_problem_n")


def sealed_content(edition: ReportEdition, *, signer: str) -> dict[str, Any]:
    """The document's source as JSON values, without number and QR code."""
    return typesetting.to_dict(_content(edition, signer))


def draft_content(edition: ReportEdition) -> DocumentContent:
    """The formal report before it is signed, for reading."""
    return _content(edition, "")


def _content(edition: ReportEdition, signer: str) -> DocumentContent:
    sheet, texts = sheet_of(edition), notes_of(edition)
    day = timezone.localdate(edition.sealed_at or edition.frozen_at).isoformat()
    attachments = _attachments(edition, sheet, texts)
    blocks: list[Block] = [Paragraph(_opening(edition))]
    blocks += _sections(sheet, texts)
    blocks.append(Paragraph("特此报告。"))
    blocks.append(Attachments(tuple(title for title, _ in attachments)))
    blocks.append(Signature(edition.form["organ"], day))
    for number, (title, parts) in enumerate(attachments, start=1):
        blocks.append(AttachmentHead(f"附件{number}", title))
        blocks += parts
    return DocumentContent(
        form="red_head",
        organ=f"{edition.form['organ']}文件",
        title=broken_title(edition.form["report_title"]),
        date=day,
        signer=signer,
        addressee="、".join(edition.form["recipients"]),
        blocks=tuple(blocks),
    )


def _opening(edition: ReportEdition) -> str:
    basis = edition.form["basis"]
    order = (
        f"按照《{basis}》要求"
        if basis.endswith("通知")
        else f"按照{basis}文件要求"
        if "〔" in basis
        else "按照工作部署"
    )
    days = edition.form["period"]
    last = date.fromisoformat(days["end"]) - timedelta(days=1)
    span = f"{chinese_date(days['start'])}至{chinese_date(last)}"
    return f"{order}，现将{span}有关工作情况报告如下。"


def _sections(sheet: Sheet, texts: dict[str, str]) -> list[Block]:
    blocks: list[Block] = []
    shown = [(key, title) for key, title in SECTIONS if key not in {"text_cases"}]
    for index, (key, title) in enumerate(shown):
        blocks.append(Heading(1, f"{NUMERALS[index]}、{title}"))
        if key == "overview":
            blocks += [Paragraph(text) for text in overview(sheet)]
        blocks += [Paragraph(line) for line in texts.get(key, "").splitlines() if line.strip()]
    return blocks


def overview(sheet: Sheet) -> list[str]:
    """The figures in sentences, one paragraph per row of the form; only what is not zero."""
    paragraphs = []
    for _, group in groupby(sheet.entries, key=lambda entry: entry.row_no):
        parts = [part for part in map(_phrase, group) if part]
        if parts:
            paragraphs.append("，".join(parts) + "。")
    ratios = [f"{item.name}{item.text}" for item in sheet.ratios if item.value is not None]
    return [*paragraphs, "，".join(ratios) + "。"] if ratios else paragraphs


def _phrase(entry: Entry) -> str:
    column = "cumulative" if "cumulative" in entry.columns else "period"
    figure = entry.figures[column]
    if not figure.value:
        return ""
    word = "累计" if column == "cumulative" and entry.cell["counting"] != "STOCK" else ""
    return f"{entry.label}{word}{entry.texts[column]}{entry.unit}"


def _attachments(
    edition: ReportEdition, sheet: Sheet, texts: dict[str, str]
) -> list[tuple[str, list[Block]]]:
    found: list[tuple[str, list[Block]]] = [("统计表", [form_table(sheet)])]
    problems = _problem_table(edition)
    if problems is not None:
        found.append(("问题台账", [problems]))
    if texts.get("text_cases", "").strip():
        found.append(
            ("典型案例", [Paragraph(line) for line in texts["text_cases"].splitlines() if line.strip()])
        )
    return found


def _problem_table(edition: ReportEdition) -> Table | None:
    figures = {item.key: item for item in edition.figures.filter(key__in=PROBLEM_KEYS, source="COUNTED")}
    chosen = next((figures[key] for key in PROBLEM_KEYS if key in figures and figures[key].rows), None)
    if chosen is None:
        return None
    names = row_names(chosen)
    rows = tuple((Cell(str(number)), Cell(name)) for number, name in enumerate(names, start=1))
    return Table(
        columns=(Column(0.5), Column(5.0, "left")), head=((Cell("序号"), Cell("问题")),), rows=rows, size=10.5
    )


def row_names(figure: ReportFigure) -> list[str]:
    """The rows of a figure by name, those gone since the freeze by number."""
    model = apps.get_model(figure.row_model)
    known = {row.pk: str(row) for row in model._base_manager.filter(pk__in=figure.row_ids)}
    return [known.get(pk, f"编号 {pk}（记录已撤销）") for pk in figure.row_ids]
