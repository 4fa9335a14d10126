"""What a bureau publishes so that anybody can check its codes without asking it: keys and revocations.

Both are JSON. The revocation list travels as a text with a signature over exactly its bytes, so a
reader needs no rule for canonical JSON. `docs/verify.md` explains both to strangers.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Bureau
from casework.documents.signing import base64url, sign_text
from casework.models import DocumentState, OfficialDocument, SigningKey

PAYLOAD_FORM = "<key_id>.<code>.<yyyymmdd>.<digest>.<signature>"


def code_digest(code: str) -> str:
    """SHA-256 of a verification code without dashes: names a document without giving its code away."""
    return hashlib.sha256(code.replace("-", "").encode()).hexdigest()


def public_keys(bureau: Bureau | None = None) -> list[dict[str, Any]]:
    """Public keys of one bureau, or of all, oldest first, with what a checker must know about each."""
    rows = SigningKey.objects.select_related("bureau").order_by("created_at", "pk")
    if bureau is not None:
        rows = rows.filter(bureau=bureau)
    return [
        {
            "key_id": key.key_id,
            "bureau": key.bureau.slug,
            "organ": key.bureau.name,
            "algorithm": "Ed25519",
            "public_key": base64url(bytes(key.public_key)),
            "sha256": hashlib.sha256(bytes(key.public_key)).hexdigest(),
            "created_at": _stamp(key.created_at),
            "retired_at": _stamp(key.retired_at),
            "revoked_at": _stamp(key.revoked_at),
        }
        for key in rows
    ]


def revocations(bureau: Bureau) -> dict[str, Any]:
    """Documents of a bureau that are no longer in force, and its revoked keys; unsigned."""
    ended = OfficialDocument.objects.filter(bureau=bureau).exclude(state=DocumentState.VALID)
    rows = ended.order_by("state_changed_at", "pk").values_list("code", "state", "state_changed_at")
    keys = SigningKey.objects.filter(bureau=bureau, revoked_at__isnull=False).order_by("revoked_at", "pk")
    return {
        "documents": [
            {"code_sha256": code_digest(code), "state": state, "since": _stamp(since)}
            for code, state, since in rows.iterator()
        ],
        "keys": [
            {"key_id": key.key_id, "since": _stamp(key.revoked_at), "reason": key.revoke_reason}
            for key in keys
        ],
    }


def key_file(bureau: Bureau) -> dict[str, Any]:
    """`/verify/keys.json`."""
    return {
        "format": "document-keys/1",
        "bureau": bureau.slug,
        "organ": bureau.name,
        "payload": PAYLOAD_FORM,
        "keys": public_keys(bureau),
    }


def revocation_file(bureau: Bureau, on: date) -> dict[str, Any] | None:
    """`/verify/revocations.json` of a day, signed by the key in use; None while nothing was ever signed."""
    key = SigningKey.objects.filter(bureau=bureau, retired_at=None, revoked_at=None).first()
    if key is None:
        return None
    said = {
        "format": "document-revocations/1",
        "bureau": bureau.slug,
        "organ": bureau.name,
        "as_of": on.isoformat(),
        **revocations(bureau),
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return {"signed": text, "key_id": key.key_id, "signature": sign_text(key, text)}


def _stamp(moment: datetime | None) -> str | None:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None
