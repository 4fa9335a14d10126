"""Composes the rooms' addresses: desk, portal, field, public, API.

A room's `urls.py` offers any of `desk_urlpatterns`, `portal_urlpatterns`, `field_urlpatterns`,
`public_urlpatterns` and `api_urlpatterns`; they are mounted under /desk/, /portal/, /field/, / and /api/v1/.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView

from config import views

MOUNTS = (
    ("desk_urlpatterns", "desk/", ""),
    ("portal_urlpatterns", "portal/", "_portal"),
    ("field_urlpatterns", "field/", "_field"),
    ("public_urlpatterns", "", "_public"),
    ("api_urlpatterns", "api/v1/", "_api"),
)


def room_urls() -> list[URLPattern | URLResolver]:
    """Every mount that a room offers, the public ones last."""
    found: list[URLPattern | URLResolver] = []
    for attribute, prefix, suffix in MOUNTS:
        for config in apps.get_app_configs():
            if not config.path.startswith(str(settings.BASE_DIR)) or not find_spec(f"{config.name}.urls"):
                continue
            patterns = getattr(import_module(f"{config.name}.urls"), attribute, None)
            if patterns:
                name = f"{config.label}{suffix}"
                found.append(path(prefix, include((patterns, name), namespace=name)))
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
