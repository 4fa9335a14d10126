"""What this room puts on lower rooms: navigation, worklists, panels, owners of files."""

from __future__ import annotations


def register() -> None:
    """Called once when the room starts."""
    from complaints.registration import channels, desk, sites, wall

    desk.register()
    sites.register()
    channels.register()
    wall.register()
