"""Rounds of school reports on the desk, with the summary over schools."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import User
from casework import pupils
from casework.web import AuthedRequest, Column, crumbs, data, desk_page, form_page, get_visible, kit
from casework.web.kit import Register, Step
from casework.wording import field_label
from schools import services
from schools.filters import ReturnFilter
from schools.forms.rounds import RoundForm
from schools.forms.tips import ReasonForm
from schools.models import SchoolReturn, SchoolRound
from schools.selectors import rounds as selectors
from schools.views.common import LABEL, day, plain_form, school_url, tabs

VIEW, OPEN = "schools.round_view", "schools.round_open"
ROUNDS, RETURNS = "schools:round_list", "schools:return_list"
ROUND_COLUMNS = (
    Column("期次", lambda row: row.title, 30),
    Column("期间第一天", lambda row: row.starts_on),
    Column("期间最后一天", lambda row: row.ends_on),
    Column("报送期限", lambda row: row.due_on),
    Column("应报（所）", lambda row: row.asked),
    Column("已报（所）", lambda row: row.given),
    Column("其中零报告（所）", lambda row: row.zeros),
    Column("逾期（所）", lambda row: row.late),
    Column("状态", lambda row: row.get_status_display()),
)
RETURN_COLUMNS = (
    Column("期次", lambda row: row.round.title, 24),
    Column("学校", lambda row: row.school.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("状态", lambda row: row.get_status_display()),
    Column("零报告", lambda row: row.is_zero),
    Column("班级数", lambda row: row.class_count),
    Column("排查学生数", lambda row: row.pupils_checked),
    Column("参加学科类", lambda row: row.pupils_subject),
    Column("参加非学科类", lambda row: row.pupils_other),
    Column("疑似违规线索（件）", lambda row: row.clue_count),
    Column("机构或个人名称、地址", lambda row: pupils.masked(row.parties), 40),
    Column("涉及在职教师（人）", lambda row: row.teachers_involved),
    Column("约谈家长（人次）", lambda row: row.parents_talked),
    Column("发放告家长书（份）", lambda row: row.letters_sent),
    Column("回执（份）", lambda row: row.letters_returned),
    Column("班主任约谈（人次）", lambda row: row.talks_class_teacher),
    Column("分管领导约谈（人次）", lambda row: row.talks_deputy),
    Column("校长约谈（人次）", lambda row: row.talks_principal),
    Column("填报人", lambda row: row.filler),
    Column("校长已审核", lambda row: row.is_confirmed),
    Column("报送时间", lambda row: row.submitted_at),
    Column("逾期", lambda row: row.is_late),
)


def label_of(name: str) -> str:
    """What a column of the form is called."""
    return field_label("schools.schoolreturn", name)


def round_url(row: SchoolRound) -> str:
    """The page of a round."""
    return reverse("schools:round_detail", kwargs={"uid": row.uid})


def seen_round_url(actor: User, row: SchoolReturn) -> str:
    """The page of a return's round; none for townships, which reach their schools' returns only."""
    return round_url(row.round) if selectors.sees_round(actor, row.round) else ""


def return_url(row: SchoolReturn) -> str:
    """The page of a return."""
    return reverse("schools:return_detail", kwargs={"uid": row.uid})


def _round_cells(row: Any) -> list[dict[str, Any]]:
    due = {"due": row.due_on, "explanation": row.due_explanation} if row.status == "OPEN" else {}
    return [
        {
            "text": row.title,
            "url": round_url(row),
            "sub": f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}",
        },
        due or {"text": f"{row.due_on:%Y-%m-%d}"},
        {"text": f"{row.given} / {row.asked} 所", "num": True},
        {"text": f"{row.zeros} 所", "num": True},
        {"text": f"{row.late} 所", "num": True},
        {"status": row},
    ]


@desk_page(VIEW)
def round_list(request: AuthedRequest) -> HttpResponseBase:
    """Rounds."""
    return kit.register_page(
        request,
        rows=selectors.rounds_visible(request.user),
        title="学校报表",
        subtitle="每月自动开期，也可以临时开期；没有发现的学校报送零报告",
        register=Register(("期次", "报送期限", "已报 / 应报", "零报告", "逾期", "状态"), _round_cells),
        columns=ROUND_COLUMNS,
        filterset=None,
        unit="期",
        create=("开启一期", "schools:round_create", OPEN),
        more=[{"label": "各校明细", "url": reverse(RETURNS)}],
        empty="开启一期后，学校在办事大厅填报。",
        tabs=tabs(request, ROUNDS),
        tabs_label=LABEL,
    )


@desk_page(OPEN)
def round_create(request: AuthedRequest) -> HttpResponse:
    """Open a round."""

    def work(values: dict[str, Any]) -> str:
        return round_url(services.round_open(actor=request.user, **values))

    return form_page(
        request,
        RoundForm(**data(request)),
        work,
        heading="开启一期学校报表",
        submit="开启",
        cancel_url=reverse(ROUNDS),
        done="已开启，所有在办学校的办事大厅出现待办。",
        crumbs=crumbs(("学校报表", reverse(ROUNDS)), ("开启一期", "")),
    )


ROUND_STEPS: dict[str, Step] = {
    "remind": Step(
        "催报",
        lambda actor, row, v: services.round_remind(actor=actor, row=row),
        "已催报，没有报送的学校会看到提醒。",
        OPEN,
    ),
    "close": Step(
        "结束填报", lambda actor, row, v: services.round_close(actor=actor, row=row), "已结束填报。", OPEN
    ),
}


@desk_page(VIEW)
def round_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One round: the sums, and the schools that have not reported."""
    row, user = get_visible(selectors.rounds_visible(request.user), request.user, uid), request.user
    returns = selectors.returns_visible(user).filter(round=row)
    sums = selectors.totals_of(returns)
    missing = list(returns.exclude(status="SUBMITTED")[:200])
    labels = {name: label_of(name) for name in selectors.SUMS}
    remind = ["remind"] if row.status == "OPEN" and missing else []
    link = f"{reverse(RETURNS)}?round={row.pk}"
    return kit.detail_page(
        request,
        row,
        heading=row.title,
        has_status=True,
        subtitle=f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}",
        due_on=row.due_on if row.status == "OPEN" else None,
        due_explanation=row.due_explanation,
        links=[
            {"label": "各校明细", "url": link, "icon": "list"},
            {"label": "导出汇总表", "url": f"{link}&export=xlsx", "icon": "download"},
        ],
        actions=[
            *kit.plain_steps(user, row, ROUND_STEPS, "schools:round_step", *remind),
            *kit.step_actions(user, row, ROUND_STEPS, "schools:round_step"),
        ],
        sections=[
            kit.table(
                "已报学校合计",
                ("项目", "合计"),
                [
                    [{"text": labels[name]}, {"text": f"{value:,}", "num": True}]
                    for name, value in sums.items()
                ],
                "",
            ),
            kit.table(
                "没有报送的学校",
                ("学校", "乡镇（街道）", "状态", "催报"),
                [
                    [
                        {"text": item.school.name, "url": school_url(item.school)},
                        {"text": item.region.name},
                        {"status": item},
                        {"text": day(item.reminded_at)},
                    ]
                    for item in missing
                ],
                "全部学校已经报送。",
            ),
        ],
        facts=kit.facts(
            ("应报", f"{row.asked} 所"),
            ("已报", f"{row.given} 所", f"{link}&status=SUBMITTED"),
            ("其中零报告", f"{row.zeros} 所"),
            ("逾期报送", f"{row.late} 所"),
        ),
        history=kit.history(user, row.uid),
        crumbs=crumbs(("学校报表", reverse(ROUNDS)), (row.title, "")),
    )


@desk_page(VIEW)
def round_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a round."""
    row = get_visible(selectors.rounds_visible(request.user), request.user, uid)
    trail = crumbs(("学校报表", reverse(ROUNDS)), (row.title, round_url(row)))
    return kit.step_page(request, row, ROUND_STEPS, name, round_url(row), trail)


def _return_cells(row: Any) -> list[dict[str, Any]]:
    given = not row.is_waiting
    return [
        {"text": row.school.name, "url": return_url(row), "sub": row.region.name},
        {"text": row.round.title},
        {"text": f"{row.pupils_checked:,} 人" if given else "—", "num": True},
        {"text": f"{row.pupils_subject} / {row.pupils_other} 人" if given else "—", "num": True},
        {"text": f"{row.clue_count} 件" if given else "—", "num": True},
        {"text": day(row.submitted_at) if given else "—", "sub": _mark(row), "nowrap": True},
        {"status": row},
    ]


def _mark(row: SchoolReturn) -> str:
    words = [
        word
        for word, is_so in (("零报告", row.is_zero and not row.is_waiting), ("逾期", row.is_late))
        if is_so
    ]
    return "、".join(words)


@desk_page(VIEW)
def return_list(request: AuthedRequest) -> HttpResponseBase:
    """The summary table over schools; the export has every column of the form."""
    return kit.register_page(
        request,
        rows=selectors.returns_visible(request.user),
        title="学校报表明细",
        subtitle="没有报送的排在前面；导出是完整的汇总表",
        register=Register(("学校", "期次", "排查", "学科 / 非学科", "线索", "报送", "状态"), _return_cells),
        columns=RETURN_COLUMNS,
        filterset=ReturnFilter,
        unit="份",
        tabs=tabs(request, ROUNDS),
        tabs_label=LABEL,
        crumbs=crumbs(("学校报表", reverse(ROUNDS)), ("各校明细", "")),
    )


RETURN_STEPS: dict[str, Step] = {
    "send_back": Step(
        "退回修改",
        lambda actor, row, v: services.return_send_back(actor=actor, row=row, **v),
        "已退回，学校在办事大厅修改。",
        OPEN,
        plain_form(ReasonForm),
    )
}


@desk_page(VIEW)
def return_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """What one school reported."""
    row = get_visible(selectors.returns_visible(request.user), request.user, uid)
    shown = []
    for name in selectors.SUMS:
        shown.append((label_of(name), f"{getattr(row, name):,}"))
    return kit.detail_page(
        request,
        row,
        heading=row.school.name,
        has_status=True,
        subtitle=row.round.title,
        due_on=row.round.due_on if row.is_waiting else None,
        actions=kit.step_actions(request.user, row, RETURN_STEPS, "schools:return_step"),
        sections=[
            kit.table(
                "零报告" if row.is_zero else "报送内容",
                ("项目", "数"),
                [[{"text": label}, {"text": value, "num": True}] for label, value in shown]
                if not row.is_waiting
                else [],
                "学校还没有报送。",
            ),
            kit.text("机构或个人名称、地址", row.parties or "没有填写。"),
        ],
        facts=kit.facts(
            ("学校", row.school.name, school_url(row.school)),
            ("填报人", row.filler),
            ("校长审核", "已审核" if row.is_confirmed else ""),
            ("报送时间", day(row.submitted_at) if row.submitted_at else ""),
            ("逾期", "逾期报送" if row.is_late else ""),
            ("退回原因", row.return_reason),
            ("催报", day(row.reminded_at) if row.reminded_at and row.is_waiting else ""),
        ),
        history=kit.history(request.user, row.uid),
        crumbs=crumbs(
            ("学校报表", reverse(ROUNDS)),
            (row.round.title, seen_round_url(request.user, row)),
            (row.school.name, ""),
        ),
    )


@desk_page(VIEW)
def return_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a return."""
    row = get_visible(selectors.returns_visible(request.user), request.user, uid)
    trail = crumbs(("学校报表", reverse(ROUNDS)), (row.school.name, return_url(row)))
    return kit.step_page(request, row, RETURN_STEPS, name, return_url(row), trail)
