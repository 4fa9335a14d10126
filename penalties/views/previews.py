"""Papers as they would be issued now, and the two volumes of the file.

A step that takes a form shows its papers from that form (`casework.web.form_page(preview=True)`); here stand
those whose words follow from the case alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from casework.documents.preview import preview_page, preview_pdf
from casework.web import AuthedRequest, crumbs, desk_page, get_visible
from penalties import guards, papers, terms, volumes
from penalties.models import Case, EvidenceHold
from penalties.views.common import case_get, case_url, is_own

PENDING = "待审批"
Build = Callable[..., papers.Paper]


def _closing(case: Case, *, at: datetime) -> papers.Paper:
    case.close_ground = case.close_ground or guards.closing_ground(case)
    return papers.close_form(case, at=at, approver=PENDING)


PREVIEWS: dict[str, tuple[str, Build]] = {
    "source": ("案件来源登记表", papers.source_form),
    "filing": ("立案审批表", papers.filing_form),
    "report": ("案件调查终结报告", papers.investigation_report),
    "prior": ("行政处罚事先告知书", papers.prior_notice),
    "hearing": ("听证告知书", papers.hearing_rights),
    "statement": ("陈述申辩复核意见书", papers.statement_record),
    "approval": ("行政处罚决定审批表", partial(papers.decision_approval, approver=PENDING)),
    "decision": ("行政处罚决定书", papers.decision),
    "no-penalty": ("不予行政处罚决定书", papers.no_penalty),
    "urge": ("催告书", papers.urge_notice),
    "court": ("强制执行申请书", papers.court_application),
    "close": ("结案审批表", _closing),
}
ROW_PREVIEWS: dict[str, tuple[str, Any, Build]] = {
    "hold": ("先行登记保存证据通知书", EvidenceHold, papers.hold_notice),
}
STAGE_PREVIEWS = {
    "DRAFT": ("source", "filing"),
    "SUBMITTED": ("filing",),
    "FILED": ("report",),
    "ENDED": ("report", "prior", "hearing", "approval", "no-penalty"),
    "NOTIFIED": ("statement", "approval", "decision"),
    "SERVED": ("urge", "close"),
    "URGED": ("court", "close"),
    "IN_COURT": ("close",),
    "PERFORMED": ("close",),
    "TRANSFERRED": ("close",),
    "WITHDRAWN": ("close",),
}


def previews_of(case: Case) -> list[dict[str, str]]:
    """Labels and addresses of the papers that come next in this case."""
    skipped = set()
    if not terms.needs_hearing_notice(case):
        skipped.add("hearing")
    skipped |= {"no-penalty"} if case.is_penalty else {"prior", "hearing", "decision"}
    if not case.statementpoints.exists():
        skipped.add("statement")
    return [
        {"label": PREVIEWS[key][0], "url": reverse("penalties:case_preview", args=[case.uid, key])}
        for key in STAGE_PREVIEWS.get(case.status, ())
        if key not in skipped
    ]


@desk_page("penalties.case_view")
def case_preview(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """A paper of the case, without number."""
    if name not in PREVIEWS:
        raise Http404("没有这种文书。")
    case = case_get(request, uid)
    label, build = PREVIEWS[name]
    return _shown(request, case, label, build, case)


@desk_page("penalties.case_view")
def row_preview(request: AuthedRequest, uid: UUID, name: str, row: UUID) -> HttpResponse:
    """A paper of one row of the case, without number."""
    if name not in ROW_PREVIEWS:
        raise Http404("没有这种文书。")
    case = case_get(request, uid)
    label, model, build = ROW_PREVIEWS[name]
    return _shown(
        request, case, label, build, get_visible(model.objects.filter(case=case), request.user, row)
    )


def _shown(request: AuthedRequest, case: Case, label: str, build: Build, subject: Any) -> HttpResponse:
    paper = build(subject, at=timezone.now())
    if request.GET.get("as") == "pdf":
        return preview_pdf(paper.content, f"{label}预览")
    return preview_page(
        request,
        paper.content,
        heading=f"预览：{label}",
        subtitle=f"{case.title}；与制发的内容一致，制发时编号",
        back_url=case_url(case),
        pdf_url="?as=pdf",
        lacks=papers.missing(paper),
        crumbs=crumbs(("处罚案件", reverse("penalties:case_list")), (str(case), case_url(case)), (label, "")),
    )


@desk_page("penalties.case_view")
def case_volume(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """正卷 or 副卷 as one PDF. The side volume stays inside the organ."""
    case = case_get(request, uid)
    if name not in volumes.LABELS:
        raise Http404("没有这一卷。")
    if name == volumes.SIDE and not is_own(request, case):
        raise Http404("副卷只供办案机关查阅。")
    volume = volumes.build(case, name)
    response = HttpResponse(volume.pdf, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, volume.name) or ""
    response["Cache-Control"] = "private, no-store"
    return response
