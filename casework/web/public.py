"""Answering the public: one face for everyone, conditional requests, short public caching."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts.models import Bureau
from casework.selectors import data_version

MAX_AGE_SECONDS = 15
KEPT_SECONDS = 60


class PublicRequest(HttpRequest):
    """A request whose bureau is known."""

    bureau: Bureau


View = Callable[..., Any]


def public_page(view: View) -> View:
    """A page without login: 404 without a bureau, ETag from the body, no dependence on cookies."""

    @wraps(view)
    @require_safe
    def page(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.bureau is None:
            raise Http404("没有这个教育主管部门。")
        response = view(request, *args, **kwargs)
        return _finish(request, response)

    page.is_public = True  # type: ignore[attr-defined]
    return page


def kept_page(view: View) -> View:
    """Like `public_page`, and the finished body is kept in this process while the bureau's data stays the same.

    The key holds the data version and the day, so a change shows at once; sixty seconds bound the one
    case where two changes commit out of order.
    """

    @wraps(view)
    def page(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        request.data_version = data_version(request.bureau)
        kept = caches["pages"]
        address = hashlib.sha256(request.get_full_path().encode()).hexdigest()
        key = f"public:{request.bureau.pk}:{request.data_version.number}:{timezone.localdate()}:{address}"
        body = kept.get(key)
        if body is not None:
            return HttpResponse(body)
        response: HttpResponse = view(request, *args, **kwargs)
        if response.status_code == 200 and not response.streaming:
            kept.set(key, response.content, KEPT_SECONDS)
        return response

    return public_page(page)


def show(
    request: Any, template: str, context: dict[str, Any], *, status: int = 200, version: Any = None
) -> HttpResponse:
    """Render a public page; messages of signed-in people stay out of it."""
    version = version or getattr(request, "data_version", None)
    shared: dict[str, Any] = {"messages": [], "data_date": version.changed_at if version else None}
    return render(request, template, {**shared, **context}, status=status)


def _finish(request: Any, response: HttpResponse) -> HttpResponse:
    request.session.accessed = False
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    if response.streaming or response.status_code != 200:
        return response
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response
