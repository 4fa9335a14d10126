"""Small steps that every service takes: permission, lock, refusal, the question before a transition."""

from __future__ import annotations

from typing import TypeVar, cast

from django.db import models

from accounts import roles
from accounts.models import User
from casework.errors import Blocked, NotAllowed, Reason
from casework.workflow import may_take, stopping_reasons, transition, workflow_of

M = TypeVar("M", bound=models.Model)


def require(actor: User, permission: str) -> None:
    """Raise NotAllowed unless a role of the actor grants the action."""
    if not actor.may(permission):
        raise NotAllowed(f"您没有“{roles.label_of(permission)}”的权限，不能办理。请联系有权限的同事。")


def lock(obj: M) -> M:
    """The row again, locked for this transaction."""
    return type(obj)._base_manager.select_for_update().get(pk=obj.pk)


def refuse(reasons: object) -> None:
    """Raise Blocked when there are reasons."""
    found = list(cast("list[Reason]", reasons))
    if found:
        raise Blocked(found)


def ready(obj: models.Model, name: str, actor: User) -> None:
    """Raise what `transition` would raise now, before anything else is written."""
    flow = workflow_of(obj)
    arrow = flow.by_name[name]
    in_state = getattr(obj, flow.field) in arrow.sources
    if not in_state or not may_take(arrow, actor):
        transition(obj, name, actor=actor)
    refuse(stopping_reasons(obj, arrow, actor))
