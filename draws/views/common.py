"""The files of a draw."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from draws.models import Draw


def json_file(draw: Draw, text: str, part: str) -> HttpResponse:
    """A file of a draw, byte for byte as hashed."""
    response = HttpResponse(text.encode(), content_type="application/json; charset=utf-8")
    name = f"{draw.number}-{part}.json"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
