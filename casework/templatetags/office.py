"""Filters of the office registers."""

from __future__ import annotations

from django import template

from accounts.models import User
from casework import audit, outbox, wording
from casework.models import AuditEvent, PolicyValue

register = template.Library()


@register.filter
def sentence(event: AuditEvent) -> str:
    """What an audit event says was done."""
    return audit.sentence(event.verb)


@register.filter
def object_kind(event: AuditEvent) -> str:
    """Chinese name of the kind of object that an audit event is about."""
    return wording.object_kind(event.object_type) if event.object_type else ""


@register.filter
def policy_text(row: PolicyValue) -> str:
    """A policy value with its unit."""
    return wording.policy_text(row.value, row.unit)


@register.filter
def is_verified(row: PolicyValue) -> bool:
    """Whether a policy value was read in its document or set by the bureau."""
    return wording.is_verified(row.confidence)


@register.filter
def roles(person: User) -> str:
    """Labels of a person's roles."""
    return "、".join(item.get_role_display() for item in person.role_assignments.all())


@register.filter
def age(seconds: float | None) -> str:
    """A span of seconds in words: 3 秒, 5 分钟, 2 小时, 4 天."""
    if seconds is None:
        return "—"
    for size, unit in ((86400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} 秒"


@register.filter
def channel_label(name: str) -> str:
    """What people call an outbox channel."""
    return outbox.channel_label(name)
