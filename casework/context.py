"""The request's trace (id, address) for audit events; empty in jobs and commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Trace(NamedTuple):
    """Where a change came from."""

    request_id: str = ""
    address: str = ""


NO_TRACE = Trace()
current_trace: ContextVar[Trace] = ContextVar("current_trace", default=NO_TRACE)


@contextmanager
def untraced() -> Iterator[None]:
    """Audit events inside carry neither request nor address: what a citizen reports leads back to nobody."""
    token = current_trace.set(NO_TRACE)
    try:
        yield
    finally:
        current_trace.reset(token)
