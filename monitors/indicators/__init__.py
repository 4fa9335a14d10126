"""Numbers of this room."""

from __future__ import annotations

from monitors.indicators import grids, patrols, sightings


def register_all() -> None:
    """Declare them."""
    patrols.register_all()
    grids.register_all()
    sightings.register_all()


__all__ = ["register_all"]
