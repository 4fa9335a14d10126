"""What suspected sites put on lower rooms."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from casework import events, registries
from casework.registries import NavEntry, Worklist


def register() -> None:
    """Called once when the room starts."""
    from complaints.events import ClueRegistered
    from complaints.selectors import sites as selectors
    from complaints.services import sites

    events.subscribe(ClueRegistered, sites.on_clue_registered)
    registries.add_nav(NavEntry("疑似培训点", "complaints:site_list", "map-pin", 23, "complaints.site_view"))
    registries.add_worklist(
        Worklist("complaints.sites", "疑似培训点", selectors.review_work, permission="complaints.site_edit")
    )
    registries.object_urls["complaints.suspectedsite"] = site_address


def site_address(uid: UUID) -> str:
    """The site's page."""
    return reverse("complaints:suspectedsite_detail", kwargs={"uid": uid})
