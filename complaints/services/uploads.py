"""Files in parts: kept encrypted under the phone's own key until the report is sent, then taken or dropped."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction as database
from django.utils import timezone

from casework.errors import DomainError, Unlawful
from complaints.media import VIDEO_MAX_BYTES
from complaints.models import IntakeFile

KEPT_HOURS = 24
PART_MAX_BYTES = 1024 * 1024
KEY_HEX = 64
NONCE_BYTES = 12
OPEN_MAX = 20_000
EXPIRE_AT_ONCE = 5000
LOST = "照片没有传完整，或已过保存时间（一天）。请重新添加。"


class OffsetMismatch(DomainError):
    """The part does not begin where the file ends; `received` says where to go on."""

    def __init__(self, received: int) -> None:
        super().__init__("请从断开的地方继续上传。")
        self.received = received


@dataclass(frozen=True)
class Progress:
    """How far an upload is. `sha256` is the server's own digest of the whole file, once complete."""

    received: int
    size: int
    sha256: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every byte is here and the digest is right."""
        return bool(self.sha256)


@database.atomic
def upload_open(*, key: str, size: int, sha256: str, at: datetime | None = None) -> Progress:
    """Begin, or ask about, the upload of one file under the phone's random key. Raises Unlawful."""
    at = at or timezone.now()
    if not 0 < size <= VIDEO_MAX_BYTES:
        raise Unlawful(f"单个文件不超过 {VIDEO_MAX_BYTES // 1024 // 1024} MB。")
    _check_hex(key)
    _check_hex(sha256)
    digest = _digest(key)
    known = IntakeFile.objects.filter(digest=digest).first()
    if known is None:
        if IntakeFile.objects.count() >= OPEN_MAX:
            raise Unlawful("现在上传的人太多，请过几分钟再试，或先只发文字。")
        known, _ = IntakeFile.objects.get_or_create(
            digest=digest,
            defaults={"size": size, "sha256": sha256, "expires_at": at + timedelta(hours=KEPT_HOURS)},
        )
    if (known.size, known.sha256) != (size, sha256):
        raise Unlawful("这个上传编号已经用于另一个文件，请重新添加。")
    return _progress(known, key)


@database.atomic
def upload_part(*, key: str, offset: int, data: bytes) -> Progress:
    """Take one part. A part that is here already changes nothing. Raises OffsetMismatch, Unlawful."""
    row = _locked(key)
    if offset in row.offsets:
        return _progress(row, key)
    if offset != row.received:
        raise OffsetMismatch(row.received)
    if not data or len(data) > PART_MAX_BYTES or offset + len(data) > row.size:
        raise Unlawful("这一段的长度不对，请重新添加文件。")
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + AESGCM(_own_key(key)).encrypt(nonce, data, str(offset).encode())
    name = _name(row.digest, offset)
    storage = storages["sealed"]
    if storage.exists(name):  # left behind by a transaction that did not end
        storage.delete(name)
    storage.save(name, ContentFile(sealed))
    row.offsets = [*row.offsets, offset]
    row.received = offset + len(data)
    row.save(update_fields=["offsets", "received"])
    return _progress(row, key)


@database.atomic
def upload_take(*, key: str) -> bytes:
    """The whole file of a complete upload, which ends here. Raises Unlawful when it is not complete."""
    row = _locked(key)
    data = _assemble(row, key)
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise Unlawful(LOST)
    upload_drop(row=row)
    return data


def upload_drop(*, row: IntakeFile) -> None:
    """Remove an upload and its parts."""
    names = [_name(row.digest, offset) for offset in row.offsets]
    row.delete()

    def remove() -> None:
        for name in names:
            storages["sealed"].delete(name)

    database.on_commit(remove)


@database.atomic
def uploads_expire(*, now: datetime) -> int:
    """Remove uploads whose report was not sent within a day; returns how many."""
    rows = list(
        IntakeFile.objects.select_for_update(skip_locked=True).filter(expires_at__lte=now)[:EXPIRE_AT_ONCE]
    )
    for row in rows:
        upload_drop(row=row)
    return len(rows)


def _locked(key: str) -> IntakeFile:
    _check_hex(key)
    row = IntakeFile.objects.select_for_update().filter(digest=_digest(key)).first()
    if row is None or row.expires_at <= timezone.now():
        raise Unlawful(LOST)
    return row


def _progress(row: IntakeFile, key: str) -> Progress:
    whole = ""
    if row.received == row.size:
        whole = hashlib.sha256(_assemble(row, key)).hexdigest()
        if whole != row.sha256:
            raise Unlawful(LOST)
    return Progress(row.received, row.size, whole)


def _assemble(row: IntakeFile, key: str) -> bytes:
    own = AESGCM(_own_key(key))
    parts = []
    for offset in row.offsets:
        try:
            with storages["sealed"].open(_name(row.digest, offset)) as file:
                blob = file.read()
            parts.append(own.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], str(offset).encode()))
        except (FileNotFoundError, InvalidTag) as error:
            raise Unlawful(LOST) from error
    return b"".join(parts)


def _name(digest: str, offset: int) -> str:
    return f"intake/{digest[:2]}/{digest}/{offset}"


def _digest(key: str) -> str:
    return hashlib.sha256(b"name:" + key.encode()).hexdigest()


def _own_key(key: str) -> bytes:
    return hmac.new(key.encode(), b"intake", hashlib.sha256).digest()


def _check_hex(text: str) -> None:
    if len(text) != KEY_HEX or not all(char in "0123456789abcdef" for char in text):
        raise Unlawful("上传编号不对，请重新添加文件。")
