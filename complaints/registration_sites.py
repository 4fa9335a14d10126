"""What suspected sites put on lower rooms."""

from __future__ import annotations


def register() -> None:
    """Called once when the room starts."""
    from casework import events
    from complaints import workflow_sites  # noqa: F401
    from complaints.events import ClueRegistered
    from complaints.services import sites

    events.subscribe(ClueRegistered, sites.on_clue_registered)
