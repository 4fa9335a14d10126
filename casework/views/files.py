"""Downloads: documents, evidence, results of long work. Everything passes a scoped selector."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.utils.http import content_disposition_header

from casework import selectors
from casework.documents import selectors as documents
from casework.documents.services import document_file
from casework.evidence import selectors as evidence
from casework.models import JobState
from casework.web import AuthedRequest
from casework.web.access import signed_in

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@signed_in
def document_download(request: AuthedRequest, uid: UUID, suffix: str) -> HttpResponse:
    """The PDF (shown) or DOCX (saved) of one official document."""
    document = documents.document_get(actor=request.user, uid=uid)
    data, name = document_file(document=document, suffix=suffix)
    response = HttpResponse(data, content_type=TYPES[suffix])
    response["Content-Disposition"] = content_disposition_header(suffix != "pdf", name) or ""
    response["Cache-Control"] = "private, no-store"
    return response


@signed_in
def evidence_file(request: AuthedRequest, uid: UUID) -> FileResponse:
    """One evidence file; pictures and PDFs open, everything else is saved."""
    item = evidence.evidence_get(actor=request.user, uid=uid)
    shown = item.is_image or item.mime == TYPES["pdf"]
    response = FileResponse(default_storage.open(item.stored_as), content_type=item.mime)
    response["Content-Disposition"] = (
        content_disposition_header(not shown, item.original_name or str(item.uid)) or ""
    )
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@signed_in
def job_progress(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Progress of one piece of long work; htmx polls it."""
    job = selectors.job_get(actor=request.user, uid=uid)
    template = "casework/_job.html" if request.headers.get("HX-Request") else "casework/job_detail.html"
    view = {
        "label": job.label,
        "is_finished": job.state == JobState.DONE,
        "is_failed": job.state == JobState.FAILED,
        "percent": job.percent if job.total else None,
        "message": job.message,
        "error": job.message,
        "result_url": _inside_bureau(job.result.get("url", ""))
        or (reverse("casework:job_result", args=[uid]) if job.result_name else ""),
    }
    return render(request, template, {"job": {"view": view, "url": request.path, "label": job.label}})


def _inside_bureau(url: str) -> str:
    """A worker knows no bureau's path; its addresses get the reader's."""
    prefix = get_script_prefix()
    return url if not url or url.startswith(prefix) else prefix.rstrip("/") + url


@signed_in
def job_result(request: AuthedRequest, uid: UUID) -> FileResponse:
    """The file that a piece of long work produced."""
    job = selectors.job_get(actor=request.user, uid=uid)
    if not job.result_name or not default_storage.exists(job.result_name):
        raise Http404("这个任务没有结果文件。")
    return FileResponse(
        default_storage.open(job.result_name), as_attachment=True, filename=job.result_name.rsplit("/", 1)[-1]
    )
