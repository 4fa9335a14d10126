"""Picks the bureau of a request and guards sessions."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, set_script_prefix

from accounts.models import Bureau

Handler = Callable[[HttpRequest], HttpResponse]


class BureauMiddleware:
    """Sets `request.bureau`: path `/b/<slug>/…` first, then the host, then DEFAULT_BUREAU.

    The path prefix works like a script name, so links made with `reverse` keep it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        set_script_prefix("/")
        if request.path_info.startswith("/b/"):
            _, _, slug, *rest = request.path_info.split("/", 3)
            request.bureau = Bureau.objects.filter(slug=slug, is_active=True).first()  # type: ignore[attr-defined]
            if request.bureau is None:  # type: ignore[attr-defined]
                raise Http404("没有这个教育主管部门。")
            set_script_prefix(f"/b/{slug}/")
            request.path_info = "/" + "".join(rest)
        else:
            request.bureau = self._by_host(request)  # type: ignore[attr-defined]
        try:
            return self.get_response(request)
        finally:
            set_script_prefix("/")

    @staticmethod
    def _by_host(request: HttpRequest) -> Bureau | None:
        host = request.get_host().split(":")[0]
        active = Bureau.objects.select_related("region").filter(is_active=True)
        return active.filter(host=host).first() or active.filter(slug=settings.DEFAULT_BUREAU).first()


class SessionGuardMiddleware:
    """Ends idle sessions, keeps a session inside its own bureau and asks for a first password change."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        if now - request.session.get("last_seen", now) > settings.IDLE_TIMEOUT_SECONDS:
            logout(request)
            return redirect(f"{reverse('accounts:login')}?idle=1&next={request.path_info}")
        if now - request.session.get("last_seen", 0) > 60:
            request.session["last_seen"] = now
        return self._enter(request)

    def _enter(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        is_private = request.path_info.startswith(("/desk/", "/portal/", "/field/"))
        if is_private and request.bureau is not None and user.bureau_id != request.bureau.pk:  # type: ignore[attr-defined,union-attr]
            raise Http404
        if is_private and user.must_change_password:  # type: ignore[union-attr]
            return redirect("accounts:password_change")
        return self.get_response(request)
