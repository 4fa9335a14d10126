"""Pledges, violations, after-school service and campus ads on the desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from casework import pupils
from casework.indicators import Rounding, ratio
from casework.web import AuthedRequest, Column, crumbs, data, desk_page, form_page, get_visible, kit
from casework.web.kit import Register, Step
from schools import services
from schools.filters import AdFilter, PledgeFilter, ServiceFilter, ViolationFilter
from schools.forms import duties as forms
from schools.models import CampusAd, TeacherViolation
from schools.selectors import rounds as selectors
from schools.views.common import LABEL, day, plain_form, school_url, tabs
from schools.views.own import provider_words

RATE_DECIMALS = 1
PLEDGE_COLUMNS = (
    Column("学校", lambda row: row.school.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("年度", lambda row: row.year),
    Column("在职教师（人）", lambda row: row.teacher_count),
    Column("已签承诺书（人）", lambda row: row.pledged_count),
)
VIOLATION_COLUMNS = (
    Column("学校", lambda row: row.school.name, 30),
    Column("违反的禁止事项", lambda row: row.get_kind_display(), 40),
    Column("发现日期", lambda row: row.found_on),
    Column("涉及在职教师（人）", lambda row: row.teacher_count),
    Column("检查或案件编号", lambda row: row.case_no, 24),
    Column("情况", lambda row: pupils.masked(row.facts), 40),
    Column("处理情况", lambda row: pupils.masked(row.handling), 40),
    Column("一票否决", lambda row: row.is_vetoed),
    Column("状态", lambda row: row.get_status_display()),
)
SERVICE_COLUMNS = (
    Column("学校", lambda row: row.school.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("学期", lambda row: row.term_label, 20),
    Column("应服务学生（人）", lambda row: row.enrolled_count),
    Column("参加学生（人）", lambda row: row.joined_count),
    Column("素质拓展课程（门）", lambda row: row.course_count),
    Column("每周天数", lambda row: row.days_a_week),
    Column("校外机构", lambda row: "、".join(item.institution.name for item in row.providers.all()), 40),
)
AD_COLUMNS = (
    Column("学校", lambda row: row.school.name, 30),
    Column("载体", lambda row: row.get_carrier_display()),
    Column("发现日期", lambda row: row.found_on),
    Column("数量（件）", lambda row: row.item_count),
    Column("已当场清除（件）", lambda row: row.removed_count),
    Column("广告主", lambda row: row.advertiser, 30),
    Column("情况", lambda row: pupils.masked(row.note), 40),
    Column("处理情况", lambda row: row.handling, 40),
    Column("移送或案件编号", lambda row: row.case_no, 24),
    Column("状态", lambda row: row.get_status_display()),
)


def _school(row: Any) -> dict[str, Any]:
    return {"text": row.school.name, "url": school_url(row.school), "sub": row.region.name}


def _pledge_cells(row: Any) -> list[dict[str, Any]]:
    left = row.teacher_count - row.pledged_count
    return [
        _school(row),
        {"text": f"{row.year} 年"},
        {"text": f"{row.teacher_count} 人", "num": True},
        {"text": f"{row.pledged_count} 人", "num": True},
        {"word": "全部签订" if not left else f"差 {left} 人", "tone": "ok" if not left else "warn"},
    ]


@desk_page("schools.pledge_view")
def pledge_list(request: AuthedRequest) -> HttpResponseBase:
    """Pledges by school."""
    return kit.register_page(
        request,
        rows=selectors.pledges_visible(request.user),
        title="教师承诺",
        subtitle="不组织、不参与有偿补课的承诺，学校留存原件，这里只有人数",
        register=Register(("学校", "年度", "在职教师", "已签承诺书", "情况"), _pledge_cells),
        columns=PLEDGE_COLUMNS,
        filterset=PledgeFilter,
        unit="条",
        empty="学校在办事大厅登记人数。",
        tabs=tabs(request, "schools:pledge_list"),
        tabs_label=LABEL,
    )


def violation_url(row: TeacherViolation) -> str:
    """The page of a matter."""
    return reverse("schools:violation_detail", kwargs={"uid": row.uid})


def _violation_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.get_kind_display(), "url": violation_url(row)},
        _school(row),
        {"text": f"{row.found_on:%Y-%m-%d}", "nowrap": True},
        {"text": f"{row.teacher_count} 人", "num": True},
        {"text": row.case_no},
        {"status": row},
    ]


@desk_page("schools.violation_view")
def violation_list(request: AuthedRequest) -> HttpResponseBase:
    """Matters of in-service teachers."""
    return kit.register_page(
        request,
        rows=selectors.violations_visible(request.user),
        title="教师违规",
        subtitle="六项禁止；涉及谁只写在检查或案件里，这里记编号和人数",
        register=Register(("事项", "学校", "发现", "教师", "检查或案件编号", "状态"), _violation_cells),
        columns=VIOLATION_COLUMNS,
        filterset=ViolationFilter,
        unit="件",
        create=("登记", "schools:violation_create", "schools.violation_edit"),
        tabs=tabs(request, "schools:violation_list"),
        tabs_label=LABEL,
    )


@desk_page("schools.violation_edit")
def violation_create(request: AuthedRequest) -> HttpResponse:
    """Note a matter."""

    def work(values: dict[str, Any]) -> str:
        school, checked = values.pop("school"), values.pop("names_checked")
        row = services.violation_register(
            actor=request.user, school=school, values=values, names_checked=checked
        )
        return violation_url(row)

    home = reverse("schools:violation_list")
    return form_page(
        request,
        forms.ViolationForm(**data(request), actor=request.user),
        work,
        heading="登记教师违规",
        submit="登记",
        cancel_url=home,
        done="已登记。",
        crumbs=crumbs(("教师违规", home), ("登记", "")),
    )


VIOLATION_STEPS: dict[str, Step] = {
    "handle": Step(
        "属实，登记处理",
        lambda actor, row, v: services.violation_handle(actor=actor, row=row, **v),
        "处理情况已登记。",
        "schools.violation_edit",
        plain_form(forms.HandleForm),
    ),
    "dismiss": Step(
        "查无实据",
        lambda actor, row, v: services.violation_dismiss(actor=actor, row=row, **v),
        "已登记。",
        "schools.violation_edit",
        plain_form(forms.DismissForm),
    ),
}


@desk_page("schools.violation_view")
def violation_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One matter."""
    row = get_visible(selectors.violations_visible(request.user), request.user, uid)
    return kit.detail_page(
        request,
        row,
        heading=row.get_kind_display(),
        has_status=True,
        subtitle=row.school.name,
        actions=kit.step_actions(request.user, row, VIOLATION_STEPS, "schools:violation_step"),
        sections=[
            kit.text("情况", row.facts),
            *([kit.text("处理情况", row.handling)] if row.handling else []),
        ],
        facts=kit.facts(
            ("学校", row.school.name, school_url(row.school)),
            ("发现日期", f"{row.found_on:%Y-%m-%d}"),
            ("涉及在职教师", f"{row.teacher_count} 人"),
            ("检查或案件编号", row.case_no),
            ("一票否决", "年度考核一票否决" if row.is_vetoed else ""),
            ("处理登记", day(row.handled_at) if row.handled_at else ""),
        ),
        history=kit.history(request.user, row.uid),
        crumbs=crumbs(("教师违规", reverse("schools:violation_list")), (row.school.name, "")),
    )


@desk_page("schools.violation_view")
def violation_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a matter."""
    row = get_visible(selectors.violations_visible(request.user), request.user, uid)
    trail = crumbs(("教师违规", reverse("schools:violation_list")), (row.school.name, violation_url(row)))
    return kit.step_page(request, row, VIOLATION_STEPS, name, violation_url(row), trail)


def rate_text(joined: int, enrolled: int) -> str:
    """A rate with its numerator and denominator: 95.3 %（87,082 / 91,377 人）."""
    value = ratio(joined, enrolled, decimals=RATE_DECIMALS, rounding=Rounding.HALF_UP)
    return "—" if value is None else f"{value} %（{joined:,} / {enrolled:,} 人）"


def _service_cells(row: Any) -> list[dict[str, Any]]:
    providers = list(row.providers.all())
    return [
        _school(row),
        {"text": row.term_label},
        {"text": rate_text(row.joined_count, row.enrolled_count), "num": True},
        {"text": f"{row.course_count} 门", "sub": f"每周 {row.days_a_week} 天", "num": True},
        {"text": "、".join(provider_words(item) for item in providers) or "没有选用"},
    ]


@desk_page("schools.service_view")
def service_list(request: AuthedRequest) -> HttpResponseBase:
    """After-school service by school, with the county's rate of the newest term."""
    rows = selectors.services_visible(request.user)
    newest = rows.first()
    note = ""
    if newest is not None:
        joined, enrolled = selectors.rate_of(rows.filter(term_on=newest.term_on))
        note = f"{newest.term_label}参加率 {rate_text(joined, enrolled)}。"
    return kit.register_page(
        request,
        rows=rows,
        title="课后服务",
        subtitle="“2+N”课后服务：参加学生 / 应服务学生；校外机构只能从白名单选用",
        register=Register(("学校", "学期", "参加率", "课程", "校外机构"), _service_cells),
        columns=SERVICE_COLUMNS,
        filterset=ServiceFilter,
        unit="条",
        note=note,
        empty="学校在办事大厅登记。",
        tabs=tabs(request, "schools:service_list"),
        tabs_label=LABEL,
    )


def ad_url(row: CampusAd) -> str:
    """The page of a report."""
    return reverse("schools:ad_detail", kwargs={"uid": row.uid})


def _ad_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.advertiser, "url": ad_url(row), "sub": row.get_carrier_display()},
        _school(row),
        {"text": f"{row.found_on:%Y-%m-%d}", "nowrap": True},
        {"text": f"{row.item_count} 件", "sub": f"已清除 {row.removed_count} 件", "num": True},
        {"text": row.case_no},
        {"status": row},
    ]


@desk_page("schools.ad_view")
def ad_list(request: AuthedRequest) -> HttpResponseBase:
    """Ads on campus."""
    return kit.register_page(
        request,
        rows=selectors.ads_visible(request.user),
        title="校园广告",
        subtitle="学校上报的进校园培训广告；需要立案的移送市场监管部门，记编号",
        register=Register(("广告主", "学校", "发现", "数量", "编号", "状态"), _ad_cells),
        columns=AD_COLUMNS,
        filterset=AdFilter,
        unit="件",
        empty="学校在办事大厅上报。",
        tabs=tabs(request, "schools:ad_list"),
        tabs_label=LABEL,
    )


AD_STEPS: dict[str, Step] = {
    "handle": Step(
        "登记处理",
        lambda actor, row, v: services.ad_handle(actor=actor, row=row, **v),
        "处理情况已登记，学校看得到。",
        "schools.ad_handle",
        plain_form(forms.AdHandleForm),
    )
}


@desk_page("schools.ad_view")
def ad_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One report."""
    row = get_visible(selectors.ads_visible(request.user), request.user, uid)
    return kit.detail_page(
        request,
        row,
        heading=row.advertiser,
        has_status=True,
        subtitle=row.school.name,
        actions=kit.step_actions(request.user, row, AD_STEPS, "schools:ad_step"),
        sections=[
            kit.text("情况", row.note),
            *([kit.text("处理情况", row.handling)] if row.handling else []),
        ],
        facts=kit.facts(
            ("学校", row.school.name, school_url(row.school)),
            ("载体", row.get_carrier_display()),
            ("发现日期", f"{row.found_on:%Y-%m-%d}"),
            ("数量", f"{row.item_count} 件"),
            ("已当场清除", f"{row.removed_count} 件"),
            ("移送或案件编号", row.case_no),
            ("处理登记", day(row.handled_at) if row.handled_at else ""),
        ),
        history=kit.history(request.user, row.uid),
        crumbs=crumbs(("校园广告", reverse("schools:ad_list")), (row.advertiser, "")),
    )


@desk_page("schools.ad_view")
def ad_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a report."""
    row = get_visible(selectors.ads_visible(request.user), request.user, uid)
    trail = crumbs(("校园广告", reverse("schools:ad_list")), (row.advertiser, ad_url(row)))
    return kit.step_page(request, row, AD_STEPS, name, ad_url(row), trail)
