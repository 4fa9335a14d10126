"""What the pages of this room share: one form page, the files of a draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from casework.web import AuthedRequest, fresh_key, guarded, submit_once
from draws.models import Draw


def data(request: AuthedRequest) -> dict[str, Any]:
    """Arguments that bind a form to a POST or leave it unbound."""
    return {"data": request.POST} if request.method == "POST" else {}


def form_page(
    request: AuthedRequest,
    form: forms.BaseForm,
    work: Callable[[], str],
    *,
    heading: str,
    submit: str,
    cancel_url: str,
    done: str,
    template: str = "draws/form.html",
    **context: Any,
) -> HttpResponse:
    """Show a form; a valid one runs `work` once and goes to the address that it returns. Refusals stay here."""
    if request.method == "POST" and form.is_valid():
        key = request.POST.get("idempotency_key", "")
        with guarded(form):
            address = submit_once(actor=request.user, key=key, work=work)
            messages.success(request, done)
            return redirect(address)
    page = {
        "form": form,
        "heading": heading,
        "submit": submit,
        "cancel_url": cancel_url,
        "idempotency_key": request.POST.get("idempotency_key") or fresh_key(),
        **context,
    }
    return render(request, template, page, status=422 if request.method == "POST" else 200)


def json_file(draw: Draw, text: str, part: str) -> HttpResponse:
    """A file of a draw, byte for byte as hashed."""
    response = HttpResponse(text.encode(), content_type="application/json; charset=utf-8")
    name = f"{draw.number}-{part}.json"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
