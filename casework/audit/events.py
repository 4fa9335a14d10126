"""Writing and reading audit events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from accounts.models import Bureau, User
from casework.canonical import sha256_hex
from casework.context import current_trace
from casework.models.audit import AuditEvent

HASHED_FIELDS = (
    "uid",
    "bureau_id",
    "occurred_at",
    "actor_id",
    "actor_name",
    "organisation_name",
    "region_path",
    "verb",
    "object_type",
    "object_uid",
    "object_no",
    "object_label",
    "about",
    "changes",
    "reason",
    "request_id",
    "address",
)


def plain(value: Any) -> Any:
    """A JSON form of a field value."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, datetime | date | UUID):
        return value.isoformat() if isinstance(value, date) else str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | int | bool | float | dict):
        return value
    return str(value)


def payload_hash(event: AuditEvent) -> str:
    """SHA-256 over the canonical form of everything the event says."""
    fields: dict[str, Any] = {}
    for name in HASHED_FIELDS:
        value = getattr(event, name)
        if isinstance(value, datetime):
            value = value.astimezone(timezone.get_default_timezone()).isoformat(timespec="microseconds")
        fields[name] = str(value) if isinstance(value, UUID) else value
    return sha256_hex(fields)


def record(
    *,
    actor: User,
    verb: str,
    target: models.Model | None = None,
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
    about: UUID | None = None,
    number: str = "",
    at: datetime | None = None,
    bureau: Bureau | None = None,
) -> AuditEvent:
    """Append one event inside the caller's transaction; outside a transaction it raises RuntimeError.

    `about` is the uid of the institution on whose file the event is shown. Pass sensitive values as
    digests (`casework.crypto.blind_index`), never in clear.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event belongs in the transaction of the change that it records")
    trace = current_trace.get()
    owner = bureau or getattr(target, "bureau", None) or actor.bureau
    event = AuditEvent(
        bureau=owner,
        occurred_at=at or timezone.now(),
        actor=actor,
        actor_name=actor.name,
        organisation_name=actor.organisation.name if actor.organisation else "",
        region_path=getattr(target, "region_path", "") or (owner.region.path if owner else ""),
        verb=verb,
        object_type=target._meta.label_lower if target is not None else "",
        object_uid=getattr(target, "uid", None),
        object_no=str(number or getattr(target, "number", "") or ""),
        object_label=str(target)[:200] if target is not None else "",
        about=about,
        changes={name: [plain(old), plain(new)] for name, (old, new) in (changes or {}).items()},
        reason=reason,
        request_id=trace.request_id,
        address=trace.address,
    )
    event.payload_hash = payload_hash(event)
    event.save(force_insert=True)
    return event


def describe(event: AuditEvent) -> str:
    """One Chinese sentence for timelines: who did what to which object."""
    from casework.audit.verbs import sentence

    number = f" {event.object_no}" if event.object_no else ""
    return f"{sentence(event.verb)}{number}"


def timeline(*, actor: User, about: UUID, limit: int = 200) -> list[AuditEvent]:
    """Newest events of one file that the actor may see."""
    return list(
        AuditEvent.objects.visible_to(actor).filter(about=about).order_by("-occurred_at", "-id")[:limit]
    )
