"""Composes the rooms' addresses: desk, portal, field, public, API.

A room's `urls.py` offers any of `desk_urlpatterns`, `portal_urlpatterns`, `field_urlpatterns`,
`public_urlpatterns` and `api_urlpatterns`; they are mounted under /desk/, /portal/, /field/, / and /api/v1/.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.urls import URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView

from config import views

MOUNTS = (
    ("desk_urlpatterns", "desk/", ""),
    ("portal_urlpatterns", "portal/", "_portal"),
    ("field_urlpatterns", "field/", "_field"),
    ("api_urlpatterns", "api/v1/", "_api"),
    ("public_urlpatterns", "", "_public"),
)


def room_urls() -> list[URLResolver]:
    """One mount a face, the public one last; an address is held against each prefix once, not once for every room."""
    return [path(prefix, include(_rooms(attribute, suffix))) for attribute, prefix, suffix in MOUNTS]


def _rooms(attribute: str, suffix: str) -> list[URLResolver]:
    """What each room offers of one face."""
    found: list[URLResolver] = []
    for config in apps.get_app_configs():
        if not config.path.startswith(str(settings.BASE_DIR)) or not find_spec(f"{config.name}.urls"):
            continue
        if patterns := getattr(import_module(f"{config.name}.urls"), attribute, None):
            name = f"{config.label}{suffix}"
            found.append(path("", include((patterns, name), namespace=name)))
    return found


urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("home/", views.home, name="home"),
    path("offline/", views.offline, name="offline"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("accounts/", include("accounts.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularRedocView.as_view(url_name="schema"), name="api_docs"),
    *room_urls(),
]
