"""Picks the bureau of a request and guards sessions."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, set_script_prefix

from accounts.models import Bureau, User

Handler = Callable[[HttpRequest], HttpResponse]


class BureauRequest(HttpRequest):
    """A request that has passed `BureauMiddleware`; `bureau` is None under an unknown host."""

    bureau: Bureau | None


class BureauMiddleware:
    """Sets `request.bureau`: path `/b/<slug>/…` first, then the host, then DEFAULT_BUREAU.

    The path prefix works like a script name, so links made with `reverse` keep it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: BureauRequest) -> HttpResponse:
        set_script_prefix("/")
        active = Bureau.objects.select_related("region").filter(is_active=True)
        if request.path_info.startswith("/b/"):
            _, _, slug, *rest = request.path_info.split("/", 3)
            request.bureau = active.filter(slug=slug).first()
            if request.bureau is None:
                raise Http404("没有这个教育主管部门。")
            set_script_prefix(f"/b/{slug}/")
            request.path_info = "/" + "".join(rest)
        else:
            request.bureau = _by_host(active, request.get_host().split(":")[0])
        try:
            return self.get_response(request)
        finally:
            set_script_prefix("/")


def _by_host(active: QuerySet[Bureau], host: str) -> Bureau | None:
    """The bureau that answers under a host name, else the default one."""
    found = {
        bureau.host == host: bureau
        for bureau in active.filter(Q(host=host) | Q(slug=settings.DEFAULT_BUREAU))
    }
    return found.get(True) or found.get(False)


class SessionGuardMiddleware:
    """Ends idle sessions, keeps a session inside its own bureau and asks for a first password change."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: BureauRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return self.get_response(request)
        now = int(time.time())
        if now - request.session.get("last_seen", now) > settings.IDLE_TIMEOUT_SECONDS:
            logout(request)
            return redirect(f"{reverse('accounts:login')}?idle=1&next={request.path_info}")
        if now - request.session.get("last_seen", 0) > 60:
            request.session["last_seen"] = now
        return self._enter(request, request.user)

    def _enter(self, request: BureauRequest, user: User) -> HttpResponse:
        is_private = request.path_info.startswith(("/desk/", "/portal/", "/field/"))
        if is_private and request.bureau is not None and user.bureau_id != request.bureau.pk:
            raise Http404
        if is_private and user.must_change_password:
            return redirect("accounts:password_change")
        return self.get_response(request)
