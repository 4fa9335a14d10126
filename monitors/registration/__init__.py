"""What this room puts on lower rooms."""

from __future__ import annotations


def register() -> None:
    """Called once when the room starts."""
    from monitors.registration import grids, patrols, people, phones

    people.register()
    patrols.register()
    grids.register()
    phones.register()
