"""Every kind of file of an edition."""

from __future__ import annotations

from casework import typesetting
from casework.documents.services import printable
from casework.typesetting import DocumentContent
from reports.exports.package import package_name, render_package
from reports.exports.sealed import draft_content
from reports.exports.sheet import sheet_of
from reports.exports.table import table_content
from reports.exports.xlsx import render_xlsx
from reports.models import ExportKind, ReportEdition

CONTENT_TYPES = {
    ExportKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ExportKind.PDF: "application/pdf",
    ExportKind.PACKAGE: "application/zip",
}


def render(edition: ReportEdition, kind: str) -> bytes:
    """The bytes of one kind of file."""
    if kind == ExportKind.XLSX:
        return render_xlsx(edition, sheet_of(edition))
    if kind == ExportKind.DOCX:
        return typesetting.render_docx(_document(edition))
    if kind == ExportKind.PDF:
        return typesetting.render_pdf(_document(edition))
    content = _document(edition)
    files = {
        "report.xlsx": render(edition, ExportKind.XLSX),
        "report.docx": typesetting.render_docx(content),
        "report.pdf": typesetting.render_pdf(content),
    }
    return render_package(edition, sheet_of(edition), files)


def file_name(edition: ReportEdition, kind: str) -> str:
    """What a downloaded file is called."""
    if kind == ExportKind.PACKAGE:
        return package_name(edition)
    number = f"-更正{edition.number - 1}" if edition.number > 1 else ""
    draft = "" if edition.is_sealed else "-草稿"
    label = edition.form["period"]["label"].replace(" ", "")
    return f"{edition.form['regime_name']}-{label}{number}{draft}.{kind.lower()}"


def _document(edition: ReportEdition) -> DocumentContent:
    if not edition.form["is_sealed"]:
        return table_content(edition)
    return printable(edition.document) if edition.document is not None else draft_content(edition)
