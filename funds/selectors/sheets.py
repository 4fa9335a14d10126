"""The kept file of a sheet that waits for its confirmation, and the rows of an institution's sheet as they stand."""

from __future__ import annotations

from django.core.files.storage import storages

from funds.models import FundSheet, OutsideSheet
from funds.sheets import SheetRow, rows_of


def content_of(sheet: FundSheet | OutsideSheet) -> bytes:
    """The file of a sheet that was not taken in yet."""
    with storages["sealed"].open(sheet.stored_as) as stored:
        return bytes(stored.read())


def sheet_rows(sheet: FundSheet) -> list[SheetRow]:
    """The rows as they stand now; empty once the sheet was applied and its file removed."""
    if not sheet.stored_as:
        return []
    return rows_of(content_of(sheet), sheet.format, sheet.kind, sheet.institution)
