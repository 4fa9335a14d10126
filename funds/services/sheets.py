"""Sheets of contracts and lessons: received and judged, then applied once; a repeat changes nothing."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import root_fields
from casework.steps import lock, require
from funds.models import FundSheet
from funds.services.contracts import contract_draft
from funds.services.lessons import Taught, lessons_declare
from funds.sheets import SheetRow, rows_of, tried
from institutions.models import Institution
from institutions.sheets.guard import check_sheet

logger = logging.getLogger(__name__)
KEEP_DAYS = 30
PERMISSIONS = {"CONTRACTS": "funds.contract_enter", "LESSONS": "funds.lesson_declare"}


@database.atomic
def sheet_receive(
    *, actor: User, institution: Institution, kind: str, upload: UploadedFile[Any] | ContentFile[bytes]
) -> FundSheet:
    """Keep an uploaded sheet for its preview; nothing enters the books. Raises NotAllowed, Unlawful."""
    require(actor, PERMISSIONS[kind])
    if not Institution.objects.visible_to(actor).filter(pk=institution.pk).exists():
        raise NotAllowed("只能导入本机构的表格。")
    stream: Any = upload.file or upload
    name = str(upload.name or "")
    file_format = check_sheet(stream, upload.size or 0, name)
    content = bytes(stream.read())
    rows = rows_of(content, file_format, kind, institution)
    row = FundSheet(
        **root_fields(actor=actor, region=institution.region, bureau=institution.bureau),
        institution=institution,
        kind=kind,
        file_name=name[-200:],
        format=file_format,
        sha256=hashlib.sha256(content).hexdigest(),
        counts=dict(Counter(item.kind for item in rows)),
    )
    row.stored_as = storages["sealed"].save(f"funds/{row.uid.hex}.{file_format}", ContentFile(content))
    row.save(force_insert=True)
    audit.record(actor=actor, verb="funds.sheet_receive", target=row, about=institution.uid)
    return row


def sheet_rows(sheet: FundSheet) -> list[SheetRow]:
    """The rows as they stand now; empty once the sheet was applied and its file removed."""
    if not sheet.stored_as:
        return []
    with storages["sealed"].open(sheet.stored_as) as stored:
        return rows_of(stored.read(), sheet.format, sheet.kind, sheet.institution)


@database.atomic
def sheet_apply(*, actor: User, sheet: FundSheet, at: datetime | None = None) -> FundSheet:
    """Write the new rows that the rules let through; the second click finds it done. The file is removed.

    A sheet of which no row is let through stays as it was. Raises NotAllowed, WrongState, Unlawful.
    """
    require(actor, PERMISSIONS[sheet.kind])
    at = at or timezone.now()
    locked = lock(sheet)
    if locked.status == "APPLIED":
        return locked
    rows = sheet_rows(locked)
    if not any(row.kind == "NEW" for row in rows):
        raise WrongState("表格里没有可以导入的新行。请看每一行的说明。")
    write = _write_contracts if locked.kind == "CONTRACTS" else _write_lessons
    write(actor, locked, [row for row in rows if row.kind == "NEW"], at)
    if not any(row.kind == "NEW" for row in rows):
        reasons = dict.fromkeys(reason for row in rows for reason in row.reasons)
        raise Unlawful(f"没有一行可以导入：{' '.join(list(reasons)[:3])}")
    name, locked.stored_as = locked.stored_as, ""
    locked.status, locked.applied_at, locked.version = "APPLIED", at, locked.version + 1
    refused = [
        {"number": row.number, "label": row.label, "reasons": row.reasons} for row in rows if row.reasons
    ]
    locked.counts = {**Counter(row.kind for row in rows), "refused": refused[:200]}
    locked.save()
    audit.record(
        actor=actor,
        verb="funds.sheet_apply",
        target=locked,
        changes={"rows": [0, locked.counts.get("NEW", 0)], "sha256": ["", locked.sha256]},
        about=locked.institution.uid,
        at=at,
    )
    database.on_commit(lambda: storages["sealed"].delete(name))
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
    audit.record(
        actor=actor,
        verb="funds.sheet_discard",
        target=locked,
        changes={"sha256": [locked.sha256, ""]},
        reason=reason,
        about=locked.institution.uid,
        at=at or timezone.now(),
    )
    name = locked.stored_as
    locked.delete()
    database.on_commit(lambda: storages["sealed"].delete(name))


def sheets_purge(*, actor: User, at: datetime, failed: list[str] | None = None) -> int:
    """Throw away sheets that nobody confirmed for `KEEP_DAYS`: they name families in clear. How many."""
    old = FundSheet.objects.filter(status="CHECKED", created_at__lt=at - timedelta(days=KEEP_DAYS))
    done = 0
    for row in old.select_related("institution").order_by("pk"):
        try:
            sheet_discard(actor=actor, sheet=row, reason=f"{KEEP_DAYS} 天没有确认", at=at)
        except Exception:
            logger.exception("sheet %s could not be thrown away", row.pk)
            if failed is not None:
                failed.append(str(row.uid))
            continue
        done += 1
    return done


def _write_contracts(actor: User, sheet: FundSheet, rows: list[SheetRow], at: datetime) -> None:
    for row in rows:
        with_values = dict(row.values)

        def work(values: dict[str, Any] = with_values) -> None:
            with database.atomic():
                contract_draft(actor=actor, institution=sheet.institution, values=values, at=at)

        tried(row, work)


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
