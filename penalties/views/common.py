"""What the pages of this room share."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from casework.models import OfficialDocument
from casework.web import AuthedRequest, get_visible
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
    "sampling": "evidence",
    "sampling-handle": "evidence",
    "agent": "papers",
    "agent-end": "papers",
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


def paper_links(document: OfficialDocument) -> dict[str, str]:
    """The two files of a document."""
    return {
        kind: reverse("casework:document_download", args=[document.uid, kind]) for kind in ("pdf", "docx")
    }


def is_own(request: AuthedRequest, case: Case) -> bool:
    """Whether the reader's organ handles the case."""
    return case.organ_id == request.user.organisation_id
