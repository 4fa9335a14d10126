"""Previews: what would be issued, on screen and as PDF, with the watermark 预览 and without a number.

Any room calls `preview_page` for the page and `preview_pdf` for the file with the same content that it
would hand to `document_issue`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from casework import typesetting

WATERMARK = "预览"
NOT_NUMBERED = "（预览，未编号）"


def preview_content(content: typesetting.DocumentContent | dict[str, Any]) -> typesetting.DocumentContent:
    """The content as it is shown before issue: never a number, never a code."""
    said = typesetting.from_dict({**content, "qr": None}) if isinstance(content, dict) else content
    return dataclasses.replace(said, number=NOT_NUMBERED, qr=None)


def preview_pdf(
    content: typesetting.DocumentContent | dict[str, Any], name: str = "文书预览"
) -> HttpResponse:
    """The preview as PDF with the watermark on every page."""
    data = typesetting.render_pdf(preview_content(content), watermark=WATERMARK)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf") or ""
    response["Cache-Control"] = "private, no-store"
    return response


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
        **context,
    }
    return render(request, "casework/document_preview.html", view)
