"""What this room puts on lower rooms: navigation, worklists, buttons on clues and visits, owners of files."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from casework import registries
from casework.registries import NavEntry


def register() -> None:
    """Called once when the room starts."""
    registries.add_nav(NavEntry("学校", "schools:school_list", "school", 78, "schools.school_view"))
    registries.object_urls["schools.school"] = _url("school")


def _url(name: str):  # type: ignore[no-untyped-def]
    def address(uid: UUID) -> str:
        return reverse(f"schools:{name}_detail", kwargs={"uid": uid})

    return address
