"""Who may open a page. Without login: the login page; wrong face or permission: 403; outside scope: 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, resolve

from accounts import roles
from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet
from casework import policy, registries

M = TypeVar("M", bound=models.Model)
View = Callable[..., Any]


class AuthedRequest(HttpRequest):
    """A request after `desk_page` or `portal_page`: the user is known."""

    user: User
    bureau: Bureau


def require(actor: User, permission: str) -> None:
    """Refuse with 403 and a Chinese sentence when no role of the actor grants `permission`."""
    if not actor.may(permission):
        raise PermissionDenied(f"您没有“{roles.label_of(permission)}”的权限。如工作需要，请联系系统管理员。")


def _page(face_permission: str, permission: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded_view(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require(request.user, face_permission)
            if permission:
                require(request.user, permission)
            with policy.watched():
                response: HttpResponse = view(request, *args, **kwargs)
            return response

        guarded_view.permission = permission or face_permission  # type: ignore[attr-defined]
        return guarded_view

    return decorate


def signed_in(view: View) -> View:
    """A page of every signed-in person, whichever face; the selector decides about rows."""

    @wraps(view)
    def guarded_view(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    guarded_view.permission = ""  # type: ignore[attr-defined]
    return guarded_view


def desk_page(permission: str = "") -> Callable[[View], View]:
    """A page of the desk (staff)."""
    return _page("casework.desk_open", permission)


def portal_page(permission: str = "") -> Callable[[View], View]:
    """A page of the counterpart portal."""
    return _page("casework.portal_open", permission)


def get_visible(rows: ScopedQuerySet[M], actor: User, uid: UUID) -> M:
    """The row with `uid` inside the actor's reach, else Http404."""
    found = rows.visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise Http404("没有找到这条记录，或您无权查看。")
    return found


def object_link(actor: User, object_type: str, uid: UUID | None) -> str:
    """Address of an object's page when its room has one and the actor's roles may open it, else ""."""
    address = registries.object_urls.get(object_type)
    if address is None or uid is None:
        return ""
    try:
        url = address(uid)
        view = resolve("/" + url.removeprefix(get_script_prefix())).func
    except (NoReverseMatch, Resolver404):
        return ""
    return url if actor.may(getattr(view, "permission", "")) else ""
