"""Previews: what would be issued, on screen and as PDF, with the watermark 预览 and without a number.

Any room calls `preview_page` for the page and `preview_pdf` for the file with the same content that it
would hand to `document_issue`. A form's step is previewed by rehearsing it (`casework.web.form_page(preview=True)`).
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from pypdf import PdfWriter

from casework import policy, typesetting, wording
from casework.documents.rehearsal import Rehearsed

WATERMARK = "预览"
NOT_NUMBERED = "（预览，未编号）"
ASK = "preview"  # the button that asks for a rehearsal instead of the step


def preview_content(content: typesetting.DocumentContent | dict[str, Any]) -> typesetting.DocumentContent:
    """The content as it is shown before issue: never a number, never a code."""
    said = typesetting.from_dict({**content, "qr": None}) if isinstance(content, dict) else content
    return dataclasses.replace(said, number=NOT_NUMBERED, qr=None)


def preview_pdf(
    content: typesetting.DocumentContent | dict[str, Any], name: str = "文书预览"
) -> HttpResponse:
    """The preview as PDF with the watermark on every page."""
    return _inline(_rendered(content), name)


def _rendered(content: typesetting.DocumentContent | dict[str, Any]) -> bytes:
    return typesetting.render_pdf(preview_content(content), watermark=WATERMARK)


def _inline(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf") or ""
    response["Cache-Control"] = "private, no-store"
    return response


def _rests_on() -> list[str]:
    """Values that the paper uses and nobody checked yet: papers cite the basis alone, so the page says it."""
    return [
        f"{row.label} {wording.policy_text(row.value, row.unit)}（{row.basis}）" for row in policy.unchecked()
    ]


def preview_page(
    request: HttpRequest,
    content: typesetting.DocumentContent | dict[str, Any],
    *,
    heading: str,
    back_url: str,
    pdf_url: str = "",
    subtitle: str = "与制发的内容一致，制发时编号",
    **context: Any,
) -> HttpResponse:
    """The preview as a page. `context` may add crumbs, actions."""
    view = {
        "paper": typesetting.to_dict(preview_content(content)),
        "watermark": WATERMARK,
        "heading": heading,
        "subtitle": subtitle,
        "back_url": back_url,
        "pdf_url": pdf_url,
        "unchecked": _rests_on(),
        **context,
    }
    return render(request, "casework/document_preview.html", view)


def rehearsed_page(
    request: HttpRequest, found: Rehearsed, *, heading: str, back_url: str, **context: Any
) -> HttpResponse:
    """Everything that a rehearsed step would issue: a page, or one PDF when `preview=pdf` was posted."""
    contents = [content for _, content in found.papers]
    if request.POST.get(ASK) == "pdf" and contents:
        return previews_pdf(contents, f"{heading}预览")
    posted = [
        (name, value)
        for name in request.POST
        for value in request.POST.getlist(name)
        if name not in {ASK, "csrfmiddlewaretoken", "idempotency_key"}
    ]
    view = {
        "papers": [typesetting.to_dict(preview_content(content)) for content in contents],
        "lacks": found.lacks,
        "unchecked": _rests_on(),
        "posted": posted,
        "watermark": WATERMARK,
        "heading": heading,
        "back_url": back_url,
        **context,
    }
    return render(request, "casework/document_rehearsed.html", view)


def previews_pdf(contents: Sequence[typesetting.DocumentContent | dict[str, Any]], name: str) -> HttpResponse:
    """Several previews one after the other in one PDF."""
    writer = PdfWriter()
    for content in contents:
        writer.append(io.BytesIO(_rendered(content)))
    target = io.BytesIO()
    writer.write(target)
    return _inline(target.getvalue(), name)
