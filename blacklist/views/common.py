"""What the screens of batches and entries share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from blacklist import selectors
from blacklist.models import ListBatch, ListEntry
from casework import audit
from casework.web import (
    AuthedRequest,
    guarded,
)


def crumbs(*items: tuple[str, str]) -> list[dict[str, str]]:
    head = {"label": "黑白名单", "url": reverse("blacklist:overview")}
    return [head, *({"label": label, "url": url} for label, url in items)]


def history(actor: Any, obj: ListBatch | ListEntry) -> list[dict[str, Any]]:
    return [
        {
            "at": event.occurred_at,
            "actor": event.actor_name,
            "organisation": event.organisation_name,
            "sentence": audit.describe(event),
            "detail": event.reason,
        }
        for event in selectors.history_of(actor, obj)
    ]


def confirm(
    request: AuthedRequest,
    form: Any,
    work: Callable[[], Any],
    back: str,
    context: dict[str, Any],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            work()
            return redirect(back)
    shared = {"form": form, "cancel_url": back}
    return render(
        request, "blacklist/confirm.html", {**shared, **context}, status=422 if form.errors else 200
    )
