"""What goes to other systems: queued in the business transaction, delivered by the worker, receipted.

Business status never says "sent"; the message's own state does. Channels register a `deliver`
function; delivering twice is harmless because the other side recognises the payload hash.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from accounts.models import Bureau, User
from casework import audit, jobs
from casework.canonical import sha256_hex
from casework.errors import NotAllowed, WrongState
from casework.models import OutboxMessage, OutboxState

MAX_ATTEMPTS = 12
RETRIABLE = frozenset({OutboxState.GIVEN_UP, OutboxState.REJECTED})
_channels: dict[str, Callable[[OutboxMessage], None]] = {}
_labels: dict[str, str] = {}


def channel(name: str, deliver: Callable[[OutboxMessage], None], label: str = "") -> None:
    """Register how messages of channel `name` are delivered and what people call it; `deliver` raises on
    failure."""
    _channels[name] = deliver
    _labels[name] = label or name


def channel_label(name: str) -> str:
    """What people call a channel."""
    return _labels.get(name, name)


@transaction.atomic
def outbox_put(
    *, actor: User, bureau: Bureau, channel: str, subject: models.Model, label: str, payload: dict[str, Any]
) -> OutboxMessage:
    """Queue one message; the same payload on the same channel is queued once."""
    digest = sha256_hex(payload)
    known = OutboxMessage.objects.filter(channel=channel, payload_hash=digest).first()
    if known:
        return known
    uid: UUID = getattr(subject, "uid")  # noqa: B009
    message = OutboxMessage.objects.create(
        bureau=bureau,
        channel=channel,
        subject_type=subject._meta.label_lower,
        subject_uid=uid,
        label=label,
        payload=payload,
        payload_hash=digest,
        next_attempt_at=timezone.now(),
    )
    audit.record(actor=actor, verb="casework.outbox_put", target=message, changes={"sha256": [None, digest]})
    jobs.enqueue("casework.tasks.outbox_deliver", message.pk)
    return message


def outbox_deliver(*, message_id: int, now: datetime) -> bool:
    """Try to deliver one waiting message; claims it first, so that two workers never send together."""
    lease = now + timedelta(minutes=15)
    claimed = OutboxMessage.objects.filter(
        pk=message_id, state=OutboxState.WAITING, next_attempt_at__lte=now
    ).update(next_attempt_at=lease)
    if not claimed:
        return False
    message = OutboxMessage.objects.get(pk=message_id)
    try:
        _channels[message.channel](message)
    except Exception as error:  # noqa: BLE001 -- whatever a channel raises is kept and retried
        _postpone(message, now, error)
        return False
    OutboxMessage.objects.filter(pk=message_id, state=OutboxState.WAITING).update(
        state=OutboxState.SENT, sent_at=now, attempts=message.attempts + 1, last_error=""
    )
    return True


def outbox_due(now: datetime) -> list[int]:
    """Ids of messages whose next attempt is due, oldest first."""
    due = OutboxMessage.objects.filter(state=OutboxState.WAITING, next_attempt_at__lte=now)
    return list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:500])


@transaction.atomic
def outbox_receipt(
    *, actor: User, message: OutboxMessage, accepted: bool, receipt: dict[str, Any]
) -> OutboxMessage:
    """Record the other side's receipt; the first one counts."""
    locked = OutboxMessage.objects.select_for_update().get(pk=message.pk)
    if locked.receipt is not None:
        return locked
    locked.state = OutboxState.RECEIVED if accepted else OutboxState.REJECTED
    locked.receipt = receipt
    locked.save(update_fields=["state", "receipt"])
    audit.record(
        actor=actor, verb="casework.outbox_receipt", target=locked, changes={"state": [None, locked.state]}
    )
    return locked


@transaction.atomic
def outbox_retry(*, actor: User, message: OutboxMessage) -> OutboxMessage:
    """Let a given-up or rejected message go out again. Raises NotAllowed, WrongState."""
    if not actor.may("casework.outbox_retry"):
        raise NotAllowed("您没有“重新报送”的权限。")
    locked = OutboxMessage.objects.select_for_update().get(pk=message.pk)
    if locked.state not in RETRIABLE:
        raise WrongState(f"这件报送{locked.get_state_display()}，不需要重新报送。")
    before = locked.state
    locked.state, locked.attempts, locked.next_attempt_at = OutboxState.WAITING, 0, timezone.now()
    locked.receipt = None
    locked.save()
    audit.record(
        actor=actor, verb="casework.outbox_retry", target=locked, changes={"state": [before, locked.state]}
    )
    jobs.enqueue("casework.tasks.outbox_deliver", locked.pk)
    return locked


def _postpone(message: OutboxMessage, now: datetime, error: Exception) -> None:
    attempts = message.attempts + 1
    state = OutboxState.GIVEN_UP if attempts >= MAX_ATTEMPTS else OutboxState.WAITING
    OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.WAITING).update(
        attempts=attempts,
        state=state,
        last_error=f"{type(error).__name__}: {error}"[:300],
        next_attempt_at=now + timedelta(minutes=min(2**attempts, 360)),
    )


audit.verb("casework.outbox_put", "提交对外报送")
audit.verb("casework.outbox_receipt", "收到回执")
audit.verb("casework.outbox_retry", "重新报送")
