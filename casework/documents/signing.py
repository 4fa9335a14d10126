"""Compact signed payloads for QR codes: Ed25519 over key id, code, date and hash of the frozen data.

Text form: `<key id>.<code>.<yyyymmdd>.<hash>.<signature>`, hash and signature in base64url. The
field app checks it offline with the published public keys; `/verify/` also answers the state.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import transaction

from accounts.models import Bureau, User
from casework import audit
from casework.crypto import seal, unseal
from casework.models import SigningKey

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Payload:
    """What a QR code claims."""

    key_id: str
    code: str
    issued_on: date
    digest: str


def new_code() -> str:
    """A random verification code of 60 bits, in three groups of four without look-alike letters."""
    letters = [secrets.choice(ALPHABET) for _ in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


def normal_code(text: str) -> str:
    """A code as people type it: any case, with or without dashes, O for 0, I and L for 1."""
    raw = text.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    return "-".join(raw[start : start + 4] for start in range(0, len(raw), 4))


@transaction.atomic
def signing_key_rotate(*, actor: User, bureau: Bureau, at: datetime, reason: str = "") -> SigningKey:
    """Make a new current key; the old one retires and keeps verifying old paper."""
    SigningKey.objects.select_for_update().filter(bureau=bureau, retired_at=None, revoked_at=None).update(
        retired_at=at
    )
    private = Ed25519PrivateKey.generate()
    key_id = secrets.token_hex(3)
    raw = private.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    key = SigningKey.objects.create(
        bureau=bureau,
        key_id=key_id,
        public_key=private.public_key().public_bytes_raw(),
        private_key_sealed=seal(raw.hex(), f"casework.signingkey:{key_id}"),
        created_at=at,
        reason=reason[:200],
    )
    audit.record(
        actor=actor, verb="casework.signing_key_rotate", target=key, bureau=bureau, at=at, reason=reason
    )
    return key


def current_key(*, actor: User, bureau: Bureau, at: datetime) -> SigningKey:
    """The bureau's signing key; the first document makes one, and two first documents make one together."""
    current = SigningKey.objects.filter(bureau=bureau, retired_at=None, revoked_at=None)
    key = current.first()
    if key is None:
        Bureau.objects.select_for_update().get(pk=bureau.pk)
        key = current.first()
    return key or signing_key_rotate(actor=actor, bureau=bureau, at=at)


def _body(key_id: str, code: str, issued_on: date, content_hash: str) -> str:
    digest = base64.urlsafe_b64encode(bytes.fromhex(content_hash)[:16]).decode().rstrip("=")
    return f"{key_id}.{code.replace('-', '')}.{issued_on:%Y%m%d}.{digest}"


def sign(key: SigningKey, *, code: str, issued_on: date, content_hash: str) -> str:
    """The signed payload of one document."""
    body = _body(key.key_id, code, issued_on, content_hash)
    return f"{body}.{sign_text(key, body)}"


def sign_text(key: SigningKey, text: str) -> str:
    """Ed25519 signature over the UTF-8 bytes of `text`, base64url without padding."""
    raw = bytes.fromhex(unseal(key.private_key_sealed, f"casework.signingkey:{key.key_id}"))
    return base64url(Ed25519PrivateKey.from_private_bytes(raw).sign(text.encode()))


def base64url(data: bytes) -> str:
    """Base64 for addresses, without padding (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def check(payload: str) -> Payload | None:
    """The claim inside a payload when its signature is good and its key not revoked, else None."""
    body, _, signature = payload.strip().rpartition(".")
    parts = body.split(".")
    if len(parts) != 4:
        return None
    key = SigningKey.objects.filter(key_id=parts[0], revoked_at=None).first()
    if key is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        if base64.urlsafe_b64encode(raw).decode().rstrip("=") != signature:
            return None
        Ed25519PublicKey.from_public_bytes(bytes(key.public_key)).verify(raw, body.encode())
        issued_on = date.fromisoformat(parts[2])
    except (InvalidSignature, ValueError):
        return None
    return Payload(parts[0], normal_code(parts[1]), issued_on, parts[3])


def matches(claim: Payload, content_hash: str) -> bool:
    """Whether the claim's digest is that of the frozen content."""
    return claim.digest == base64.urlsafe_b64encode(bytes.fromhex(content_hash)[:16]).decode().rstrip("=")


audit.verb("casework.signing_key_rotate", "更换签名密钥")
