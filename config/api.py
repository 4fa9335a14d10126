"""The API's error form and router."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from casework.errors import DomainError, NotAllowed


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Refusals of services as JSON: 403 for missing permission, 409 for rules."""
    if isinstance(error, NotAllowed):
        return Response({"detail": error.message}, status=403)
    if isinstance(error, DomainError):
        return Response({"detail": error.message}, status=409)
    return default_handler(error, context)
