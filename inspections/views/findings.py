"""Desk pages of findings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    data,
    desk_page,
    file_items,
    form_page,
    get_visible,
    offers_as_actions,
    posted_version,
    told,
)
from inspections import selectors, services
from inspections.filters import FindingFilter
from inspections.forms import FindingForm, FixForm, PhotoForm, ReasonForm, ReferForm
from inspections.models import Finding
from inspections.views.common import offers_of
from inspections.views.visits import trail, visit_get, visit_url

COLUMNS = (
    Column("机构", lambda row: row.visit.institution.name, 30),
    Column("检查日期", lambda row: row.visit.visited_on),
    Column("问题类型", lambda row: row.violation.name, 30),
    Column("问题事实", lambda row: row.text, 50),
    Column("程度", lambda row: row.get_severity_display()),
    Column("责任部门", lambda row: row.organ.name, 24),
    Column("处理方式", lambda row: row.get_mode_display()),
    Column("整改要求", lambda row: row.correction, 40),
    Column("改正时间", lambda row: row.fixed_at),
    Column("办结时间", lambda row: row.settled_at),
    Column("状态", lambda row: row.get_status_display()),
)
SHOWN_STEPS = {"fix", "refer", "void"}


def finding_url(finding: Finding) -> str:
    """The finding's page."""
    return reverse("inspections:finding_detail", kwargs={"uid": finding.uid})


def _get(request: AuthedRequest, uid: UUID) -> Finding:
    return get_visible(selectors.finding_file(request.user), request.user, uid)


@desk_page("inspections.notice_view")
def finding_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Problems line by line."""
    return ListPage(
        request=request,
        rows=selectors.findings_visible(request.user),
        template="inspections/finding_list.html",
        title="问题台账",
        columns=COLUMNS,
        filterset=FindingFilter,
        unit="个",
    ).response()


@desk_page("inspections.deployment_view")
def finding_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One problem with its photos and what became of it."""
    finding = _get(request, uid)
    photos = finding.photos.select_related("evidence")
    may_edit = finding.status == "OPEN" and request.user.may("inspections.finding_edit")

    def address(name: str) -> str | None:
        shown = name in SHOWN_STEPS
        return reverse("inspections:finding_step", kwargs={"uid": uid, "name": name}) if shown else None

    context = {
        "finding": finding,
        "crumbs": trail(finding.visit, ("问题", ""), reader=request.user),
        "actions": offers_as_actions(
            [row for row in offers_of(request.user, finding) if _fits(finding, row.transition.name)],
            address,
        ),
        "before": file_items([row.evidence for row in photos if row.phase == "BEFORE"]),
        "after": file_items([row.evidence for row in photos if row.phase == "AFTER"]),
        "may_edit": may_edit,
        "items": list(finding.notice_items.select_related("notice")),
        "facts": told(
            [
                {"label": "机构", "value": finding.visit.institution.name, "url": visit_url(finding.visit)},
                {"label": "问题类型", "value": finding.violation.name},
                {"label": "清单项目", "value": finding.item_code, "sub": finding.item_text},
                {"label": "程度", "value": finding.get_severity_display()},
                {"label": "责任部门", "value": finding.organ.name},
                {"label": "处理方式", "value": finding.get_mode_display()},
                {"label": "违反的规定", "value": finding.rule_broken, "rests_on": finding.violation},
                {"label": "整改要求", "value": finding.correction},
                {"label": "移送去向", "value": finding.refer_to},
            ]
        ),
    }
    return render(request, "inspections/finding_detail.html", context)


def _fits(finding: Finding, name: str) -> bool:
    """Only the way in which this problem is dealt with is offered."""
    return {"fix": finding.mode == "ON_SPOT", "refer": finding.mode == "REFER"}.get(name, True)


@desk_page("inspections.finding_edit")
def finding_create(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Register a problem, free or from a failed item (`?item=`)."""
    visit = visit_get(request, uid)
    code = request.GET.get("item", "")
    failed = {row.code: row for row in selectors.failed_items(visit)}
    initial: dict[str, Any] = {}
    if code in failed:
        row = failed[code]
        organ = next((o for o in selectors.enforcing_organs(request.user) if o.kind == row.organ_kind), None)
        handing_on = {"mode": "REFER", "refer_to": row.organ_name}
        initial = {"text": row.note or row.text, **({"organ": organ.pk} if organ else handing_on)}
    form = FindingForm(**data(request), actor=request.user, initial=initial)

    def work(values: dict[str, Any]) -> str:
        photos = values.pop("photos")
        fields = {key: value for key, value in values.items() if value not in ("", None)}
        if code:
            fields["item_code"] = code
        finding = services.finding_add(actor=request.user, visit=visit, values=fields)
        for upload in photos:
            services.finding_photo_add(actor=request.user, finding=finding, upload=upload)
        return finding_url(finding) if fields["mode"] != "IN_TERM" else visit_url(visit)

    return form_page(
        request,
        form,
        work,
        heading=f"登记问题：{visit.institution.name}",
        submit="登记",
        cancel_url=visit_url(visit),
        done="问题已登记。",
        two_columns=True,
        sentence=f"清单 {code}：{failed[code].text} 建议责任部门：{failed[code].organ_name}。"
        if code in failed
        else "",
        crumbs=trail(visit, ("登记问题", "")),
    )


@desk_page("inspections.finding_edit")
def finding_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Correct an open problem."""
    finding = _get(request, uid)
    names = (
        "violation",
        "text",
        "quantity",
        "mode",
        "organ",
        "severity",
        "rule_broken",
        "correction",
        "refer_to",
    )
    initial = {name: getattr(finding, name) for name in names}
    form = FindingForm(**data(request), actor=request.user, initial=initial)
    del form.fields["photos"]

    def work(values: dict[str, Any]) -> str:
        values["severity"] = values["severity"] or finding.severity
        services.finding_edit(
            actor=request.user, finding=finding, values=values, version=posted_version(request)
        )
        return finding_url(finding)

    return form_page(
        request,
        form,
        work,
        heading="修改问题",
        submit="保存",
        cancel_url=finding_url(finding),
        done="已保存。",
        version=finding.version,
        two_columns=True,
        crumbs=trail(finding.visit, ("问题", finding_url(finding)), ("修改", "")),
    )


@desk_page("inspections.finding_edit")
def finding_photos(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Add photos."""
    finding = _get(request, uid)
    form = PhotoForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        for upload in values["photos"]:
            services.finding_photo_add(
                actor=request.user, finding=finding, upload=upload, phase=values["phase"]
            )
        return finding_url(finding)

    return form_page(
        request,
        form,
        work,
        heading="上传照片",
        submit="上传",
        cancel_url=finding_url(finding),
        done="照片已保存。",
        crumbs=trail(finding.visit, ("问题", finding_url(finding)), ("照片", "")),
    )


def _fix(request: AuthedRequest, finding: Finding, values: dict[str, Any]) -> None:
    for upload in values["photos"]:
        services.finding_photo_add(actor=request.user, finding=finding, upload=upload, phase="AFTER")
    services.finding_fix(
        actor=request.user,
        finding=finding,
        fixed_at=values["fixed_at"],
        no_photo_reason=values["no_photo_reason"],
    )


def _refer(request: AuthedRequest, finding: Finding, values: dict[str, Any]) -> None:
    services.finding_refer(actor=request.user, finding=finding, refer_to=values["refer_to"])


def _void(request: AuthedRequest, finding: Finding, values: dict[str, Any]) -> None:
    services.finding_void(actor=request.user, finding=finding, reason=values["reason"])


STEPS: dict[str, tuple[Any, Any, str, str]] = {
    "fix": (FixForm, _fix, "确认当场改正", "已确认当场改正。"),
    "refer": (ReferForm, _refer, "移送", "已登记移送。"),
    "void": (ReasonForm, _void, "作废", "问题已作废。"),
}


@desk_page("inspections.finding_edit")
def finding_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """Deal with a problem."""
    finding = _get(request, uid)
    if name not in STEPS:
        raise Http404
    form_class, service, label, done = STEPS[name]
    form = form_class(
        **data(request), **({"initial": {"refer_to": finding.refer_to}} if name == "refer" else {})
    )

    def work(values: dict[str, Any]) -> str:
        service(request, finding, values)
        return finding_url(finding)

    return form_page(
        request,
        form,
        work,
        heading=label,
        submit=label,
        cancel_url=finding_url(finding),
        done=done,
        sentence=finding.text,
        danger=name == "void",
        crumbs=trail(finding.visit, ("问题", finding_url(finding)), (label, "")),
    )
