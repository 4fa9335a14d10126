"""Desk pages of visits and their checklists."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import Organisation, User
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    crumbs,
    data,
    desk_page,
    file_items,
    form_page,
    get_visible,
    offers_as_actions,
    paper,
    papers,
    posted_version,
    run_transition,
    told,
)
from fieldwork.phone_selectors import record_of
from inspections import selectors, services
from inspections.filters import VisitFilter
from inspections.forms import ReasonForm, VisitRecordForm, VisitStartForm
from inspections.models import Visit
from inspections.views.common import offers_of

COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("检查日期", lambda row: row.visited_on),
    Column("检查出动", lambda row: row.deployment.name, 36),
    Column("类别", lambda row: row.deployment.get_kind_display()),
    Column("现场状态", lambda row: row.get_premises_display()),
    Column("检查时已注销", lambda row: row.was_closed),
    Column("发现问题（个）", lambda row: row.problem_count),
    Column("检查结果", lambda row: row.get_outcome_display()),
    Column("状态", lambda row: row.get_status_display()),
)


def visit_url(visit: Visit) -> str:
    """The visit's page."""
    return reverse("inspections:visit_detail", kwargs={"uid": visit.uid})


def trail(visit: Visit, *more: tuple[str, str], reader: User | None = None) -> list[dict[str, str]]:
    """Where a page under a visit stands; a township's `reader` sees the outing's name without a link."""
    outing = reverse("inspections:deployment_detail", kwargs={"uid": visit.deployment.uid})
    if reader and not visit.deployment.region_path.startswith(reader.reach.region_path):
        outing = ""
    base = (("联合检查", reverse("inspections:deployment_list")), (visit.deployment.name, outing))
    here = (visit.institution.name, visit_url(visit) if more else "")
    return crumbs(*base, here, *more)


def visit_get(request: AuthedRequest, uid: UUID) -> Visit:
    """The visit inside the reader's reach, or 404."""
    return get_visible(selectors.visit_file(request.user), request.user, uid)


@desk_page("inspections.deployment_view")
def visit_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """The register of visits."""
    return ListPage(
        request=request,
        rows=selectors.visits_visible(request.user),
        template="inspections/visit_list.html",
        title="检查记录",
        columns=COLUMNS,
        filterset=VisitFilter,
        unit="家次",
    ).response()


@desk_page("inspections.deployment_view")
def visit_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One visit: facts, checklist, findings, notices, what may be done now."""
    visit = visit_get(request, uid)
    user = request.user
    findings = selectors.findings_of(visit)
    may_find = user.may("inspections.finding_edit") and visit.status in {"STARTED", "RECORDED"}
    context = {
        "visit": visit,
        "crumbs": trail(visit, reader=user),
        "actions": offers_as_actions(offers_of(user, visit), _step_address(visit), None),
        "facts": told(_facts(visit)),
        "findings": [(row, file_items([photo.evidence for photo in row.photos.all()])) for row in findings],
        "failed": selectors.failed_items(visit) if may_find else [],
        "may_find": may_find,
        "may_check": visit.status == "STARTED" and user.may("inspections.visit_record"),
        "notices": list(selectors.notices_visible(user).filter(visit=visit)),
        "draftable": _draftable(request, visit),
        "carried": selectors.carried_of(user, visit),
        "recheckable": selectors.recheckable(user, visit) if user.may("inspections.notice_recheck") else [],
        "papers": papers(
            paper("行政检查通知书", visit.notice_document),
            paper("现场检查笔录", visit.record_document),
            paper("检查结果告知书", visit.result_document),
        ),
        "source_evidence": visit.deployment.source_evidence,
        "preview": _preview(visit),
        "phone_record": record_of(visit.uid) if user.may("fieldwork.field_view") else None,
    }
    return render(request, "inspections/visit_detail.html", context)


def _preview(visit: Visit) -> dict[str, str] | None:
    from inspections.views.previews import next_preview

    return next_preview(visit)


def _draftable(request: AuthedRequest, visit: Visit) -> list[Organisation]:
    if not request.user.may("inspections.notice_issue") or visit.status not in {"STARTED", "RECORDED"}:
        return []
    return [organ for organ in selectors.draftable_organs(visit) if organ.pk == request.user.organisation_id]


def _step_address(visit: Visit) -> Any:
    def address(name: str) -> str | None:
        url = reverse(f"inspections:visit_{name}", kwargs={"uid": visit.uid})
        return f"POST {url}" if name == "close" else url

    return address


def _facts(visit: Visit) -> list[dict[str, Any]]:
    place = visit.institution
    run = visit.checklist_run
    checklist = f"{run.checklist_version}（{run.get_status_display()}）" if run else ""
    url = reverse("inspections:visit_checklist", kwargs={"uid": visit.uid}) if run else ""
    return [
        {
            "label": "机构",
            "value": place.name,
            "url": reverse("institutions:institution_detail", kwargs={"uid": place.uid}),
            "sub": f"{place.get_standing_display()} · {place.get_operating_state_display()}",
        },
        {"label": "地址", "value": visit.place_note or place.address},
        {"label": "检查类别", "value": visit.deployment.get_kind_display()},
        {"label": "现场状态", "value": visit.get_premises_display()},
        {"label": "检查清单", "value": checklist, "url": url},
        {"label": "在场负责人", "value": visit.representative, "sub": visit.representative_title},
        {
            "label": "在场学生",
            "value": "" if visit.students_present is None else f"{visit.students_present} 人",
        },
        {"label": "签字情况", "value": visit.get_signature_display(), "sub": visit.witness},
        {"label": "检查结果", "value": visit.get_outcome_display()},
        {"label": "现场情况", "value": visit.summary},
        {"label": "当事人意见", "value": visit.party_opinion},
    ]


@desk_page("inspections.visit_record")
def visit_start(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Enter the place."""
    visit = visit_get(request, uid)
    form = VisitStartForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        services.visit_start(actor=request.user, visit=visit, place_note=values["place_note"])
        return visit_url(visit)

    return form_page(
        request,
        form,
        work,
        heading=f"进场检查：{visit.institution.name}",
        submit="开始检查",
        cancel_url=visit_url(visit),
        done="检查已开始。请出示执法证，告知当事人权利。以前没有整改到位的问题已带入本次检查。"
        if selectors.unresolved_findings(visit)
        else "检查已开始。请出示执法证，告知当事人权利。",
        sentence="两名以上执法人员到场，主动出示执法证，交付检查通知书，告知陈述申辩和申请回避的权利。",
        crumbs=trail(visit, ("进场", "")),
    )


@desk_page("inspections.visit_record")
def visit_record(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Write the record; `keep` saves without finishing."""
    visit = visit_get(request, uid)
    form = VisitRecordForm(**data(request), instance=visit_get(request, uid))
    is_draft = "keep" in request.POST

    def work(values: dict[str, Any]) -> str:
        service = services.visit_note if is_draft else services.visit_record
        service(actor=request.user, visit=visit, values=values, version=posted_version(request))
        return visit_url(visit)

    return form_page(
        request,
        form,
        work,
        heading=f"现场记录：{visit.institution.name}",
        submit="完成检查记录",
        keep="先保存，稍后继续",
        cancel_url=visit_url(visit),
        done="已保存。" if is_draft else "检查记录已完成，现场检查笔录已生成。",
        version=visit.version,
        two_columns=True,
        crumbs=trail(visit, ("现场记录", "")),
    )


@desk_page("inspections.visit_record")
@require_POST
def visit_close(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Tell the result and close."""
    visit = visit_get(request, uid)
    run_transition(
        request,
        lambda: services.visit_close(actor=request.user, visit=visit),
        "检查结果告知书已制发，本家检查已办结。",
    )
    return redirect(visit_url(visit))


@desk_page("inspections.deployment_cancel")
def visit_cancel(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Leave one place out."""
    visit = visit_get(request, uid)
    form = ReasonForm(**data(request), label="取消理由")

    def work(values: dict[str, Any]) -> str:
        services.visit_cancel(actor=request.user, visit=visit, reason=values["reason"])
        return visit_url(visit)

    return form_page(
        request,
        form,
        work,
        heading=f"取消检查：{visit.institution.name}",
        submit="取消该家检查",
        cancel_url=visit_url(visit),
        done="已取消。",
        danger=True,
        crumbs=trail(visit, ("取消", "")),
    )
