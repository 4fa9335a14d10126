"""Tables of transitions, and the one function that carries them out.

Rooms declare a `Workflow` in their `workflow.py`. `transition` locks the row, checks the state, the
permission, the guards and every registered blocker, sets status and time stamp, writes the audit
event and publishes the event. Screens and the API ask `available_transitions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dataclasses import field as data_field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from accounts import roles
from accounts.models import User
from casework import audit, registries
from casework.errors import Blocked, NotAllowed, Reason, Unlawful, WrongState

M = TypeVar("M", bound=models.Model)
Guard = Callable[[Any, User], Iterable[Reason]]


@dataclass(frozen=True)
class Transition:
    """One arrow. `guards` give every reason why it is stopped now; `requires` names fields that must
    be filled (given in `values` or present); `stamp` is the time field that it sets; `is_system` arrows
    are refused to people."""

    name: str
    label: str
    sources: tuple[str, ...]
    target: str
    permission: str = ""
    guards: tuple[Guard, ...] = ()
    requires: tuple[str, ...] = ()
    stamp: str = ""
    is_system: bool = False
    needs_reason: bool = False
    is_primary: bool = False
    is_danger: bool = False


@dataclass(frozen=True)
class Workflow:
    """All arrows of one model's state field."""

    model: str
    label: str
    states: type[models.TextChoices]
    transitions: tuple[Transition, ...]
    initial: str
    field: str = "status"
    by_name: dict[str, Transition] = data_field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_name.update({arrow.name: arrow for arrow in self.transitions})
        known = set(self.states.values)
        for arrow in self.transitions:
            if arrow.target not in known or not known.issuperset(arrow.sources):
                raise ValueError(f"{self.model}.{arrow.name} names an unknown state")
        _workflows[self.model] = self


@dataclass(frozen=True)
class Offer:
    """A transition that a person could take now, with the reasons that stop it, if any."""

    transition: Transition
    reasons: tuple[Reason, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it would be carried out."""
        return not self.reasons


_workflows: dict[str, Workflow] = {}


def workflow_of(obj: models.Model | type[models.Model]) -> Workflow:
    """The workflow registered for a model; KeyError when there is none."""
    return _workflows[obj._meta.label]


def all_workflows() -> list[Workflow]:
    """Every registered workflow, for the generated documentation and tests."""
    return [_workflows[name] for name in sorted(_workflows)]


def stopping_reasons(obj: models.Model, arrow: Transition, actor: User) -> tuple[Reason, ...]:
    """Reasons of the arrow's guards and of every registered blocker."""
    reasons: list[Reason] = []
    for guard in arrow.guards:
        reasons.extend(guard(obj, actor))
    for blocker in registries.blockers.of(obj._meta.label, arrow.name):
        reasons.extend(blocker(obj, actor))
    return tuple(reasons)


def may_take(arrow: Transition, actor: User) -> bool:
    """Whether the actor's roles allow the arrow at all."""
    if arrow.is_system:
        return actor.is_system
    return not arrow.permission or actor.may(arrow.permission)


def available_transitions(actor: User, obj: models.Model) -> list[Offer]:
    """Arrows that start in the present state and are within the actor's roles, blocked ones with reasons."""
    flow = workflow_of(obj)
    state = getattr(obj, flow.field)
    return [
        Offer(arrow, stopping_reasons(obj, arrow, actor))
        for arrow in flow.transitions
        if state in arrow.sources and may_take(arrow, actor)
    ]


@transaction.atomic
def transition(
    obj: M,
    name: str,
    *,
    actor: User,
    reason: str = "",
    at: datetime | None = None,
    values: dict[str, Any] | None = None,
    about: UUID | None = None,
    event: Any = None,
) -> M:
    """Carry out one arrow and return the locked, saved instance.

    `values` are further fields set with the state; `event` (a frozen dataclass) is published in the
    same transaction. Raises WrongState, NotAllowed, Unlawful (missing reason or field) or Blocked.
    """
    at = at or timezone.now()
    flow = workflow_of(obj)
    arrow = flow.by_name[name]
    manager = type(obj)._base_manager
    locked = manager.select_for_update().get(pk=obj.pk)
    _check(locked, flow, arrow, actor, reason, values or {})
    before = getattr(locked, flow.field)
    changes: dict[str, list[Any]] = {flow.field: [before, arrow.target]}
    setattr(locked, flow.field, arrow.target)
    for key, value in _stamped(arrow, at, values or {}).items():
        changes[key] = [getattr(locked, key), value]
        setattr(locked, key, value)
    if hasattr(locked, "version"):
        locked.version += 1
    locked.save()
    audit.record(
        actor=actor,
        verb=f"{locked._meta.app_label}.{locked._meta.model_name}_{name}",
        target=locked,
        changes=changes,
        reason=reason,
        about=about or getattr(locked, "file_uid", None),
        at=at,
    )
    if event is not None:
        from casework import events

        events.publish(event)
    return locked


def _stamped(arrow: Transition, at: datetime, values: dict[str, Any]) -> dict[str, Any]:
    return {**({arrow.stamp: at} if arrow.stamp else {}), **values}


def _check(
    obj: models.Model, flow: Workflow, arrow: Transition, actor: User, reason: str, values: dict[str, Any]
) -> None:
    state = getattr(obj, flow.field)
    if state not in arrow.sources:
        now = flow.states(state).label
        raise WrongState(f"现在是“{now}”，不能{arrow.label}。请刷新页面查看最新状态。")
    if not may_take(arrow, actor):
        wanted = "系统" if arrow.is_system else roles.label_of(arrow.permission)
        raise NotAllowed(f"您没有“{wanted}”的权限，不能{arrow.label}。")
    if arrow.needs_reason and not reason.strip():
        raise Unlawful(f"{arrow.label}须写明理由。")
    for name in arrow.requires:
        if not values.get(name, getattr(obj, name, None)):
            label = getattr(obj._meta.get_field(name), "verbose_name", name)
            raise Unlawful(f"{arrow.label}前须填写“{label}”。")
    if reasons := stopping_reasons(obj, arrow, actor):
        raise Blocked(list(reasons))
