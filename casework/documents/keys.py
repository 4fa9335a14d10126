"""Signing keys at the desk: change the key in use, and revoke a key that may be in wrong hands.

A change needs one administrator: old paper keeps its proof. A revocation takes the proof from every
code that the key has signed, so one person asks for it and another confirms it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Bureau, User
from casework import audit
from casework.documents.signing import signing_key_rotate
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import SigningKey


def key_rotate(*, actor: User, bureau: Bureau, reason: str, at: datetime | None = None) -> SigningKey:
    """Sign with a new key from now on. Raises NotAllowed, and Unlawful without a reason."""
    _may(actor, bureau, "casework.keys_edit", "更换签名密钥")
    if not reason.strip():
        raise Unlawful("更换签名密钥须写明原因。")
    return signing_key_rotate(actor=actor, bureau=bureau, at=at or timezone.now(), reason=reason.strip())


@transaction.atomic
def key_revoke_ask(*, actor: User, key: SigningKey, reason: str, at: datetime | None = None) -> SigningKey:
    """Ask for the revocation of a key; nothing changes until another person confirms it."""
    _may(actor, key.bureau, "casework.keys_edit", "提出吊销签名密钥")
    if not reason.strip():
        raise Unlawful("吊销签名密钥须写明原因，原因会在核验页公开。")
    locked = _lock(key)
    if locked.revoke_asked_at:
        raise WrongState("这把密钥的吊销已经提出，请另一位负责人确认。")
    locked.revoke_reason, locked.revoke_asked_at, locked.revoke_asked_by = (
        reason.strip()[:200],
        at or timezone.now(),
        actor,
    )
    locked.save(update_fields=["revoke_reason", "revoke_asked_at", "revoke_asked_by"])
    _note(actor, locked, "casework.signing_key_revoke_ask", reason, locked.revoke_asked_at)
    return locked


@transaction.atomic
def key_revoke_confirm(*, actor: User, key: SigningKey, at: datetime | None = None) -> SigningKey:
    """Revoke: codes signed by the key prove nothing any more. A key in use is replaced at once.

    Raises NotAllowed for the person who asked, WrongState when nobody asked.
    """
    at = at or timezone.now()
    _may(actor, key.bureau, "casework.key_revoke", "确认吊销签名密钥")
    locked = _lock(key)
    if not locked.revoke_asked_at:
        raise WrongState("还没有人提出吊销这把密钥。")
    if locked.revoke_asked_by_id == actor.pk:
        raise NotAllowed("提出吊销的人不能自己确认，请另一位负责人办理。")
    was_current = locked.retired_at is None
    locked.revoked_at, locked.revoked_by = at, actor
    locked.save(update_fields=["revoked_at", "revoked_by"])
    _note(actor, locked, "casework.signing_key_revoke", locked.revoke_reason, at)
    if was_current:
        signing_key_rotate(actor=actor, bureau=locked.bureau, at=at, reason=f"原密钥 {locked.key_id} 已吊销")
    return locked


@transaction.atomic
def key_revoke_drop(*, actor: User, key: SigningKey, reason: str) -> SigningKey:
    """Take a request for revocation back; the key stays as it was."""
    _may(actor, key.bureau, "casework.keys_edit", "撤销吊销申请")
    locked = _lock(key)
    if not locked.revoke_asked_at:
        raise WrongState("还没有人提出吊销这把密钥。")
    locked.revoke_reason, locked.revoke_asked_at, locked.revoke_asked_by = "", None, None
    locked.save(update_fields=["revoke_reason", "revoke_asked_at", "revoke_asked_by"])
    _note(actor, locked, "casework.signing_key_revoke_drop", reason, timezone.now())
    return locked


def _lock(key: SigningKey) -> SigningKey:
    locked = SigningKey.objects.select_for_update().get(pk=key.pk)
    if locked.revoked_at:
        raise WrongState("这把密钥已经吊销。")
    return locked


def _may(actor: User, bureau: Bureau, permission: str, label: str) -> None:
    if not actor.may(permission) or actor.bureau_id != bureau.pk:
        raise NotAllowed(f"您没有“{label}”的权限，请联系系统管理员。")


def _note(actor: User, key: SigningKey, verb: str, reason: str, at: datetime) -> None:
    audit.record(
        actor=actor, verb=verb, target=key, bureau=key.bureau, reason=reason, number=key.key_id, at=at
    )


audit.verb("casework.signing_key_revoke_ask", "提出吊销签名密钥")
audit.verb("casework.signing_key_revoke", "吊销签名密钥")
audit.verb("casework.signing_key_revoke_drop", "撤销吊销申请")
