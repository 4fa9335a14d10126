"""The least that a Django view over this database can cost: one indexed query, one line of text."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from institutions.models import Institution


def bare(request: HttpRequest, public_id: str) -> HttpResponse:
    """The name of one institution, behind the same middleware as every page."""
    name = Institution.objects.filter(public_id=public_id).values_list("name", flat=True).first()
    return HttpResponse(name or "")
