"""What every page's shell needs: the bureau, the navigation of the face, the user menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from casework import registries

# Where a group of the sidebar begins, by the order of its entries.
GROUPS = ((0, ""), (40, "检查执法"), (70, "案件与措施"), (200, "名单与报表"), (890, "机关事务"))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the base templates; the navigation is found when a page shows it, fragments do not."""
    bureau = getattr(request, "bureau", None)
    user = getattr(request, "user", None)
    context: dict[str, Any] = {
        "bureau": bureau,
        "today": timezone.localdate(),
    }
    if user is None or not user.is_authenticated:
        return context
    face = "portal" if user.is_counterpart else "desk"
    context["nav"] = SimpleLazyObject(lambda: navigation(request, face))
    context["home_url"] = reverse("casework_portal:home" if face == "portal" else "casework:home")
    context["user_menu"] = [{"label": "修改密码", "url": reverse("accounts:password_change"), "icon": "key"}]
    if face == "desk" and user.may("institutions.institution_view"):
        context["search_url"] = reverse("institutions:institution_list")
    return context


def navigation(request: HttpRequest, face: str) -> list[dict[str, Any]]:
    """Entries of the face that the user may open, in their groups, the longest matching one active."""
    groups: dict[str, list[dict[str, Any]]] = {}
    here: list[tuple[int, dict[str, Any]]] = []
    for entry in registries.nav:
        if entry.face != face or (entry.permission and not request.user.may(entry.permission)):  # type: ignore[union-attr]
            continue
        shown = {"label": entry.label, "url": reverse(entry.url_name), "icon": entry.icon, "active": False}
        label = "" if face == "portal" else _group_of(entry.order)
        groups.setdefault(label, []).append(shown)
        lists = (reverse(name) for name in (entry.url_name, *entry.covers))
        here += [(len(url), shown) for url in lists if request.path.startswith(url)]
    if here:
        max(here, key=lambda found: found[0])[1]["active"] = True
    loose = groups.pop("", [])
    return [*loose, *({"label": label, "entries": entries} for label, entries in groups.items())]


def _group_of(order: int) -> str:
    return next(label for start, label in reversed(GROUPS) if order >= start)
