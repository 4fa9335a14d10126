"""Rehearsing a step: it runs in full, the papers that it would issue are kept for the eye, and everything is undone.

A preview shows therefore exactly what the step would issue, whatever the room. Nothing remains: no row, no
number, no file, no job.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction


@dataclass
class Rehearsed:
    """Papers of one rehearsal as (kind, typesetting source), and labels of elements that they still lack."""

    papers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)


_kept: ContextVar[Rehearsed | None] = ContextVar("rehearsed_papers", default=None)


@contextmanager
def rehearsal() -> Iterator[Rehearsed]:
    """Run the block, then undo everything that it wrote; refusals of services pass through."""
    found = Rehearsed()
    token = _kept.set(found)
    try:
        with transaction.atomic():
            yield found
            transaction.set_rollback(True)
    finally:
        _kept.reset(token)


def is_on() -> bool:
    """Whether the present step is only rehearsed; then files are not stored."""
    return _kept.get() is not None


def keep(kind: str, content: dict[str, Any]) -> None:
    """Remember a paper that was issued inside a rehearsal."""
    found = _kept.get()
    if found is not None:
        found.papers.append((kind, content))


def forgive(lacks: list[str]) -> bool:
    """Whether missing elements are only told, because the step is rehearsed."""
    found = _kept.get()
    if found is None:
        return False
    found.lacks.extend(label for label in lacks if label not in found.lacks)
    return True
