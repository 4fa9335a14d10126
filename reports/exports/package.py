"""The package for the superior office's platform: data, rows and files with a manifest.

`manifest.json` names every file with its SHA-256, size and row count; `report.json` holds the figures
with their definitions; `rows.csv` holds the rows behind every counted figure, so that the receiver can
add them up again: COUNT counts rows, DISTINCT counts different measured values, SUM adds them.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

from casework.canonical import canonical_bytes, sha256_hex
from reports.exports.sheet import Sheet
from reports.models import ReportEdition

FORMAT = "1"
MOMENT = (2020, 1, 1, 0, 0, 0)
ROW_HEAD = ("key", "column", "measure", "row_type", "row_uid", "row_id", "measured")


def package_name(edition: ReportEdition) -> str:
    """The file name: bureau, regime, end of the period, edition."""
    form = edition.form
    return f"{form['bureau']}-{form['regime']}-{form['period']['end'].replace('-', '')}-e{edition.number}.zip"


def render_package(edition: ReportEdition, sheet: Sheet, files: dict[str, bytes]) -> bytes:
    """The ZIP's bytes: fixed order, fixed time stamps."""
    rows, row_count = _rows_csv(edition)
    report = _report(edition, sheet)
    parts: dict[str, tuple[bytes, int]] = {
        "report.json": (_pretty(report), len(report["figures"])),
        "rows.csv": (rows, row_count),
        **{name: (content, 0) for name, content in sorted(files.items())},
    }
    manifest = {
        "format": FORMAT,
        "package": package_name(edition),
        "edition": str(edition.uid),
        "edition_number": edition.number,
        "correction_reason": edition.reason,
        "regime": edition.form["regime"],
        "region": edition.form["region"],
        "organ": edition.form["organ"],
        "period": edition.form["period"],
        "content_hash": edition.content_hash,
        "files": [
            {"name": name, "sha256": sha256_hex(content), "size": len(content), "rows": count}
            for name, (content, count) in parts.items()
        ],
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        _add(archive, "manifest.json", _pretty(manifest))
        for name, (content, _) in parts.items():
            _add(archive, name, content)
    return target.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _pretty(data: dict[str, Any]) -> bytes:
    plain = json.loads(canonical_bytes(data))
    return (json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _report(edition: ReportEdition, sheet: Sheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "organ": sheet.organ,
        "period": edition.form["period"],
        "data_as_of": edition.data_as_of.isoformat(),
        "edition_number": edition.number,
        "foot": edition.foot,
        "approved_by": edition.approved_name,
        "document_number": edition.document.number if edition.document else "",
        "notes": {note.key: note.text for note in sheet.notes},
        "figures": [
            {
                "row": entry.row_no,
                "key": entry.key,
                "column": column,
                "label": entry.label,
                "value": figure.value,
                "stored_unit": "FEN" if entry.cell["kind"] == "AMOUNT" else entry.unit,
                "printed": entry.texts[column],
                "printed_unit": entry.unit,
                "source": figure.source,
                "indicator": figure.indicator,
                "conditions": figure.dims,
                "rule": figure.rule,
                "measure": figure.measure,
                "row_count": len(figure.rows),
                "remark": figure.remark,
            }
            for entry in sheet.entries
            for column, figure in entry.figures.items()
        ],
        "ratios": [
            {
                "code": item.code,
                "name": item.name,
                "numerator": item.numerator,
                "denominator": item.denominator,
                "decimals": item.decimals,
                "rounding": item.rounding,
                "value": None if item.value is None else str(item.value),
            }
            for item in sheet.ratios
        ],
    }


def _rows_csv(edition: ReportEdition) -> tuple[bytes, int]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(ROW_HEAD)
    count = 0
    for figure in edition.figures.filter(source="COUNTED").order_by("position"):
        for row_id, measured, uid in figure.rows:
            writer.writerow(
                (figure.key, figure.column, figure.measure, figure.row_model, uid, row_id, measured)
            )
            count += 1
    return buffer.getvalue().encode("utf-8"), count
