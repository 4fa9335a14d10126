"""Pages that belong to no room: the entrance, health, CSRF refusal."""

from __future__ import annotations

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control, never_cache


def home(request: HttpRequest) -> HttpResponse:
    """Where a person belongs after login."""
    if not request.user.is_authenticated:
        return redirect("accounts:login")
    return redirect("casework_portal:home" if request.user.is_counterpart else "casework:home")


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database and the cache answer, else 503."""
    checks = {"database": _database(), "cache": _cache()}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except Exception:  # noqa: BLE001
        return False


def _cache() -> bool:
    try:
        cache.set("healthz", "1", 5)
        return cache.get("healthz") == "1"
    except Exception:  # noqa: BLE001
        return False


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A Chinese page that says to reload and submit again."""
    return render(request, "403_csrf.html", status=403)


@cache_control(max_age=3600, public=True)
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows without a network; the same for everybody, so it says nothing personal."""
    return render(request, "offline.html")


@cache_control(max_age=0, no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that it covers every page."""
    return render(request, "sw.js", content_type="text/javascript")
