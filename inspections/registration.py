"""What this room puts on lower rooms: filled in by `register`."""

from __future__ import annotations


def register() -> None:
    """Called once when the room starts."""
