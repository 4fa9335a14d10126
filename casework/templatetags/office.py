"""Filters of the office registers."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from casework import audit, outbox, registries, wording
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


@register.simple_tag(takes_context=True)
def panels(context: RequestContext, obj: Any) -> SafeString:
    """What other rooms add to the page of `obj`, in their order (`registries.panels`)."""
    request, actor = context.request, context.request.user
    found = sorted(registries.panels.of(obj._meta.label), key=lambda panel: panel.order)
    allowed = [panel for panel in found if not panel.permission or actor.may(panel.permission)]  # type: ignore[union-attr]
    parts = []
    for panel in allowed:
        said = panel.context(actor, obj)
        parts.append(render_to_string(panel.template, {"object": obj, "panel": said, **said}, request))
    return mark_safe("".join(parts))  # noqa: S308 - each part is a rendered template


@register.simple_tag(takes_context=True)
def room_actions(context: RequestContext, obj: Any) -> list[dict[str, str]]:
    """Buttons that other rooms add to the page of `obj` (`registries.actions`), for `ui/_actions.html`."""
    offered = registries.offered_actions(context.request.user, obj)  # type: ignore[arg-type]
    return [{"label": a.label, "url": url, "icon": a.icon, "method": "link"} for a, url in offered]
