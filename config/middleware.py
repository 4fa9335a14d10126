"""Gives every request an id that logs and audit events carry."""

from __future__ import annotations

import re
from collections.abc import Callable

import uuid_utils
from django.http import HttpRequest, HttpResponse

from config.logs import request_id

WELL_FORMED = re.compile(r"^[0-9a-zA-Z-]{8,64}$")


class RequestIdMiddleware:
    """Takes the proxy's X-Request-ID when well formed, else makes one; answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        current = given if WELL_FORMED.match(given) else str(uuid_utils.uuid7())
        token = request_id.set(current)
        request.request_id = current  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = current
        return response
