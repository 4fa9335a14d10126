"""Keys of other offices' machines, and the proof that a request was signed with one: HMAC-SHA256, once, in time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db import transaction as database
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.crypto import seal, unseal
from casework.errors import NotAllowed, Unlawful
from casework.records import clean, root_fields
from casework.steps import lock, require
from funds.models import Bank, MachineKey, MachineNonce

MANAGE = "funds.bank_key"
WINDOW = timedelta(minutes=5)
OVERLAP = timedelta(days=7)
REFUSED = "签名不对、密钥已停用或请求已过期。请核对密钥编号、时间和签名方法。"


@dataclass(frozen=True)
class Signed:
    """What a request says about itself."""

    key_id: str
    timestamp: str
    nonce: str
    signature: str
    method: str
    path: str
    body: bytes


def signing_text(*, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What is signed: method, path with query, timestamp (Unix seconds), nonce and the body's SHA-256, by lines."""
    return "\n".join((method.upper(), path, timestamp, nonce, sha256_hex(body))).encode()


def signature_of(secret: str, text: bytes) -> str:
    """HMAC-SHA256 as lower-case hex."""
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


@database.atomic
def key_issue(
    *,
    actor: User,
    bank: Bank | None = None,
    office: str = "",
    source: str = "BANK",
    at: datetime | None = None,
) -> tuple[MachineKey, str]:
    """A new key and its secret, which is never shown again; an older key of the holder ends in seven days.

    For a bank, or for another office by its name and the source its signals come from. Raises NotAllowed, Unlawful.
    """
    require(actor, MANAGE)
    at = at or timezone.now()
    secret = secrets.token_urlsafe(32)
    row = MachineKey(
        **_root_of(actor, bank),
        bank=bank,
        office=office.strip(),
        source=source,
        key_id=f"BK{secrets.token_hex(8)}",
        issued_at=at,
    )
    row.secret_sealed = seal(secret, _context(row))
    clean(row)
    held = MachineKey.objects.filter(bureau=row.bureau, bank=bank, office=row.office, source=row.source)
    for old in held.select_for_update().filter(ends_at__isnull=True):
        _end(actor, old, at + OVERLAP, "更换密钥", "funds.bank_key_rotate", at)
    row.save(force_insert=True)
    audit.record(actor=actor, verb="funds.bank_key_issue", target=row, at=at)
    return row, secret


def _root_of(actor: User, bank: Bank | None) -> dict[str, Any]:
    if bank is not None:
        return root_fields(actor=actor, region=bank.region, bureau=bank.bureau)
    if actor.bureau is None:
        raise Unlawful("接口密钥由县（区）教育局的系统管理员发放。")
    return root_fields(actor=actor, region=actor.bureau.region)


@database.atomic
def key_revoke(*, actor: User, key: MachineKey, reason: str, at: datetime | None = None) -> MachineKey:
    """End a key now. Raises NotAllowed, Unlawful."""
    require(actor, MANAGE)
    at = at or timezone.now()
    if not reason.strip():
        raise Unlawful("停用密钥须写明原因。")
    locked = lock(key)
    if locked.ends_at is not None and locked.ends_at <= at:
        raise Unlawful("这个密钥已经停用。")
    return _end(actor, locked, at, reason.strip(), "funds.bank_key_revoke", at)


def _end(actor: User, row: MachineKey, ends_at: datetime, reason: str, verb: str, at: datetime) -> MachineKey:
    row.ends_at, row.ended_by, row.end_reason = ends_at, actor, reason
    row.version += 1
    row.save()
    audit.record(actor=actor, verb=verb, target=row, reason=reason, at=at)
    return row


def request_verify(*, signed: Signed, at: datetime | None = None) -> MachineKey:
    """The key that signed a request, which is good once and for five minutes. Raises NotAllowed."""
    at = at or timezone.now()
    standing = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    row = MachineKey.objects.filter(standing, key_id=signed.key_id).select_related("bank").first()
    if row is None or not signed.nonce or len(signed.nonce) > 64 or not _in_time(signed.timestamp, at):
        raise NotAllowed(REFUSED)
    text = signing_text(
        method=signed.method,
        path=signed.path,
        timestamp=signed.timestamp,
        nonce=signed.nonce,
        body=signed.body,
    )
    wanted = signature_of(unseal(row.secret_sealed, _context(row)), text)
    if not hmac.compare_digest(wanted.encode(), signed.signature.encode()):
        raise NotAllowed(REFUSED)
    try:
        with database.atomic():
            MachineNonce.objects.create(key=row, nonce=signed.nonce, seen_at=at)
    except IntegrityError as error:
        raise NotAllowed("请求编号已用过。每次请求须用新的编号。") from error
    MachineKey.objects.filter(pk=row.pk).update(used_at=at)
    return row


def _in_time(timestamp: str, at: datetime) -> bool:
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    return abs(at.timestamp() - int(timestamp)) <= WINDOW.total_seconds()


def nonces_forget(*, now: datetime) -> int:
    """Drop request numbers whose requests are refused by their time anyway; how many."""
    count, _ = MachineNonce.objects.filter(seen_at__lt=now - 2 * WINDOW - timedelta(hours=1)).delete()
    return count


def _context(row: MachineKey) -> str:
    # The name under which the first keys were sealed; it is part of what their seal proves.
    return f"funds.bankkey.secret:{row.uid}"


for code, sentence in {
    "bank_key_issue": "发放接口密钥",
    "bank_key_rotate": "更换接口密钥",
    "bank_key_revoke": "停用接口密钥",
}.items():
    audit.verb(f"funds.{code}", sentence)
