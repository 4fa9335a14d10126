"""Lets audit events carry the request id and the client's address."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from casework.context import Trace, current_trace


class AuditContextMiddleware:
    """Sets the trace for the duration of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = current_trace.set(
            Trace(getattr(request, "request_id", ""), request.META.get("REMOTE_ADDR", ""))
        )
        try:
            return self.get_response(request)
        finally:
            current_trace.reset(token)
