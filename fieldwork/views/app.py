"""The shell of the field app. It says nothing about anybody, so that a phone may keep it for offline use."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control

MODULES = settings.BASE_DIR / "static" / "js" / "field"
STYLE = settings.BASE_DIR / "static" / "css" / "field.css"
QR_READER = "vendor/jsqr/jsQR.js"


def shell(view: Any) -> Any:
    """Mark a view as open to everybody: it holds no row of anybody."""
    view.permission = ""
    return view


@shell
@cache_control(no_cache=True)
def app(request: HttpRequest) -> HttpResponse:
    """The one page of the app."""
    return render(request, "field/app.html", {"static_url": settings.STATIC_URL, "build": build()})


@shell
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Keeps the shell on the phone; its text changes with every change of the app, so phones notice."""
    context = {"build": build(), "files": shell_files(), "home": reverse("fieldwork_field:app")}
    response = render(request, "field/sw.js", context, content_type="text/javascript")
    response["Service-Worker-Allowed"] = reverse("fieldwork_field:app")
    return response


@shell
@cache_control(max_age=3600, public=True)
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to install the app."""
    home = reverse("fieldwork_field:app")
    return JsonResponse(
        {
            "name": "校外培训现场检查和巡查",
            "short_name": "现场",
            "lang": "zh-CN",
            "id": home,
            "start_url": home,
            "scope": home,
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#f5f7fa",
            "theme_color": "#14315c",
            "icons": [
                {"src": static("img/field.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
                {"src": static("img/field-192.png"), "sizes": "192x192", "type": "image/png"},
                {"src": static("img/field-512.png"), "sizes": "512x512", "type": "image/png"},
            ],
        },
        content_type="application/manifest+json",
    )


def module_paths() -> list[Path]:
    """Modules of the app, by name."""
    return sorted(MODULES.rglob("*.js"))


def shell_files() -> list[str]:
    """Addresses that make up the app without a network."""
    modules = [
        f"{settings.STATIC_URL}js/field/{path.relative_to(MODULES).as_posix()}" for path in module_paths()
    ]
    return [
        reverse("fieldwork_field:app"),
        reverse("fieldwork_field:manifest"),
        f"{settings.STATIC_URL}css/field.css",
        static("icons/sprite.svg"),
        static("img/field.svg"),
        f"{settings.STATIC_URL}{QR_READER}",
        *modules,
    ]


@lru_cache
def build() -> str:
    """A short name of this version of the app: the hash of its files."""
    digest = hashlib.sha256()
    template = settings.BASE_DIR / "templates" / "field"
    library = finders.find(QR_READER)
    for path in [*module_paths(), STYLE, *sorted(template.iterdir()), *([Path(library)] if library else [])]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
