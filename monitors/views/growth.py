"""Desk pages of trainings, manuals, assessments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit
from casework.web.kit import Register
from monitors import services
from monitors.filters import AssessmentFilter
from monitors.forms import monitors as forms
from monitors.models import Manual
from monitors.selectors import growth as selectors
from monitors.selectors import monitors
from monitors.views.common import EDIT, VIEW, path, tabs
from monitors.views.monitors import monitor_url


def training_url(uid: UUID) -> str:
    """The results of one training."""
    return reverse("monitors:training_detail", kwargs={"uid": uid})


def _training_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.title, "url": training_url(row.uid)},
        {"text": f"{row.held_on:%Y-%m-%d}"},
        {"text": row.organiser, "sub": row.place},
        {"text": f"{row.result_count} 人", "num": True},
        {"text": f"{row.passed_count} 人", "num": True},
    ]


TRAININGS = Register(("培训", "日期", "组织单位", "登记成绩", "合格"), _training_cells)
TRAINING_COLUMNS = (
    Column("培训", lambda row: row.title, 40),
    Column("日期", lambda row: row.held_on),
    Column("组织单位", lambda row: row.organiser, 24),
    Column("登记成绩（人）", lambda row: row.result_count),
    Column("合格（人）", lambda row: row.passed_count),
)


@desk_page(VIEW)
def training_list(request: AuthedRequest) -> HttpResponseBase:
    """Trainings of monitors from the activity register."""
    return kit.register_page(
        request,
        rows=selectors.trainings(request.user),
        title="监督员培训",
        subtitle="培训会在“活动登记”中登记，对象选社会监督员；这里登记每个人的成绩",
        register=TRAININGS,
        columns=TRAINING_COLUMNS,
        filterset=None,
        unit="场",
        create=("登记培训会", "casework:activity_create", "casework.activity_edit"),
        empty="先在“活动登记”登记一场对象为社会监督员的业务培训。",
        **tabs(request, "monitors:training_list"),
    )


@desk_page(VIEW)
def training_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Results of one training."""
    row: Any = get_visible(selectors.trainings(request.user), request.user, uid)
    results = row.monitor_results.select_related("monitor__person", "monitor__region")
    lines: list[list[dict[str, Any]]] = [
        [
            {"text": item.monitor.name, "url": monitor_url(item.monitor)},
            {"text": item.monitor.region.name},
            {"text": "到会" if item.score is None else f"{item.score} 分", "num": True},
            {"word": "合格" if item.is_passed else "不合格", "tone": "ok" if item.is_passed else "bad"},
        ]
        for item in results
    ]
    scores = reverse("monitors:training_scores", kwargs={"uid": uid})
    actions = (
        [{"label": "登记成绩", "url": scores, "method": "link", "primary": True}]
        if request.user.may(EDIT)
        else []
    )
    return kit.detail_page(
        request,
        row,
        heading=row.title,
        subtitle=f"{row.held_on:%Y-%m-%d} · {row.organiser}",
        actions=actions,
        sections=[kit.table("成绩", ("姓名", "乡镇（街道）", "成绩", "结果"), lines, "还没有登记成绩。")],
        facts=kit.facts(
            ("日期", f"{row.held_on:%Y-%m-%d}"),
            ("地点", row.place),
            ("组织单位", row.organiser),
            ("活动登记", "查看", reverse("casework:activity_detail", kwargs={"uid": uid})),
        ),
        crumbs=path(("培训", reverse("monitors:training_list")), (row.title, "")),
    )


@desk_page(EDIT)
def training_scores(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Enter the results of everybody in office on the day."""
    row: Any = get_visible(selectors.trainings(request.user), request.user, uid)
    people = list(
        monitors.monitors_visible(request.user).in_office_on(row.held_on).order_by("region__code", "pk")
    )
    known = {item.monitor_id: item for item in row.monitor_results.all()}
    form = forms.ScoresForm(**data(request), people=people, known=known)
    home = training_url(uid)

    def work(values: dict[str, Any]) -> str:
        services.training_record(actor=request.user, activity=row, results=values["results"])
        return home

    return form_page(
        request,
        form,
        work,
        heading=f"登记成绩：{row.title}",
        submit="保存",
        cancel_url=home,
        done="成绩已登记。",
        two_columns=True,
        sentence="填 0 至 100 分，60 分合格；没有测试的填“到”；没有参加的留空。名单为培训当日在聘的监督员。",
        crumbs=path(("培训", reverse("monitors:training_list")), (row.title, home), ("登记成绩", "")),
    )


def _manual_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": str(row), "url": reverse("monitors:manual_detail", kwargs={"uid": row.uid})},
        {"text": f"{row.effective_on:%Y-%m-%d}"},
        {"text": f"{row.readers} 人", "num": True},
    ]


MANUALS = Register(("工作手册", "施行日期", "已确认"), _manual_cells)
MANUAL_COLUMNS = (
    Column("工作手册", str, 40),
    Column("施行日期", lambda row: row.effective_on),
    Column("已确认（人）", lambda row: row.readers),
)


@desk_page(VIEW)
def manual_list(request: AuthedRequest) -> HttpResponseBase:
    """Versions of the manual."""
    return kit.register_page(
        request,
        rows=selectors.manuals(request.user),
        title="工作手册",
        subtitle="每一版发布后，监督员在手机上确认已读",
        register=MANUALS,
        columns=MANUAL_COLUMNS,
        filterset=None,
        unit="版",
        create=("发布新版", "monitors:manual_create", EDIT),
        empty="发布工作手册，写明职责、任务和纪律。",
        **tabs(request, "monitors:manual_list"),
    )


@desk_page(EDIT)
def manual_create(request: AuthedRequest) -> HttpResponse:
    """Publish a version."""
    home = reverse("monitors:manual_list")

    def work(values: dict[str, Any]) -> str:
        services.manual_publish(actor=request.user, **values)
        return home

    return form_page(
        request,
        forms.ManualForm(**data(request)),
        work,
        heading="发布工作手册",
        submit="发布",
        cancel_url=home,
        done="已发布，请监督员确认。",
        sentence="发布后不能修改；要改就发布新的一版。",
        crumbs=path(("工作手册", home), ("发布", "")),
    )


@desk_page(VIEW)
def manual_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One version, and who confirmed it."""
    row = get_visible(Manual.objects.all(), request.user, uid)
    receipts = row.receipts.select_related("monitor__person", "monitor__region")
    lines: list[list[dict[str, Any]]] = [
        [
            {"text": item.monitor.name, "url": monitor_url(item.monitor)},
            {"text": item.monitor.region.name},
            {"text": f"{timezone.localtime(item.acknowledged_at):%Y-%m-%d %H:%M}"},
        ]
        for item in receipts
    ]
    return kit.detail_page(
        request,
        row,
        heading=str(row),
        subtitle=f"{row.effective_on:%Y-%m-%d} 起施行",
        sections=[
            kit.text("内容", row.text),
            kit.table("已确认的监督员", ("姓名", "乡镇（街道）", "确认时间"), lines, "还没有人确认。"),
        ],
        facts=kit.facts(("版本", f"第 {row.number} 版"), ("施行日期", f"{row.effective_on:%Y-%m-%d}")),
        history=kit.history(request.user, row.uid),
        crumbs=path(("工作手册", reverse("monitors:manual_list")), (str(row), "")),
    )


def _assessment_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.monitor.name, "url": monitor_url(row.monitor)},
        {"text": f"{row.year} 年"},
        {"word": row.get_grade_display(), "tone": row.grade_tone},
        {"text": row.note, "sub": row.reward},
    ]


def _input(key: str) -> Callable[[Any], Any]:
    return lambda row: row.inputs.get(key)


ASSESSMENTS = Register(("姓名", "年度", "等次", "意见"), _assessment_cells)
ASSESSMENT_COLUMNS = (
    Column("姓名", lambda row: row.monitor.name),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("年度", lambda row: row.year),
    Column("等次", lambda row: row.get_grade_display()),
    Column("考核意见", lambda row: row.note, 40),
    Column("奖惩", lambda row: row.reward, 24),
    *(Column(label, _input(key)) for key, label in selectors.INPUT_LABELS.items()),
)


@desk_page(VIEW)
def assessment_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of yearly assessments."""
    return kit.register_page(
        request,
        rows=selectors.assessments(request.user),
        title="年度考核",
        subtitle="不称职的不能续聘；奖励不与罚款挂钩",
        register=ASSESSMENTS,
        columns=ASSESSMENT_COLUMNS,
        filterset=AssessmentFilter,
        unit="人次",
        empty="在监督员页面登记年度考核。",
        **tabs(request, "monitors:assessment_list"),
    )
