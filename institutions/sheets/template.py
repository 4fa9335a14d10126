"""The blank sheet that counties may fill in; their own sheets are read just as well."""

from __future__ import annotations

import io

import xlsxwriter

from institutions.sheets.columns import TARGETS

COLUMNS = tuple(target for target in TARGETS if target.key != "licence_term")
WIDE = {"name", "address", "licence_scope", "note"}


def blank_sheet() -> bytes:
    """A workbook with one head row; every cell is text, so codes and telephone numbers keep their digits."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("机构台账")
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
        text = book.add_format({"num_format": "@"})
        for index, column in enumerate(COLUMNS):
            sheet.set_column(index, index, 36 if column.key in WIDE else 18, text)
            sheet.write_string(0, index, column.label, head)
        sheet.freeze_panes(1, 1)
    return target.getvalue()
