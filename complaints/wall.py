"""The wall around reporters: envelope encryption under keys of their own, receipt codes.

Each sealed report has a key of its own, wrapped with a reporter key of the environment (`REPORTER_KEYS`, apart
from `FIELD_KEYS`). Nobody with the database alone, or with the main schema's dump, learns who reported.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.utils import timezone

from casework.crypto import blind_index
from casework.errors import Unlawful
from complaints.models import SealedReport

NONCE_BYTES = 12
RECEIPT_DIGITS = 16


@dataclass(frozen=True)
class Contact:
    """What a reporter chose to leave, or what a channel brought along. All optional."""

    name: str = ""
    phone: str = ""
    wechat: str = ""
    email: str = ""
    address: str = ""

    @property
    def is_given(self) -> bool:
        """Whether anything was left."""
        return any(asdict(self).values())


def _keys() -> dict[int, bytes]:
    keys = {}
    for item in settings.REPORTER_KEYS:
        key_id, _, hex_key = item.partition(":")
        keys[int(key_id)] = bytes.fromhex(hex_key)
    if not keys:
        raise ImproperlyConfigured("REPORTER_KEYS is empty")
    return keys


def digest_of(clue_uid: UUID, key_id: int | None = None) -> str:
    """The keyed digest that a sealed report of a clue carries, under its own key or the newest one."""
    keys = _keys()
    key = keys[max(keys) if key_id is None else key_id]
    return hmac.new(key, b"clue:" + clue_uid.bytes, hashlib.sha256).hexdigest()


def sealed_of(clue_uid: UUID) -> QuerySet[SealedReport]:
    """The sealed reports of a clue, whichever reporter key they are under, oldest first."""
    digests = [digest_of(clue_uid, key_id) for key_id in _keys()]
    return SealedReport.objects.filter(digest__in=digests).order_by("pk")


def newest_key_id() -> int:
    """Under which reporter key new reports are sealed."""
    return max(_keys())


def rewrap(row: SealedReport, clue_uid: UUID) -> None:
    """Put the row's own key under the newest reporter key; what it encrypts stays as it is."""
    keys = _keys()
    context = row.uid.bytes
    own = _decrypt(keys[row.key_id], bytes(row.wrapped_key), context)
    row.key_id = max(keys)
    row.wrapped_key = _encrypt(keys[row.key_id], own, context)
    row.digest = digest_of(clue_uid)


def seal(
    *, clue_uid: UUID, content: dict[str, Any], shred_on: date, at: datetime | None = None
) -> SealedReport:
    """Encrypt `content` for one clue and keep it in the sealed schema."""
    key_id, master = max(_keys().items())
    row = SealedReport(
        digest=digest_of(clue_uid), key_id=key_id, sealed_at=at or timezone.now(), shred_on=shred_on
    )
    context = row.uid.bytes
    own = AESGCM.generate_key(256)
    row.wrapped_key = _encrypt(master, own, context)
    row.ciphertext = _encrypt(own, json.dumps(content, ensure_ascii=False).encode(), context)
    row.save(force_insert=True)
    return row


def unseal(row: SealedReport) -> dict[str, Any]:
    """What a sealed report says. Only `services.reveal_read` calls this. Raises Unlawful once shredded."""
    if not row.wrapped_key:
        raise Unlawful("密封信息已按保存期限销毁，无法查看。")
    context = row.uid.bytes
    own = _decrypt(_keys()[row.key_id], bytes(row.wrapped_key), context)
    content: dict[str, Any] = json.loads(_decrypt(own, bytes(row.ciphertext), context))
    return content


def shred(row: SealedReport, *, at: datetime) -> None:
    """Make a sealed report unreadable for ever: without its own key the rest is noise."""
    row.wrapped_key, row.ciphertext, row.shredded_at = b"", b"", at
    row.save(update_fields=["wrapped_key", "ciphertext", "shredded_at"])


def _encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def _decrypt(key: bytes, blob: bytes, context: bytes) -> bytes:
    return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], context)


def receipt_new() -> str:
    """A receipt code: 15 random digits and a Luhn digit, so that a typing error is told apart from a wrong code."""
    body = "".join(secrets.choice("0123456789") for _ in range(RECEIPT_DIGITS - 1))
    return body + _luhn(body)


def receipt_clean(text: str) -> str:
    """The digits of a typed code; empty when it cannot be one."""
    digits = "".join(char for char in text.strip() if char.isascii() and char.isdecimal())
    is_code = len(digits) == RECEIPT_DIGITS and _luhn(digits[:-1]) == digits[-1]
    return digits if is_code else ""


def receipt_digest(code: str) -> str:
    """The keyed digest kept instead of the code."""
    return blind_index(f"receipt:{code}")


def _luhn(body: str) -> str:
    total = 0
    for place, char in enumerate(reversed(body)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str((10 - total % 10) % 10)
