"""Sheets from outside: received and judged, columns set by people, taken in once; a repeat changes nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import clean, root_fields
from casework.steps import lock, require
from funds.models import OutsideSheet
from funds.outside_sheets import fields_of, labels_of, match_columns
from funds.outside_sheets.heads import heading_of
from funds.selectors.outside import outside_labels, outside_rows
from funds.services import kept_sheets
from funds.services.platform import platform_compare
from funds.services.signals import signals_take
from institutions.sheets.reading import read_grids

PERMISSIONS = {"SIGNALS": "funds.signal_edit"}
PLATFORM = "funds.platform_compare"


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
    content, told = kept_sheets.read_upload(upload)
    grid, head = heading_of(read_grids(content, told["format"]), kind)
    row = OutsideSheet(
        **root_fields(actor=actor, region=actor.bureau.region),
        kind=kind,
        columns=match_columns(labels_of(grid, head), kind),
        defaults={key: value for key, value in (defaults or {}).items() if value},
        covers_from=covers_from,
        covers_to=covers_to,
        stored_as="-",
        **told,
    )
    clean(row)
    if covers_to is not None and covers_to > timezone.localdate():
        raise Unlawful("数据止日不能晚于今天。")
    kept_sheets.keep(row, content)
    audit.record(actor=actor, verb="funds.outside_receive", target=row, about=row.uid)
    return row


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

    Signals go through their own service; platform rows are only compared. A sheet of which nothing is taken in stays
    as it was. Raises NotAllowed, WrongState, Unlawful.
    """
    require(actor, permission_of(sheet.kind))
    at = at or timezone.now()
    if lock(sheet).status == "APPLIED":
        return lock(sheet)
    locked = _held(actor, sheet)
    rows = outside_rows(locked)
    kept_sheets.need_new(rows)
    found: dict[str, int] = {}
    if locked.kind == "SIGNALS":
        signals_take(actor=actor, rows=rows, at=at)
        kept_sheets.need_written(rows)
    else:
        found = platform_compare(actor=actor, sheet=locked, rows=rows, at=at)
    changes = kept_sheets.applied(locked, rows, at, **found)
    audit.record(
        actor=actor, verb="funds.outside_apply", target=locked, changes=changes, about=locked.uid, at=at
    )
    return locked


@database.atomic
def outside_discard(
    *, actor: User, sheet: OutsideSheet, reason: str = "", at: datetime | None = None
) -> None:
    """Throw away a sheet that was not taken in, with its file; the event stays. Raises NotAllowed, WrongState."""
    locked = _held(actor, sheet)
    kept_sheets.discard(actor, locked, verb="funds.outside_discard", about=locked.uid, reason=reason, at=at)


def outside_purge(*, actor: User, at: datetime, failed: list[str] | None = None) -> int:
    """Throw away sheets that nobody confirmed in time. How many."""

    def throw_away(row: OutsideSheet, reason: str) -> None:
        outside_discard(actor=actor, sheet=row, reason=reason, at=at)

    return kept_sheets.purge(OutsideSheet.objects.all(), throw_away, at, failed)


for code, sentence in {
    "outside_receive": "上传外部表格",
    "outside_columns": "指定外部表格的列",
    "outside_apply": "导入外部表格",
    "outside_discard": "放弃外部表格",
}.items():
    audit.verb(f"funds.{code}", sentence)
