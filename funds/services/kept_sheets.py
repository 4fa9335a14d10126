"""Sheets on their way in: the file is kept sealed until people confirm or throw it away, or until its days are over."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from funds.models import FundSheet, OutsideSheet
from funds.outside_sheets import OutsideRow
from funds.sheets import SheetRow
from institutions.sheets.guard import check_sheet

logger = logging.getLogger(__name__)
KEEP_DAYS = 30
SHOWN_REFUSED = 200
REASONS_TOLD = 3
Sheet = TypeVar("Sheet", FundSheet, OutsideSheet)


def read_upload(upload: UploadedFile[Any] | ContentFile[bytes]) -> tuple[bytes, dict[str, Any]]:
    """The bytes, and what a sheet notes of its file. Raises Unlawful when it is no sheet."""
    stream: Any = upload.file or upload
    name = str(upload.name or "")
    file_format = check_sheet(stream, upload.size or 0, name)
    content = bytes(stream.read())
    sha256 = hashlib.sha256(content).hexdigest()
    return content, {"file_name": name[-200:], "format": file_format, "sha256": sha256}


def keep(sheet: FundSheet | OutsideSheet, content: bytes) -> None:
    """Save a new sheet with its sealed file."""
    name = f"funds/{sheet.uid.hex}.{sheet.format}"
    sheet.stored_as = storages["sealed"].save(name, ContentFile(content))
    sheet.save(force_insert=True)


def need_new(rows: Sequence[SheetRow | OutsideRow]) -> None:
    """Raises WrongState when no row of the sheet is new."""
    if not any(row.kind == "NEW" for row in rows):
        raise WrongState("表格里没有可以导入的新行。请看每一行的说明。")


def need_written(rows: Sequence[SheetRow | OutsideRow]) -> None:
    """Raises Unlawful, with the first reasons, when the rules let no row through: the sheet stays as it was."""
    if not any(row.kind == "NEW" for row in rows):
        reasons = dict.fromkeys(reason for row in rows for reason in row.reasons)
        raise Unlawful(f"没有一行可以导入：{' '.join(list(reasons)[:REASONS_TOLD])}")


def applied(
    sheet: FundSheet | OutsideSheet,
    rows: Sequence[SheetRow | OutsideRow],
    at: datetime,
    **found: int,
) -> dict[str, list[Any]]:
    """A locked sheet was taken in: its counts and refused rows stay, its file goes. What its event tells."""
    _drop_file(sheet)
    sheet.stored_as = ""
    sheet.status, sheet.applied_at, sheet.version = "APPLIED", at, sheet.version + 1
    refused = [
        {"number": row.number, "label": row.label, "reasons": row.reasons} for row in rows if row.reasons
    ]
    sheet.counts = {**Counter(row.kind for row in rows), **found, "refused": refused[:SHOWN_REFUSED]}
    sheet.save()
    return {"rows": [0, sheet.counts.get("NEW", 0)], "sha256": ["", sheet.sha256]}


def discard(
    actor: User, sheet: FundSheet | OutsideSheet, *, verb: str, about: Any, reason: str, at: datetime | None
) -> None:
    """Throw away a locked sheet with its file; the event stays."""
    audit.record(
        actor=actor, verb=verb, target=sheet, changes={"sha256": [sheet.sha256, ""]}, reason=reason,
        about=about, at=at or timezone.now(),
    )  # fmt: skip
    _drop_file(sheet)
    sheet.delete()


def _drop_file(sheet: FundSheet | OutsideSheet) -> None:
    name = sheet.stored_as
    database.on_commit(lambda: storages["sealed"].delete(name))


def purge(
    waiting: QuerySet[Sheet], throw_away: Callable[[Sheet, str], None], at: datetime, failed: list[str] | None
) -> int:
    """Throw away sheets that nobody confirmed for `KEEP_DAYS`: they name families in clear. How many."""
    old = waiting.filter(status="CHECKED", created_at__lt=at - timedelta(days=KEEP_DAYS))
    done = 0
    for row in old.order_by("pk"):
        try:
            throw_away(row, f"{KEEP_DAYS} 天没有确认")
        except Exception:
            logger.exception("sheet %s could not be thrown away", row.pk)
            if failed is not None:
                failed.append(str(row.uid))
            continue
        done += 1
    return done
