"""The request's trace (id, address) for audit events; empty in jobs and commands."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple


class Trace(NamedTuple):
    """Where a change came from."""

    request_id: str = ""
    address: str = ""


NO_TRACE = Trace()
current_trace: ContextVar[Trace] = ContextVar("current_trace", default=NO_TRACE)
