"""Small sheets with a head row: rows by the names of their columns."""

from __future__ import annotations

import io
from collections.abc import Iterator

from casework.errors import Unlawful
from institutions.sheets.guard import check_sheet
from institutions.sheets.reading import read_grids, text_of

WITHIN = 20
FOOTERS = ("合计", "总计", "共 ")
Heads = dict[str, tuple[str, ...]]


def headed_rows(
    data: bytes, name: str, heads: Heads, needed: set[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number and cells by column of the first sheet; empty rows and footers are left out.

    `heads` gives the words under which a column may stand, `needed` the columns without which the row is no head.
    Raises Unlawful when no head row stands within the first 20.
    """
    kind = check_sheet(io.BytesIO(data), len(data), name)
    rows = [[text_of(cell).strip() for cell in row] for row in read_grids(data, kind)[0].rows]
    start, columns = _heading(rows, heads, needed)
    for at, row in enumerate(rows[start + 1 :], start=start + 2):
        cells = {key: row[index] if index < len(row) else "" for key, index in columns.items()}
        first = next(filter(None, row), "")
        if any(cells.values()) and not first.startswith(FOOTERS):
            yield at, {**dict.fromkeys(heads, ""), **cells}


def _heading(rows: list[list[str]], heads: Heads, needed: set[str]) -> tuple[int, dict[str, int]]:
    for at, row in enumerate(rows[:WITHIN]):
        hits = {key: next((word for word in words if word in row), "") for key, words in heads.items()}
        columns = {key: row.index(word) for key, word in hits.items() if word}
        if needed <= set(columns):
            return at, columns
    may = "、".join(words[0] for key, words in heads.items() if key not in needed)
    must = "、".join(heads[key][0] for key in heads if key in needed)
    raise Unlawful(f"没有找到表头。表里须有：{must}" + (f"；可以有：{may}。" if may else "。"))
