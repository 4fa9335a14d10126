"""Sealing of single fields: AES-256-GCM bound to the row and field, with a key id for rotation.

Layout: key id (1 byte) · nonce (12) · ciphertext and tag. The context (`model.field:uid`) is
authenticated, so a value moved to another row does not open. Lookups use a keyed blind index.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def _keys() -> dict[int, bytes]:
    keys = {}
    for item in settings.FIELD_KEYS:
        key_id, _, hex_key = item.partition(":")
        keys[int(key_id)] = bytes.fromhex(hex_key)
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty")
    return keys


def seal(plain: str, context: str) -> bytes:
    """Encrypt `plain` for one field of one row; empty text stays empty."""
    if not plain:
        return b""
    key_id, key = max(_keys().items())
    nonce = os.urandom(12)
    return bytes([key_id]) + nonce + AESGCM(key).encrypt(nonce, plain.encode(), context.encode())


def unseal(blob: bytes | memoryview, context: str) -> str:
    """Decrypt what `seal` made; raises InvalidTag when the value or its place was tampered with."""
    raw = bytes(blob)
    if not raw:
        return ""
    key = _keys()[raw[0]]
    return AESGCM(key).decrypt(raw[1:13], raw[13:], context.encode()).decode()


def blind_index(value: str) -> str:
    """Keyed digest (32 hex) for equality search over sealed values; spaces and width do not matter."""
    normal = unicodedata.normalize("NFKC", value).replace(" ", "").upper()
    if not normal:
        return ""
    return hmac.new(bytes.fromhex(settings.BLIND_INDEX_KEY), normal.encode(), hashlib.sha256).hexdigest()[:32]
