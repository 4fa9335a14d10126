"""Receiving files by their hash, in pieces that may come again and in any state of the line."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casework import jobs
from casework.errors import NotAllowed, Unlawful
from fieldwork.models import FieldDevice, FieldFile, FieldOutcome, FieldRecord, FileState, OutcomeState

HASH = re.compile(r"^[0-9a-f]{64}$")
PIECE_MAX_BYTES = 2 * 1024 * 1024


@transaction.atomic
def file_receive(
    *,
    actor: User,
    device: FieldDevice,
    sha256: str,
    size: int,
    offset: int,
    data: bytes,
    at: datetime | None = None,
) -> FieldFile:
    """Keep one piece of a file; the last piece proves the hash. A piece that is known changes nothing.

    `size` is the whole file in bytes. A piece beyond what is here is not taken; the answer's
    `received_bytes` says from where to go on. Raises Unlawful with what to do, NotAllowed.
    """
    at = at or timezone.now()
    _check(actor, sha256, size, data)
    FieldFile.objects.get_or_create(device=device, sha256=sha256, defaults={"size": size, "started_at": at})
    locked = FieldFile.objects.select_for_update().get(device=device, sha256=sha256)
    if locked.state == FileState.BROKEN or (locked.size != size and locked.state == FileState.PARTIAL):
        _begin_again(locked, size, at)
    if locked.state == FileState.RECEIVED or offset != locked.received_bytes or not data:
        return locked
    if offset + len(data) > locked.size:
        raise Unlawful("文件比申报的大，请在手机上重新选择这个文件。")
    _append(locked, offset, data)
    if locked.received_bytes == locked.size:
        _finish(locked, at)
    locked.save()
    if locked.state == FileState.RECEIVED:
        _wake(sha256)
    return locked


def _check(actor: User, sha256: str, size: int, data: bytes) -> None:
    if not actor.may("fieldwork.field_open"):
        raise NotAllowed("您没有“使用现场应用”的权限，请联系监管股负责人。")
    if not HASH.match(sha256):
        raise Unlawful("文件标识不是 SHA-256，请更新现场应用。")
    if not 0 < size <= settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        raise Unlawful(f"文件须不超过 {limit} MB 且不为空，请压缩后再发。")
    if len(data) > PIECE_MAX_BYTES:
        raise Unlawful("分片过大，请更新现场应用。")


def _begin_again(row: FieldFile, size: int, at: datetime) -> None:
    for _, _, name in row.parts:
        storages["sealed"].delete(name)
    row.parts, row.received_bytes, row.size, row.state, row.started_at = [], 0, size, FileState.PARTIAL, at


def _append(row: FieldFile, offset: int, data: bytes) -> None:
    name = f"field/{row.device.bureau_id}/{row.device.uid.hex}/{row.sha256}.{offset}"
    stored = storages["sealed"].save(name, ContentFile(data))
    row.parts = [*row.parts, [offset, len(data), stored]]
    row.received_bytes = offset + len(data)


def _finish(row: FieldFile, at: datetime) -> None:
    data = b"".join(_read(name) for _, _, name in row.parts)
    if hashlib.sha256(data).hexdigest() != row.sha256:
        row.state = FileState.BROKEN
        return
    if len(row.parts) == 1:
        row.stored_as = row.parts[0][2]
    else:
        name = f"field/{row.device.bureau_id}/{row.device.uid.hex}/{row.sha256}"
        row.stored_as = storages["sealed"].save(name, ContentFile(data))
        for _, _, piece in row.parts:
            storages["sealed"].delete(piece)
    row.parts, row.state, row.received_at = [], FileState.RECEIVED, at


def _read(name: str) -> bytes:
    with storages["sealed"].open(name) as stored:
        return bytes(stored.read())


def _wake(sha256: str) -> None:
    """Settle the records in which something waits for this file."""
    waiting = FieldOutcome.objects.filter(
        operation__files__contains=[sha256],
        state__in=[OutcomeState.WAITING, OutcomeState.RECEIVED],
        operation__record__isnull=False,
    )
    for pk in sorted(set(waiting.values_list("operation__record_id", flat=True))):
        FieldRecord.objects.filter(pk=pk).update(is_dirty=True)
        jobs.enqueue("fieldwork.tasks.record_settle", pk)


def file_bytes(device: FieldDevice, sha256: str, *, own_only: bool = False) -> bytes | None:
    """The bytes of a received file: from the phone that named it, else from any of its bureau.

    `own_only` leaves out other phones, where people must not get at files by their hash alone.
    """
    found = FieldFile.objects.filter(sha256=sha256, state=FileState.RECEIVED, device__bureau=device.bureau_id)
    row = found.filter(device=device).first() or (None if own_only else found.first())
    return _read(row.stored_as) if row else None
