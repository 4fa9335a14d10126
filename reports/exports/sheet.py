"""The printed form of an edition as plain texts, from which every file format is made.

Reads only what the edition froze: form, figures, notes, foot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.typesetting import chinese_date
from reports.counting import shown
from reports.models import ReportEdition, ReportFigure
from reports.selectors import RatioValue, cells, edition_ratios, figures_of, notes_of


@dataclass(frozen=True)
class Entry:
    """One printed cell of a form with its texts."""

    row_no: int
    is_first: bool
    key: str
    label: str
    unit: str
    level: int
    columns: tuple[str, ...]
    figures: dict[str, ReportFigure]
    texts: dict[str, str]
    cell: dict[str, Any]

    @property
    def is_manual(self) -> bool:
        """Whether a person entered it."""
        return any(item.is_manual for item in self.figures.values())


@dataclass(frozen=True)
class NoteRow:
    """A text row of a form."""

    row_no: int
    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """Everything a form prints."""

    title: str
    organ: str
    period: str
    as_of: str
    columns: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    notes: tuple[NoteRow, ...]
    ratios: tuple[RatioValue, ...]
    foot: tuple[tuple[str, str], ...]
    correction: str
    is_draft: bool


def sheet_of(edition: ReportEdition) -> Sheet:
    """The form of an edition as it prints now: final when sealed, a draft before."""
    form, texts = edition.form, notes_of(edition)
    entries, notes = [], []
    figures, last_row = figures_of(edition), 0
    owner = {row_cell["key"]: row["no"] for row in form["definition"]["rows"] for row_cell in row["cells"]}
    for cell in cells(edition):
        row_no = owner[cell["key"]]
        if cell["kind"] == "TEXT":
            notes.append(NoteRow(row_no, cell["key"], cell["label"], texts.get(cell["key"], "")))
            continue
        own = {column: figures[(cell["key"], column)] for column in cell["columns"]}
        entries.append(
            Entry(
                row_no=row_no,
                is_first=row_no != last_row,
                key=cell["key"],
                label=cell["label"],
                unit=cell["unit"],
                level=1 if cell["label"].startswith("其中") else 0,
                columns=tuple(cell["columns"]),
                figures=own,
                texts={column: shown(item.value, cell) for column, item in own.items()},
                cell=cell,
            )
        )
        last_row = row_no
    end = date.fromisoformat(form["period"]["end"])
    return Sheet(
        title=form["title"],
        organ=form["organ"],
        period=form["period"]["label"],
        as_of=f"数据截至 {chinese_date(date.fromordinal(end.toordinal() - 1))} 24 时",
        columns=tuple((column["code"], column["label"]) for column in form["definition"]["columns"]),
        entries=tuple(entries),
        notes=tuple(notes),
        ratios=tuple(edition_ratios(edition)),
        foot=_foot(edition),
        correction=f"第 {edition.number} 版（更正）：{edition.reason}" if edition.number > 1 else "",
        is_draft=not edition.is_sealed,
    )


def _foot(edition: ReportEdition) -> tuple[tuple[str, str], ...]:
    values = dict(edition.foot)
    values.setdefault("organ", edition.form["organ"])
    filled_on = values.get("filled_on", "")
    if filled_on:
        values["filled_on"] = chinese_date(filled_on)
    return tuple((item["label"], values.get(item["key"], "")) for item in _foot_items(edition))


def _foot_items(edition: ReportEdition) -> list[dict[str, str]]:
    default = [
        {"key": "organ", "label": "填报单位（盖章）"},
        {"key": "filled_by", "label": "填报人"},
        {"key": "reviewed_by", "label": "审核人"},
        {"key": "phone", "label": "联系电话"},
        {"key": "filled_on", "label": "填报日期"},
    ]
    found: list[dict[str, str]] = edition.form["definition"].get("foot") or default
    return found
