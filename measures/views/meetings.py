"""Meetings and their decisions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    paper,
    papers,
    posted_version,
)
from measures import forms, selectors, services
from measures.filters import MeetingFilter
from measures.models import Decision, Meeting
from measures.views import kit
from measures.views.kit import Register, Step

VIEW = "measures.view"


def _moment(value: Any) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


MEETING_COLUMNS = (
    Column("会议时间", lambda row: row.held_at),
    Column("会议", lambda row: row.title, 32),
    Column("类别", lambda row: row.get_kind_display()),
    Column("主持人", lambda row: row.chair),
    Column("纪要文号", lambda row: row.number, 24),
    Column("议定事项（项）", lambda row: row.decision_count),
    Column("未落实（项）", lambda row: row.open_count),
    Column("状态", lambda row: row.get_status_display()),
)


def meeting_url(row: Meeting) -> str:
    """The meeting's page."""
    return reverse("measures:meeting_detail", kwargs={"uid": row.uid})


def decision_url(row: Decision) -> str:
    """The decision's page."""
    return reverse("measures:decision_detail", kwargs={"uid": row.uid})


MEETINGS = Register(
    ("会议", "时间", "纪要文号", "议定事项", "状态"),
    lambda row: [
        {"text": row.title, "url": meeting_url(row), "sub": row.get_kind_display()},
        {"text": _moment(row.held_at), "nowrap": True},
        {"text": row.number},
        {"text": f"{row.decision_count} 项", "sub": f"未落实 {row.open_count} 项" if row.open_count else ""},
        {"status": row},
    ],
)


@desk_page(VIEW)
def meeting_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of meetings."""
    return kit.list_page(
        request,
        rows=selectors.meetings_visible(request.user),
        title="联席会议",
        subtitle="会议纪要和议定事项，逾期未落实的可以督办",
        register=MEETINGS,
        columns=MEETING_COLUMNS,
        filterset=MeetingFilter,
        unit="次",
        here="measures:meeting_list",
        create=("登记会议", "measures:meeting_create", "measures.meeting_edit"),
    )


@desk_page("measures.meeting_edit")
def meeting_create(request: AuthedRequest) -> HttpResponse:
    """Enter a meeting."""
    form = forms.MeetingForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        organ = request.user.organisation
        if organ is None:
            raise Http404
        row = services.meeting_draft(
            actor=request.user, organ=organ, values=form.values(), bodies=values["bodies"]
        )
        return meeting_url(row)

    return form_page(
        request,
        form,
        work,
        heading="登记会议",
        submit="保存",
        cancel_url=reverse("measures:meeting_list"),
        done="已保存，请逐项登记议定事项。",
        two_columns=True,
        crumbs=crumbs(("联席会议", reverse("measures:meeting_list")), ("登记", "")),
    )


@desk_page("measures.meeting_edit")
def meeting_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change minutes before they are issued."""
    row = kit.found(selectors.meetings_visible(request.user), request, uid)
    chosen = list(row.participants.values_list("organisation", flat=True))
    form = forms.MeetingForm(**data(request), actor=request.user, instance=row, initial={"bodies": chosen})

    def work(values: dict[str, Any]) -> str:
        services.meeting_edit(
            actor=request.user,
            meeting=row,
            values=form.values(),
            bodies=values["bodies"],
            version=posted_version(request),
        )
        return meeting_url(row)

    return form_page(
        request,
        form,
        work,
        heading="修改会议纪要",
        submit="保存",
        cancel_url=meeting_url(row),
        done="已保存。",
        version=row.version,
        two_columns=True,
        crumbs=crumbs(("联席会议", reverse("measures:meeting_list")), ("修改", "")),
    )


MEETING_STEPS: dict[str, Step] = {
    "decision": Step(
        "登记议定事项",
        lambda actor, row, v: services.decision_add(actor=actor, meeting=row, **v),
        "议定事项已登记。",
        "measures.meeting_edit",
        forms.DecisionForm,
    ),
    "issue": Step(
        "印发纪要",
        lambda actor, row, v: services.meeting_issue(actor=actor, meeting=row),
        "纪要已印发，议定事项开始跟踪。",
        "measures.meeting_edit",
    ),
    "finish": Step(
        "全部落实",
        lambda actor, row, v: services.meeting_finish(actor=actor, meeting=row),
        "会议事项已全部落实。",
        "measures.meeting_edit",
    ),
}


@desk_page(VIEW)
def meeting_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One meeting with its decisions."""
    row = kit.found(selectors.meetings_visible(request.user), request, uid)
    user = request.user
    own = row.organ_id == user.organisation_id and user.may("measures.meeting_edit")
    is_draft = own and row.status == "DRAFT"
    decisions: list[list[dict[str, Any]]] = [
        [
            {"text": item.text, "url": decision_url(item), "sub": item.report},
            {"text": item.assignee.name},
            {"due": item.due_on} if item.status == "OPEN" else {"text": f"{item.due_on:%Y-%m-%d}"},
            {"status": item},
        ]
        for item in selectors.decisions_visible(user).filter(meeting=row).order_by("position")
    ]
    bodies = "、".join(str(item.organisation) for item in row.participants.select_related("organisation"))
    actions = (
        kit.plain_steps(user, row, MEETING_STEPS, "measures:meeting_step", "decision") if is_draft else []
    )
    links = [{"label": "修改", "url": reverse("measures:meeting_edit", args=[row.uid]), "icon": "edit"}]
    return kit.detail_page(
        request,
        row,
        heading=row.title,
        has_status=True,
        subtitle=_moment(row.held_at),
        links=links if is_draft else [],
        actions=[*actions, *kit.step_actions(user, row, MEETING_STEPS, "measures:meeting_step")],
        sections=[
            kit.table("议定事项", ("事项", "责任单位", "期限", "状态"), decisions, "还没有登记议定事项。"),
            kit.text("会议内容", row.minutes),
        ],
        facts=kit.facts(
            ("类别", row.get_kind_display()),
            ("召集单位", row.organ.name),
            ("主持人", row.chair),
            ("地点", row.place),
            ("参会单位", bodies),
        ),
        papers=papers(paper("会议纪要", row.document)),
        crumbs=crumbs(("联席会议", reverse("measures:meeting_list")), (row.title, "")),
    )


@desk_page(VIEW)
def meeting_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a meeting."""
    row = kit.found(selectors.meetings_visible(request.user), request, uid)
    trail = crumbs(("联席会议", reverse("measures:meeting_list")), (row.title, meeting_url(row)))
    return kit.step_page(request, row, MEETING_STEPS, name, meeting_url(row), trail)


def _press(actor: User, row: Decision, values: dict[str, Any]) -> Any:
    officers = (values["officer_one"], values["officer_two"])
    return services.decision_press(actor=actor, decision=row, officers=officers)


DECISION_STEPS: dict[str, Step] = {
    "report": Step(
        "报告落实",
        lambda actor, row, v: services.decision_report(actor=actor, decision=row, **v),
        "已报告，等待召集单位确认。",
        "measures.decision_report",
        forms.ReportForm,
    ),
    "confirm": Step(
        "确认落实",
        lambda actor, row, v: services.decision_confirm(actor=actor, decision=row),
        "已确认落实。",
        "measures.meeting_edit",
    ),
    "send_back": Step(
        "退回继续落实",
        lambda actor, row, v: services.decision_send_back(actor=actor, decision=row, **v),
        "已退回。",
        "measures.meeting_edit",
        forms.ReasonForm,
    ),
    "drop": Step(
        "不再落实",
        lambda actor, row, v: services.decision_drop(actor=actor, decision=row, **v),
        "已标为不再落实。",
        "measures.meeting_edit",
        forms.ReasonForm,
        danger=True,
    ),
    "press": Step(
        "起草督办函",
        _press,
        "督办函已起草，请在措施文书中核对制发。",
        "measures.directive_edit",
        forms.OfficersForm,
    ),
}


@desk_page(VIEW)
def decision_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One decision: who, until when, what was reported, letters that press it."""
    row = kit.found(selectors.decisions_visible(request.user), request, uid)
    user, today = request.user, timezone.localdate()
    own = row.meeting.organ_id == user.organisation_id
    is_late = row.status == "OPEN" and row.due_on < today and row.meeting.status != "DRAFT"
    more = ["press"] if own and is_late else []
    letters: list[list[dict[str, Any]]] = [
        [
            {"text": str(item), "url": reverse("measures:directive_detail", kwargs={"uid": item.uid})},
            {"status": item},
        ]
        for item in selectors.directives_visible(user).filter(decision=row)
    ]
    return kit.detail_page(
        request,
        row,
        heading=row.text[:40],
        has_status=True,
        subtitle=row.assignee.name,
        due_on=row.due_on if row.status == "OPEN" else None,
        actions=[
            *kit.plain_steps(user, row, DECISION_STEPS, "measures:decision_step", *more),
            *kit.step_actions(user, row, DECISION_STEPS, "measures:decision_step"),
        ],
        sections=[
            kit.text("议定事项", row.text),
            kit.text("落实情况", row.report or "还没有报告。"),
            *([kit.table("督办函", ("文号", "状态"), letters, "")] if letters else []),
        ],
        facts=kit.facts(
            ("会议", row.meeting.title, meeting_url(row.meeting)),
            ("纪要文号", row.meeting.number),
            ("责任单位", row.assignee.name),
            ("期限", f"{row.due_on:%Y-%m-%d}"),
            ("报告时间", _moment(row.reported_at)),
        ),
        crumbs=crumbs(
            ("联席会议", reverse("measures:meeting_list")),
            (row.meeting.title, meeting_url(row.meeting)),
            (f"第 {row.position} 项", ""),
        ),
    )


@desk_page(VIEW)
def decision_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a decision."""
    row = kit.found(selectors.decisions_visible(request.user), request, uid)
    trail = crumbs(("联席会议", reverse("measures:meeting_list")), (row.text[:24], decision_url(row)))
    return kit.step_page(request, row, DECISION_STEPS, name, decision_url(row), trail)
