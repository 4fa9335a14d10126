"""Desk pages of lessons: what families object to comes first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from casework.money import yuan
from casework.web import AuthedRequest, Column, desk_page, get_visible, kit
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters_custody import LessonFilter
from funds.forms.contracts import DecisionForm
from funds.models import Lesson
from funds.views.common import path_to, plain_form, tabs
from funds.views.contracts import CONTRACTS, contract_url, countdown

DECIDE = "funds.lesson_decide"
COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("合同编号", lambda row: row.contract.number, 20),
    Column("学员", lambda row: row.contract.student_masked),
    Column("上课日期", lambda row: row.taught_on),
    Column("当日第几课时", lambda row: row.slot),
    Column("缺课", lambda row: row.is_absent),
    Column("状态", lambda row: row.get_status_display()),
    Column("申报时间", lambda row: row.declared_at),
    Column("自动确认日期", lambda row: row.due_on),
    Column("确认时间", lambda row: row.confirmed_at),
    Column("消课金额（元）", lambda row: row.fen / 100),
    Column("家长异议", lambda row: row.dispute, 30),
    Column("处理意见", lambda row: row.decision, 30),
)


def lesson_url(row: Lesson) -> str:
    """The lesson's page."""
    return reverse("funds:lesson_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": f"{row.taught_on:%Y-%m-%d}", "url": lesson_url(row), "sub": f"第 {row.slot} 课时"},
        {"text": row.institution.name, "sub": row.contract.course},
        {"text": row.contract.number, "sub": row.contract.student_masked},
        {"text": countdown(row)},
        {"text": yuan(row.fen) if row.fen else "—", "num": True},
        {"status": row, "sub": row.dispute},
    ]


@desk_page(CONTRACTS)
def lesson_list(request: AuthedRequest) -> HttpResponseBase:
    """Lessons of all institutions."""
    return kit.register_page(
        request,
        rows=selectors.lessons_visible(request.user),
        title="课时",
        subtitle="机构申报，家长确认；到期没有异议的自动确认。有异议的课时不拨付，由本局认定",
        register=Register(("上课日期", "机构和课程", "合同和学员", "自动确认", "消课金额", "状态"), _cells),
        columns=COLUMNS,
        filterset=LessonFilter,
        unit="课时",
        empty="机构在办事端申报课时后在这里显示。",
        **tabs(request, "funds:lesson_list"),
    )


STEPS: dict[str, Step] = {
    "uphold": Step(
        "认定已授课",
        lambda actor, row, values: services.lesson_uphold(actor=actor, lesson=row, **values),
        "已认定，课时计费。",
        DECIDE,
        plain_form(DecisionForm),
    ),
    "cancel": Step(
        "认定未授课",
        lambda actor, row, values: services.lesson_cancel(actor=actor, lesson=row, **values),
        "已认定，课时不计费。",
        DECIDE,
        plain_form(DecisionForm),
    ),
    "withdraw": Step(
        "撤回申报",
        lambda actor, row, values: services.lesson_withdraw(actor=actor, lesson=row, **values),
        "申报已撤回。",
        "funds.lesson_declare",
        plain_form(DecisionForm),
        danger=True,
    ),
}


def _confirmation(row: Any) -> dict[str, Any]:
    declared = f"机构于 {row.declared_at:%Y-%m-%d} 申报，确认期限 {row.term or '—'}"
    if row.status == "TAUGHT" and row.asked_back:
        last = (
            f"家长在 {row.due_on:%Y-%m-%d} 以前可以确认或提出异议" if row.due_on else "家长可以确认或提出异议"
        )
        return kit.text(
            "确认",
            f"{declared}。合同有退费在办，课时不再自动确认。",
            f"{last}；家长没有回应的，由本局认定已授课或者未授课，认定后才能审定退费。",
        )
    return kit.text(
        "确认",
        f"{declared}，自动确认：{countdown(row)}。",
        "自动确认当天 24 点以前，家长都可以提出异议；有异议的课时不计费、不拨付，直到本局认定。",
    )


@desk_page(CONTRACTS)
def lesson_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One lesson."""
    row: Any = get_visible(selectors.lessons_visible(request.user), request.user, uid)
    return kit.detail_page(
        request,
        row,
        heading=f"{row.taught_on:%Y-%m-%d} 第 {row.slot} 课时",
        subtitle=f"{row.institution.name} · {row.contract.course}",
        has_status=True,
        actions=kit.step_actions(request.user, row, STEPS, "funds:lesson_step"),
        sections=[
            *([kit.text("家长异议", row.dispute)] if row.dispute else []),
            *([kit.text("处理意见", row.decision)] if row.decision else []),
            _confirmation(row),
        ],
        facts=kit.facts(
            ("合同", row.contract.number, contract_url(row.contract)),
            ("学员", row.contract.student_masked),
            ("申报人", row.declared_by.name),
            ("缺课", "是" if row.is_absent else ""),
            ("确认时间", f"{row.confirmed_at:%Y-%m-%d}" if row.confirmed_at else ""),
            ("消课金额", yuan(row.fen) if row.fen else ""),
            ("处理人", row.decided_by.name if row.decided_by else ""),
        ),
        history=kit.history(request.user, row.uid),
        crumbs=path_to(("课时", reverse("funds:lesson_list")), (str(row), "")),
    )


@desk_page(CONTRACTS)
def lesson_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a lesson."""
    row: Any = get_visible(selectors.lessons_visible(request.user), request.user, uid)
    path = path_to(("课时", reverse("funds:lesson_list")), (str(row), lesson_url(row)))
    return kit.step_page(request, row, STEPS, name, lesson_url(row), path)
