"""What the pages of this room share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from casework.web import AuthedRequest, kit
from schools.models import School

LABEL = "学校"
TABS = (("学校名册", "schools:school_list", "schools.school_view"),)


def tabs(request: AuthedRequest, here: str) -> list[dict[str, Any]]:
    """Those that the reader may open."""
    return kit.tabs(request.user, here, TABS)


def school_url(row: School) -> str:
    """The page of a school."""
    return reverse("schools:school_detail", kwargs={"uid": row.uid})
