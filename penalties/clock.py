"""The day on which a step is taken, for guards that ask what is over and what still runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("penalties_moment", default=None)


@contextmanager
def acting_at(moment: datetime | None) -> Iterator[datetime]:
    """Let guards judge by `moment`; services that are given a time wrap their steps in this."""
    known = moment or timezone.now()
    token = _moment.set(known)
    try:
        yield known
    finally:
        _moment.reset(token)


def now() -> datetime:
    """The moment of the step, or this moment when none was given."""
    return _moment.get() or timezone.now()


def today() -> date:
    """The local day of the step."""
    return timezone.localdate(now())
