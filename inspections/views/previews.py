"""Previews of the papers of an outing and its visits, before they are issued."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from casework.documents.preview import preview_page, preview_pdf
from casework.typesetting import DocumentContent
from casework.web import (
    AuthedRequest,
    crumbs,
    desk_page,
    get_visible,
)
from inspections import papers as texts
from inspections import selectors
from inspections.models import Deployment, Visit
from inspections.services.deployments import frequency_line
from inspections.services.visits import outcome_of
from inspections.views.visits import trail, visit_get, visit_url


def _notice(visit: Visit, at: datetime) -> DocumentContent:
    return texts.inspection_notice(visit, frequency=frequency_line(visit), at=at)


def _record(visit: Visit, at: datetime) -> DocumentContent:
    return texts.site_record(visit, at=at)


def _result(visit: Visit, at: datetime) -> DocumentContent:
    organ = visit.deployment.lead_organ
    visit.outcome = outcome_of(visit)
    remedy = texts.remedy_line(organ=organ, region=visit.region, on=timezone.localdate(at))
    return texts.inspection_result(visit, remedy=remedy, at=at)


VISIT_PAPERS: dict[str, tuple[str, Callable[[Visit, datetime], DocumentContent]]] = {
    "notice": ("行政检查通知书", _notice),
    "record": ("现场检查笔录", _record),
    "result": ("行政检查结果告知书", _result),
}
NEXT_PAPER = {"PLANNED": "notice", "STARTED": "record", "RECORDED": "result"}


def next_preview(visit: Visit) -> dict[str, str] | None:
    """Label and address of the paper that the visit's next step issues."""
    kind = NEXT_PAPER.get(visit.status)
    if kind is None or (kind == "notice" and visit.notice_document_id):
        return None
    url = reverse("inspections:visit_preview", kwargs={"uid": visit.uid, "kind": kind})
    return {"label": VISIT_PAPERS[kind][0], "url": url}


@desk_page("inspections.deployment_view")
def visit_preview(request: AuthedRequest, uid: UUID, kind: str, suffix: str = "") -> HttpResponse:
    """One paper of a visit as it would be issued now, as a page or PDF."""
    visit = visit_get(request, uid)
    if kind not in VISIT_PAPERS:
        raise Http404("没有这种文书。")
    label, build = VISIT_PAPERS[kind]
    content = build(visit, timezone.now())
    if suffix == "pdf":
        return preview_pdf(content, f"{label}预览")
    return preview_page(
        request,
        content,
        heading=f"预览：{label}",
        back_url=visit_url(visit),
        pdf_url=reverse("inspections:visit_preview_pdf", kwargs={"uid": uid, "kind": kind, "suffix": "pdf"}),
        crumbs=trail(visit, ("预览", ""), reader=request.user),
    )


@desk_page("inspections.deployment_view")
def approval_preview(request: AuthedRequest, uid: UUID, suffix: str = "") -> HttpResponse:
    """The approval form of an outing as it would be issued now."""
    deployment: Deployment = get_visible(selectors.deployment_file(request.user), request.user, uid)
    content = texts.inspection_approval(
        deployment, decided_by="（待审批）", note="（待审批）", at=timezone.now()
    )
    if suffix == "pdf":
        return preview_pdf(content, "行政检查审批表预览")
    back = reverse("inspections:deployment_detail", kwargs={"uid": uid})
    return preview_page(
        request,
        content,
        heading="预览：行政检查审批表",
        back_url=back,
        pdf_url=reverse("inspections:approval_preview_pdf", kwargs={"uid": uid, "suffix": "pdf"}),
        crumbs=crumbs(
            ("联合检查", reverse("inspections:deployment_list")), (deployment.name, back), ("预览", "")
        ),
    )
