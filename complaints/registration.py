"""What this room puts on lower rooms: navigation, worklists, panels, owners of files."""

from __future__ import annotations

from complaints import registration_wall


def register() -> None:
    """Called once when the room starts."""
    registration_wall.register()
