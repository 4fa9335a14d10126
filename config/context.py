"""What every page's shell needs: the bureau, the navigation of the face, the user menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from casework import registries

OFFICE = 900


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the base templates."""
    bureau = getattr(request, "bureau", None)
    user = getattr(request, "user", None)
    context: dict[str, Any] = {"bureau": bureau, "today": timezone.localdate()}
    if user is None or not user.is_authenticated:
        return context
    face = "portal" if user.is_counterpart else "desk"
    context["nav"] = navigation(request, face)
    context["home_url"] = reverse("casework_portal:home" if face == "portal" else "casework:home")
    context["user_menu"] = [{"label": "修改密码", "url": reverse("accounts:password_change"), "icon": "key"}]
    if face == "desk" and user.may("institutions.institution_view"):
        context["search_url"] = reverse("institutions:institution_list")
    return context


def navigation(request: HttpRequest, face: str) -> list[dict[str, Any]]:
    """Entries of the face that the user may open, the longest matching one active; the office last, as a group."""
    entries: list[dict[str, Any]] = []
    office: list[dict[str, Any]] = []
    for entry in registries.nav:
        if entry.face != face or (entry.permission and not request.user.may(entry.permission)):  # type: ignore[union-attr]
            continue
        shown = {"label": entry.label, "url": reverse(entry.url_name), "icon": entry.icon, "active": False}
        (office if entry.order >= OFFICE else entries).append(shown)
    here = [entry for entry in (*entries, *office) if request.path.startswith(str(entry["url"]))]
    if here:
        max(here, key=lambda entry: len(str(entry["url"])))["active"] = True
    return [*entries, {"label": "机关事务", "entries": office}] if office else entries
