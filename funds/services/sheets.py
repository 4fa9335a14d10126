"""Sheets of contracts and lessons: received and judged, then applied once; a repeat changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, WrongState
from casework.records import root_fields
from casework.steps import lock, require
from funds.models import FundSheet
from funds.selectors.sheets import sheet_rows
from funds.services import kept_sheets
from funds.services.contracts import contract_draft
from funds.services.lessons import Taught, lessons_declare
from funds.services.opening import opening_may_apply, opening_sums, opening_write
from funds.sheets import SheetRow, rows_of, tried
from institutions.models import Institution

PERMISSIONS = {
    "CONTRACTS": "funds.contract_enter",
    "LESSONS": "funds.lesson_declare",
    "OPENING": "funds.payment_book",
}


@database.atomic
def sheet_receive(
    *, actor: User, institution: Institution, kind: str, upload: UploadedFile[Any] | ContentFile[bytes]
) -> FundSheet:
    """Keep an uploaded sheet for its preview; nothing enters the books. Raises NotAllowed, Unlawful."""
    require(actor, PERMISSIONS[kind])
    if not Institution.objects.visible_to(actor).filter(pk=institution.pk).exists():
        raise NotAllowed("只能导入本机构的表格。")
    if kind == "OPENING":
        opening_sums(institution)
    content, told = kept_sheets.read_upload(upload)
    rows = rows_of(content, told["format"], kind, institution)
    row = FundSheet(
        **root_fields(actor=actor, region=institution.region, bureau=institution.bureau),
        institution=institution,
        kind=kind,
        counts=dict(Counter(item.kind for item in rows)),
        **told,
    )
    kept_sheets.keep(row, content)
    audit.record(actor=actor, verb="funds.sheet_receive", target=row, about=institution.uid)
    return row


@database.atomic
def sheet_apply(*, actor: User, sheet: FundSheet, at: datetime | None = None) -> FundSheet:
    """Write the new rows that the rules let through; the second click finds it done. The file is removed.

    A sheet of which no row is let through stays as it was. Raises NotAllowed, WrongState, Unlawful.
    """
    require(actor, PERMISSIONS[sheet.kind])
    at = at or timezone.now()
    if sheet.kind == "OPENING":
        opening_may_apply(actor, sheet)
    locked = lock(sheet)
    if locked.status == "APPLIED":
        return locked
    rows = sheet_rows(locked)
    kept_sheets.need_new(rows)
    write = {"CONTRACTS": _write_contracts, "LESSONS": _write_lessons, "OPENING": _write_opening}[locked.kind]
    found = write(actor, locked, [row for row in rows if row.kind == "NEW"], at)
    kept_sheets.need_written(rows)
    locked.applied_by = actor
    changes = kept_sheets.applied(locked, rows, at, **(found or {}))
    about = locked.institution.uid
    audit.record(actor=actor, verb="funds.sheet_apply", target=locked, changes=changes, about=about, at=at)
    return locked


@database.atomic
def sheet_discard(*, actor: User, sheet: FundSheet, reason: str = "", at: datetime | None = None) -> None:
    """Throw away a sheet that was not applied, with its file; the event stays. Raises NotAllowed, WrongState."""
    require(actor, PERMISSIONS[sheet.kind])
    if not FundSheet.objects.visible_to(actor).filter(pk=sheet.pk).exists():
        raise NotAllowed("只能放弃本机构的表格。")
    locked = lock(sheet)
    if locked.status != "CHECKED":
        raise WrongState("表格已经导入，不能放弃。")
    about = locked.institution.uid
    kept_sheets.discard(actor, locked, verb="funds.sheet_discard", about=about, reason=reason, at=at)


def sheets_purge(*, actor: User, at: datetime, failed: list[str] | None = None) -> int:
    """Throw away sheets that nobody confirmed in time. How many."""

    def throw_away(row: FundSheet, reason: str) -> None:
        sheet_discard(actor=actor, sheet=row, reason=reason, at=at)

    return kept_sheets.purge(FundSheet.objects.select_related("institution"), throw_away, at, failed)


def _write_contracts(actor: User, sheet: FundSheet, rows: list[SheetRow], at: datetime) -> None:
    for row in rows:
        with_values = dict(row.values)

        def work(values: dict[str, Any] = with_values) -> None:
            with database.atomic():
                contract_draft(actor=actor, institution=sheet.institution, values=values, at=at)

        tried(row, work)


def _write_opening(actor: User, sheet: FundSheet, rows: list[SheetRow], at: datetime) -> dict[str, int]:
    """Each contract alone; nothing else is posted on the account meanwhile, no day of it is closed."""
    sums = opening_sums(sheet.institution)
    lock(sums.account)
    sums = opening_sums(sheet.institution)
    for row in rows:

        def work(one: SheetRow = row) -> None:
            opening_write(actor, sheet, one, sums, at)

        tried(row, work)
    done = sum(row.values["rest_fen"] for row in rows if row.kind == "NEW")
    return {"bank_fen": sums.bank, "booked_fen": sums.booked + done, "sheet_fen": done}


def _write_lessons(actor: User, sheet: FundSheet, rows: list[SheetRow], at: datetime) -> None:
    """Contract by contract, so that one contract's trouble does not stop the others."""
    groups: dict[str, list[SheetRow]] = {}
    for row in rows:
        groups.setdefault(row.values["number"], []).append(row)
    for group in groups.values():
        wanted = [
            Taught(
                row.values["contract"], row.values["taught_on"], row.values["slot"], row.values["is_absent"]
            )
            for row in group
        ]

        def work(lessons: list[Taught] = wanted) -> None:
            lessons_declare(actor=actor, institution=sheet.institution, rows=lessons, at=at)

        if not tried(group[0], work):
            for row in group[1:]:
                row.kind, row.reasons = "REJECTED", list(group[0].reasons)


audit.verb("funds.sheet_receive", "上传预收费表格")
audit.verb("funds.sheet_apply", "导入预收费表格")
audit.verb("funds.sheet_discard", "放弃预收费表格")
