"""Surveys: at the desk, on the school's phone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web import AuthedRequest, Column, crumbs, data, desk_page, form_page, kit, portal_page
from casework.web.kit import Register, Step
from schools import services
from schools.filters import SurveyFilter
from schools.forms.surveys import AnswerForm, SurveyForm
from schools.models import Survey
from schools.selectors import surveys as selectors
from schools.selectors.registry import school_of
from schools.views.common import LABEL, tabs

VIEW, OPEN, ANSWER = "schools.survey_view", "schools.survey_open", "schools.survey_answer"


def survey_url(row: Survey) -> str:
    """The survey's page."""
    return reverse("schools:survey_detail", kwargs={"uid": row.uid})


def _found(actor: User, uid: UUID) -> Any:
    row = selectors.surveys_visible(actor).filter(uid=uid).first()
    if row is None:
        raise Http404("没有找到这条记录，或您无权查看。")
    return row


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.title, "url": survey_url(row), "sub": row.question},
        {"text": row.get_kind_display()},
        {"text": f"{row.due_on:%Y-%m-%d}"},
        {"text": f"{row.answer_count} 所", "num": True},
        {"text": f"{row.people or 0} 人", "num": True},
        {"status": row},
    ]


SURVEYS = Register(("名称", "类别", "填报期限", "已填报", "答复", "状态"), _cells)
COLUMNS = (
    Column("名称", lambda row: row.title, 30),
    Column("类别", lambda row: row.get_kind_display()),
    Column("问题", lambda row: row.question, 40),
    Column("填报期限", lambda row: row.due_on),
    Column("已填报（所）", lambda row: row.answer_count),
    Column("答复（人）", lambda row: row.people or 0),
    Column("状态", lambda row: row.get_status_display()),
)


@desk_page(VIEW)
def survey_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of surveys."""
    return kit.register_page(
        request,
        rows=selectors.surveys_visible(request.user),
        title="学校调查",
        subtitle="参加培训情况登记、意见调查，只收人数；公布时隐去小数和能推算出小数的数",
        register=SURVEYS,
        columns=COLUMNS,
        filterset=SurveyFilter,
        unit="次",
        create=("开展调查", "schools:survey_create", OPEN),
        empty="开展后学校在办事大厅按选项填人数。",
        tabs=tabs(request, "schools:survey_list"),
        tabs_label=LABEL,
    )


@desk_page(OPEN)
def survey_create(request: AuthedRequest) -> HttpResponse:
    """Ask schools."""

    def work(values: dict[str, Any]) -> str:
        values.pop("names_checked")
        return survey_url(services.survey_open(actor=request.user, **values))

    return form_page(
        request,
        SurveyForm(**data(request)),
        work,
        heading="开展学校调查",
        submit="开展",
        cancel_url=reverse("schools:survey_list"),
        done="已开展，学校在办事大厅看到。",
        crumbs=crumbs(("学校调查", reverse("schools:survey_list")), ("开展", "")),
    )


STEPS: dict[str, Step] = {
    "close": Step(
        "截止填报",
        lambda actor, row, values: services.survey_close(actor=actor, survey=row),
        "已截止。",
        OPEN,
    ),
    "publish": Step(
        "公布",
        lambda actor, row, values: services.survey_publish(actor=actor, survey=row),
        "已公布，小数和能推算出小数的数已隐去。",
        "schools.survey_publish",
    ),
}


def shown(row: Survey) -> dict[str, Any]:
    """The published table as rows of texts; hidden numbers as a mark."""
    return {
        "survey": row,
        "heads": row.heads,
        "lines": [
            {
                "label": label,
                "cells": [
                    {"head": head, "text": "—" if value is None else f"{value:,}"}
                    for head, value in zip(row.heads, cells, strict=True)
                ],
            }
            for label, cells in zip(row.rows, row.cells, strict=True)
        ],
    }


@desk_page(VIEW)
def survey_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One survey: sums by stage, answers of schools, who is missing; what was published."""
    actor = request.user
    row = _found(actor, uid)
    answers = selectors.answers_visible(actor, row)
    names, inner = selectors.sums_by_stage(answers, len(row.options))
    sums: list[list[dict[str, Any]]] = [
        [{"text": name}, *[{"text": f"{count:,}", "num": True} for count in (*counts, sum(counts))]]
        for name, counts in zip(names, inner, strict=True)
    ]
    lines: list[list[dict[str, Any]]] = [
        [
            {"text": answer.school.name, "sub": answer.region.name},
            *[{"text": f"{count:,}", "num": True} for count in answer.counts],
            {
                "text": f"{timezone.localtime(answer.submitted_at):%m-%d %H:%M}",
                "sub": "逾期" if answer.is_late else "",
            },
        ]
        for answer in answers[:300]
    ]
    published: list[list[dict[str, Any]]] = [
        [{"text": line["label"]}, *[{"text": cell["text"], "num": True} for cell in line["cells"]]]
        for line in shown(row)["lines"]
    ]
    missing = list(selectors.missing_schools(actor, row)[:200])
    left = "、".join(school.name for school in missing) or "都填报了。"
    return kit.detail_page(
        request,
        row,
        heading=row.title,
        has_status=True,
        subtitle=f"{row.get_kind_display()}，{row.answer_count} 所学校 {row.people or 0} 人",
        actions=kit.step_actions(actor, row, STEPS, "schools:survey_step"),
        sections=[
            *(
                [kit.table("公布的结果（人）", ("学段", *row.heads), published, "")]
                if row.status == "PUBLISHED"
                else []
            ),
            kit.table("按学段合计（人，内部）", ("学段", *row.heads), sums, "还没有学校填报。"),
            kit.table("各校填报（人，内部）", ("学校", *row.options, "填报时间"), lines, "还没有学校填报。"),
            kit.text(f"没有填报（{len(missing)} 所）", left),
        ],
        facts=kit.facts(
            ("问题", row.question),
            ("填报期限", f"{row.due_on:%Y-%m-%d}"),
            ("最小人数", f"小于 {row.threshold} 人的隐去" if row.threshold else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=crumbs(("学校调查", reverse("schools:survey_list")), (row.title, "")),
    )


@desk_page(VIEW)
def survey_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a survey."""
    row = _found(request.user, uid)
    trail = crumbs(("学校调查", reverse("schools:survey_list")), (row.title, survey_url(row)))
    return kit.step_page(request, row, STEPS, name, survey_url(row), trail)


@portal_page(ANSWER)
def own_surveys(request: AuthedRequest) -> HttpResponse:
    """Surveys as a school sees them."""
    answers = selectors.own_answers(request.user)
    rows = [
        {"survey": row, "answer": answers.get(row.pk)} for row in selectors.surveys_visible(request.user)[:40]
    ]
    return render(request, "schools/portal_surveys.html", {"rows": rows})


@portal_page(ANSWER)
def own_survey(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Fill in the counts."""
    row = _found(request.user, uid)
    school, home = school_of(request.user), reverse("schools_portal:own_surveys")
    if school is None:
        raise Http404("账号还没有关联学校，请联系教育局。")
    answer = selectors.own_answers(request.user).get(row.pk)
    form = AnswerForm(**data(request), survey=row, counts=answer.counts if answer else None)

    def work(values: dict[str, Any]) -> str:
        services.survey_answer(actor=request.user, school=school, survey=row, counts=form.counts())
        return home

    return form_page(
        request,
        form,
        work,
        heading=row.title,
        submit="填报",
        cancel_url=home,
        done="已填报，截止前可以更正。",
        template="ui/portal_form.html",
        sentence=f"{row.question} 只填人数，学生姓名由学校留存。",
        crumbs=crumbs(("学校调查", home), (row.title, "")),
    )
