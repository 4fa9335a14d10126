"""The pages that every room has: a form that runs one service, facts, the path to a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from casework.documents.preview import ASK, rehearsed_page
from casework.documents.rehearsal import rehearsal
from casework.models import EvidenceFile, OfficialDocument
from casework.web.access import AuthedRequest
from casework.web.forms import fresh_key, guarded, submit_once

VERSION_DIGITS = 10


def told(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Facts that have something to say."""
    return [fact for fact in facts if fact["value"] or fact.get("sub")]


def crumbs(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """Labels with addresses; an empty address is the present page."""
    return [{"label": label, "url": url} for label, url in pairs]


def posted_version(request: AuthedRequest) -> int | None:
    """The version that the form was opened with."""
    raw = request.POST.get("version", "")
    return int(raw) if raw.isdecimal() and len(raw) < VERSION_DIGITS else None


def posted_uids(request: AuthedRequest, name: str) -> list[UUID]:
    """The ticked rows; one that is no identity is told of and left out."""
    found = []
    for text in request.POST.getlist(name):
        try:
            found.append(UUID(text))
        except ValueError:
            messages.error(request, "有一条的编号不对，请刷新列表。")
    return found


def form_page(
    request: AuthedRequest,
    form: forms.BaseForm,
    work: Callable[[dict[str, Any]], str],
    *,
    heading: str,
    submit: str,
    cancel_url: str,
    done: str,
    template: str = "ui/form_page.html",
    version: int | None = None,
    preview: bool = False,
    **context: Any,
) -> HttpResponse:
    """Show a form; a valid one runs `work` once and goes to the address that it returns.

    Refusals of the service appear above the form, a stale version beside the other person's values.
    `preview` adds a button that shows, in a window of its own, the papers that the step would issue.
    """
    if preview and request.POST.get(ASK) and form.is_valid():
        with guarded(form):
            return _rehearsed(request, form, work, heading=heading, back_url=cancel_url)
    elif request.method == "POST" and form.is_valid():
        key = request.POST.get("idempotency_key", "")
        with guarded(form):
            address = submit_once(actor=request.user, key=key, work=lambda: work(form.cleaned_data))
            messages.success(request, done)
            return redirect(address)
    page = {
        "form": form,
        "heading": heading,
        "submit": submit,
        "cancel_url": cancel_url,
        "version": version,
        "preview": preview,
        "idempotency_key": request.POST.get("idempotency_key") or fresh_key(),
        **context,
    }
    return render(request, template, page, status=422 if request.method == "POST" else 200)


def _rehearsed(
    request: AuthedRequest,
    form: forms.BaseForm,
    work: Callable[[dict[str, Any]], str],
    **context: Any,
) -> HttpResponse:
    with rehearsal() as found:
        work(form.cleaned_data)
    return rehearsed_page(request, found, **context)


def data(request: AuthedRequest) -> dict[str, Any]:
    """Arguments that bind a form to a POST with files, or leave it unbound."""
    return {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}


def paper(label: str, document: OfficialDocument | None) -> dict[str, Any] | None:
    """A document with its two files, for `ui/_papers.html`."""
    if document is None:
        return None
    return {
        "label": label,
        "number": document.number,
        "issued_on": document.issued_on,
        "state": "" if document.state == "VALID" else document.get_state_display(),
        "pdf": reverse("casework:document_download", args=[document.uid, "pdf"]),
        "docx": reverse("casework:document_download", args=[document.uid, "docx"]),
    }


def papers(*rows: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Those papers that exist."""
    return [row for row in rows if row is not None]


def file_items(files: list[EvidenceFile], *, hints: bool = True) -> list[dict[str, Any]]:
    """Evidence for `ui/_evidence_list.html`; `hints` are the flags that officers weigh."""
    items = []
    for file in files:
        url = reverse("casework:evidence_file", args=[file.uid])
        items.append(
            {
                "url": url,
                "thumb_url": url if file.is_image else "",
                "name": file.caption or file.original_name,
                "kind": "photo" if file.is_image else "file",
                "taken_at": file.captured_at,
                "size": file.size,
                "flags": [flag["text"] for flag in file.flags] if hints else [],
            }
        )
    return items
