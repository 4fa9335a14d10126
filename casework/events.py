"""Events between rooms: versioned frozen dataclasses, handled inside the publisher's transaction.

A lower room publishes; a higher room subscribes in `AppConfig.ready()`. Exceptions propagate, so a
change and its consequences commit together. Handlers only write to the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any, TypeVar

from django.db import connection

E = TypeVar("E")
_handlers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(kind: type[E], handler: Callable[[E], None]) -> None:
    """Call `handler` for every published event of `kind`; registering twice has no effect."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)


def publish(event: Any) -> None:
    """Hand an event to its subscribers, in the order in which they registered."""
    if not is_dataclass(event):
        raise TypeError("events are frozen dataclasses")
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs in the transaction of the change that it announces")
    for handler in _handlers[type(event)]:
        handler(event)
