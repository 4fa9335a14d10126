"""The file that a phone writes when its own memory cannot be trusted, and taking it in at the desk."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import DomainError, NotAllowed, Unlawful
from fieldwork.models import Channel, FieldDevice
from fieldwork.services.files import PIECE_MAX_BYTES, file_receive
from fieldwork.services.operations import BATCH_MAX, Receipt, operations_receive
from fieldwork.services.phones import bureau_of, parsed_time

FORMAT = "field-record-1"


@dataclass(frozen=True)
class Imported:
    """What an export file held: receipts of its operations, and files taken or refused with the reason."""

    device: FieldDevice
    receipts: tuple[Receipt, ...]
    files: int
    refused: tuple[str, ...]


@transaction.atomic
def sheet_import(*, actor: User, data: bytes, at: datetime | None = None) -> Imported:
    """Take an export file in as if its phone had sent it; what is here already is left alone.

    The sender is the person at the desk, the phone is the one named in the file. Raises Unlawful when it
    is not such a file.
    """
    at = at or timezone.now()
    if not actor.may("fieldwork.field_import"):
        raise NotAllowed("您没有“导入现场记录文件”的权限，请由检查组执法人员办理。")
    sheet = _read(data)
    device = _device(actor, sheet, at)
    written_at = parsed_time(sheet.get("written_at"))
    receipts: list[Receipt] = []
    operations = sheet["operations"]
    for start in range(0, len(operations), BATCH_MAX):
        receipts += operations_receive(
            actor=actor,
            device=device,
            operations=operations[start : start + BATCH_MAX],
            sent_at=_clock(sheet, written_at, at),
            channel=Channel.FILE,
            at=at,
        )
    taken, refused = _files(actor, device, sheet.get("files"), at)
    audit.record(
        actor=actor,
        verb="fieldwork.fieldrecord_import",
        target=device,
        changes={"operations": [None, len(receipts)], "files": [None, taken]},
        bureau=device.bureau,
        at=at,
    )
    return Imported(device, tuple(receipts), taken, tuple(refused))


def _read(data: bytes) -> dict[str, Any]:
    try:
        sheet = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unlawful("这不是现场应用导出的文件。请在手机“发送”页点“导出文件”后重新选择。") from error
    if (
        not isinstance(sheet, dict)
        or sheet.get("format") != FORMAT
        or not isinstance(sheet.get("operations"), list)
    ):
        raise Unlawful("这不是现场应用导出的文件。请在手机“发送”页点“导出文件”后重新选择。")
    return sheet


def _clock(sheet: dict[str, Any], written_at: datetime | None, at: datetime) -> datetime | None:
    """The phone's clock as it would show now, from the skew that the phone last measured."""
    skew = sheet.get("skew_ms")
    if isinstance(skew, int | float) and written_at:
        try:
            return at + timedelta(milliseconds=skew)
        except OverflowError:
            return None
    return None


def _device(actor: User, sheet: dict[str, Any], at: datetime) -> FieldDevice:
    raw = sheet.get("device")
    try:
        uid = UUID(str(raw))
    except ValueError:
        uid = uuid5(NAMESPACE_OID, f"file:{actor.pk}")
    device, _ = FieldDevice.objects.get_or_create(
        uid=uid,
        defaults={
            "bureau": bureau_of(actor),
            "user": actor,
            "label": "导出文件中的手机",
            "first_seen_at": at,
            "last_seen_at": at,
        },
    )
    if device.bureau_id != actor.bureau_id:
        raise Unlawful("这个文件来自其他主管部门的手机，不能在这里导入。")
    return device


def _files(actor: User, device: FieldDevice, raw: Any, at: datetime) -> tuple[int, list[str]]:
    taken, refused = 0, []
    for sha256, data in _contents(raw):
        if data is None or hashlib.sha256(data).hexdigest() != sha256:
            refused.append(f"{sha256[:12]}：内容与哈希不符")
            continue
        try:
            for offset in range(0, len(data), PIECE_MAX_BYTES):
                file_receive(
                    actor=actor,
                    device=device,
                    sha256=sha256,
                    size=len(data),
                    offset=offset,
                    data=data[offset : offset + PIECE_MAX_BYTES],
                    at=at,
                )
            taken += 1
        except DomainError as error:
            refused.append(f"{sha256[:12]}：{error.message}")
    return taken, refused


def _contents(raw: Any) -> Iterator[tuple[str, bytes | None]]:
    for entry in raw if isinstance(raw, list) else []:
        if not isinstance(entry, dict):
            continue
        sha256 = str(entry.get("sha256", ""))
        try:
            yield sha256, base64.b64decode(str(entry.get("data", "")), validate=True)
        except binascii.Error:
            yield sha256, None
