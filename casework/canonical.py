"""One canonical form of JSON data, so that two programs compute the same hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


def canonical_bytes(data: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces (RFC 8785 for the types we use: no floats in sealed data)."""
    return json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder
    ).encode()


def sha256_hex(data: Any) -> str:
    """SHA-256 of bytes, or of the canonical form of anything else, as lower-case hex."""
    raw = data if isinstance(data, bytes) else canonical_bytes(data)
    return hashlib.sha256(raw).hexdigest()
