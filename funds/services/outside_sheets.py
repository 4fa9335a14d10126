"""Sheets from outside: received and judged, columns set by people, taken in once; a repeat changes nothing."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import clean, root_fields
from casework.steps import lock, require
from funds.models import OutsideSheet
from funds.outside_sheets import OutsideRow, fields_of, labels_of, match_columns, read_rows
from funds.outside_sheets.heads import heading_of
from funds.outside_sheets.platform import judge_platform
from funds.outside_sheets.signals import judge_signals
from funds.services.platform import platform_compare
from funds.services.signals import signals_take
from institutions.sheets.guard import check_sheet
from institutions.sheets.reading import read_grids

logger = logging.getLogger(__name__)
KEEP_DAYS = 30
PERMISSIONS = {"SIGNALS": "funds.signal_edit"}
PLATFORM = "funds.platform_compare"
SHOWN_REFUSED = 200


def permission_of(kind: str) -> str:
    """Who may take in a sheet of that kind."""
    return PERMISSIONS.get(kind, PLATFORM)


@database.atomic
def outside_receive(
    *,
    actor: User,
    kind: str,
    upload: UploadedFile[Any] | ContentFile[bytes],
    defaults: dict[str, str] | None = None,
    covers_from: date | None = None,
    covers_to: date | None = None,
) -> OutsideSheet:
    """Keep an uploaded sheet for its preview, with the columns found by their headings; nothing is registered.

    Raises NotAllowed, Unlawful (no sheet, no heading, days missing).
    """
    require(actor, permission_of(kind))
    if actor.bureau is None:
        raise Unlawful("系统账号不能导入表格。")
    stream: Any = upload.file or upload
    name = str(upload.name or "")
    file_format = check_sheet(stream, upload.size or 0, name)
    content = bytes(stream.read())
    grid, head = heading_of(read_grids(content, file_format), kind)
    row = OutsideSheet(
        **root_fields(actor=actor, region=actor.bureau.region),
        kind=kind,
        file_name=name[-200:],
        format=file_format,
        sha256=hashlib.sha256(content).hexdigest(),
        columns=match_columns(labels_of(grid, head), kind),
        defaults={key: value for key, value in (defaults or {}).items() if value},
        covers_from=covers_from,
        covers_to=covers_to,
        stored_as="-",
    )
    clean(row)
    if covers_to is not None and covers_to > timezone.localdate():
        raise Unlawful("数据止日不能晚于今天。")
    row.stored_as = storages["sealed"].save(f"funds/{row.uid.hex}.{file_format}", ContentFile(content))
    row.save(force_insert=True)
    audit.record(actor=actor, verb="funds.outside_receive", target=row, about=row.uid)
    return row


def outside_labels(sheet: OutsideSheet) -> list[str]:
    """The words of the sheet's heading; empty once it was taken in."""
    if not sheet.stored_as:
        return []
    grid, head = heading_of(read_grids(_content(sheet), sheet.format), sheet.kind)
    return labels_of(grid, head)


def _content(sheet: OutsideSheet) -> bytes:
    with storages["sealed"].open(sheet.stored_as) as stored:
        return bytes(stored.read())


def outside_rows(sheet: OutsideSheet) -> list[OutsideRow]:
    """The rows as they stand now, judged. Raises Unlawful when a needed column is not named."""
    if not sheet.stored_as:
        return []
    rows = read_rows(_content(sheet), sheet)
    (judge_signals if sheet.kind == "SIGNALS" else judge_platform)(rows, sheet)
    return rows


@database.atomic
def outside_columns(*, actor: User, sheet: OutsideSheet, columns: dict[str, int]) -> OutsideSheet:
    """Say which column holds what. Raises NotAllowed, WrongState (taken in), Unlawful (twice, not there)."""
    locked = _held(actor, sheet)
    labels = outside_labels(locked)
    known = {name for name, _ in fields_of(locked.kind)}
    if not columns.keys() <= known or any(not 0 <= place < len(labels) for place in columns.values()):
        raise Unlawful("选的列不在表里，请刷新页面重选。")
    if len(set(columns.values())) != len(columns):
        raise Unlawful("同一列不能对应两个项目。")
    changes = {"columns": [locked.columns, columns]}
    locked.columns, locked.version = columns, locked.version + 1
    locked.save()
    audit.record(actor=actor, verb="funds.outside_columns", target=locked, changes=changes, about=locked.uid)
    return locked


def _held(actor: User, sheet: OutsideSheet) -> OutsideSheet:
    require(actor, permission_of(sheet.kind))
    if not OutsideSheet.objects.visible_to(actor).filter(pk=sheet.pk).exists():
        raise NotAllowed("只能办理本局的表格。")
    locked = lock(sheet)
    if locked.status != "CHECKED":
        raise WrongState("表格已经导入。")
    return locked


@database.atomic
def outside_apply(*, actor: User, sheet: OutsideSheet, at: datetime | None = None) -> OutsideSheet:
    """Take in the rows that stand the rules; the second click finds it done. The file is removed.

    Signals go through their own service; platform rows are only compared. Raises NotAllowed, WrongState, Unlawful.
    """
    require(actor, permission_of(sheet.kind))
    at = at or timezone.now()
    if lock(sheet).status == "APPLIED":
        return lock(sheet)
    locked = _held(actor, sheet)
    rows = outside_rows(locked)
    if not any(row.kind == "NEW" for row in rows):
        raise WrongState("表格里没有可以导入的新行。请看每一行的说明。")
    found: dict[str, int] = {}
    if locked.kind == "SIGNALS":
        signals_take(actor=actor, rows=rows, at=at)
    else:
        found = platform_compare(actor=actor, sheet=locked, rows=rows, at=at)
    name, locked.stored_as = locked.stored_as, ""
    locked.status, locked.applied_at, locked.version = "APPLIED", at, locked.version + 1
    refused = [
        {"number": row.number, "label": row.label, "reasons": row.reasons} for row in rows if row.reasons
    ]
    locked.counts = {**Counter(row.kind for row in rows), **found, "refused": refused[:SHOWN_REFUSED]}
    locked.save()
    changes = {"rows": [0, locked.counts.get("NEW", 0)], "sha256": ["", locked.sha256]}
    audit.record(
        actor=actor, verb="funds.outside_apply", target=locked, changes=changes, about=locked.uid, at=at
    )
    database.on_commit(lambda: storages["sealed"].delete(name))
    return locked


@database.atomic
def outside_discard(
    *, actor: User, sheet: OutsideSheet, reason: str = "", at: datetime | None = None
) -> None:
    """Throw away a sheet that was not taken in, with its file; the event stays. Raises NotAllowed, WrongState."""
    locked = _held(actor, sheet)
    changes = {"sha256": [locked.sha256, ""]}
    audit.record(
        actor=actor, verb="funds.outside_discard", target=locked, changes=changes, reason=reason,
        about=locked.uid, at=at or timezone.now(),
    )  # fmt: skip
    name = locked.stored_as
    locked.delete()
    database.on_commit(lambda: storages["sealed"].delete(name))


def outside_purge(*, actor: User, at: datetime, failed: list[str] | None = None) -> int:
    """Throw away sheets that nobody confirmed for `KEEP_DAYS`. How many."""
    old = OutsideSheet.objects.filter(status="CHECKED", created_at__lt=at - timedelta(days=KEEP_DAYS))
    done = 0
    for row in old.order_by("pk"):
        try:
            outside_discard(actor=actor, sheet=row, reason=f"{KEEP_DAYS} 天没有确认", at=at)
        except Exception:
            logger.exception("outside sheet %s could not be thrown away", row.pk)
            if failed is not None:
                failed.append(str(row.uid))
            continue
        done += 1
    return done


for code, sentence in {
    "outside_receive": "上传外部表格",
    "outside_columns": "指定外部表格的列",
    "outside_apply": "导入外部表格",
    "outside_discard": "放弃外部表格",
}.items():
    audit.verb(f"funds.{code}", sentence)
