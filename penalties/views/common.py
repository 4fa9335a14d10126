"""What the pages of this room share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from casework.models import OfficialDocument
from casework.web import AuthedRequest, fresh_key, get_visible, guarded, submit_once
from penalties import selectors
from penalties.models import Case

TABS = (
    ("", "概况"),
    ("evidence", "证据"),
    ("fees", "收退费"),
    ("discretion", "裁量"),
    ("procedure", "告知听证"),
    ("papers", "文书送达"),
    ("money", "履行"),
    ("history", "历史"),
)
TAB_OF = {
    "facts": "evidence",
    "evidence": "evidence",
    "evidence-edit": "evidence",
    "evidence-void": "evidence",
    "hold": "evidence",
    "hold-settle": "evidence",
    "interview": "evidence",
    "fees": "fees",
    "discretion": "discretion",
    "review-request": "procedure",
    "review-give": "procedure",
    "statement": "procedure",
    "statement-answer": "procedure",
    "waive": "procedure",
    "hearing": "procedure",
    "hearing-schedule": "procedure",
    "hearing-hold": "procedure",
    "hearing-miss": "procedure",
    "hearing-withdraw": "procedure",
    "discussion": "procedure",
    "serve": "papers",
    "address": "papers",
    "order": "papers",
    "order-done": "papers",
    "payment": "money",
    "payment-hand-in": "money",
    "measure-done": "money",
    "deferral": "money",
    "proceeding": "money",
    "proceeding-end": "money",
    "credit-publish": "money",
    "credit-withdraw": "money",
    "credit-repair": "money",
}


def case_url(case: Case, tab: str = "") -> str:
    """The page of a case, on one of its tabs."""
    url = reverse("penalties:case_detail", kwargs={"uid": case.uid})
    return f"{url}?tab={tab}" if tab else url


def action_url(case: Case, name: str, row: UUID | None = None) -> str:
    """The page of one action on a case or on one of its rows."""
    if row is None:
        return reverse("penalties:case_action", kwargs={"uid": case.uid, "name": name})
    return reverse("penalties:row_action", kwargs={"uid": case.uid, "name": name, "row": row})


def case_get(request: AuthedRequest, uid: UUID) -> Case:
    """The case inside the reader's reach, or 404."""
    return get_visible(selectors.case_file(request.user), request.user, uid)


def carry_out(request: AuthedRequest, form: Any, work: Any) -> str:
    """Run `work` once for a valid form; its address, or nothing when the service refused."""
    key = request.POST.get("idempotency_key", "")
    addresses: list[str] = []
    with guarded(form):
        addresses.append(submit_once(actor=request.user, key=key, work=work))
    return addresses[0] if addresses else ""


def form_page(request: AuthedRequest, form: Any, **context: Any) -> HttpResponse:
    """Show a form, with 422 when it was sent and refused."""
    page = {
        "form": form,
        "idempotency_key": request.POST.get("idempotency_key") or fresh_key(),
        **context,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "ui/form_page.html", page, status=status)


def paper_links(document: OfficialDocument) -> dict[str, str]:
    """The two files of a document."""
    return {
        kind: reverse("casework:document_download", args=[document.uid, kind]) for kind in ("pdf", "docx")
    }
