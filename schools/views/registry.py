"""The register of schools on the desk."""

from __future__ import annotations

from copy import copy
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    get_visible,
    guarded,
    kit,
    posted_version,
)
from casework.web.kit import Register
from schools import services
from schools.filters import SchoolFilter
from schools.forms.registry import AccountForm, CloseForm, SchoolForm
from schools.models import School
from schools.selectors.registry import schools_visible
from schools.selectors.rounds import returns_visible
from schools.selectors.tips import tips_visible
from schools.views.common import LABEL, day, school_url, tabs

COLUMNS = (
    Column("学校名称", lambda row: row.name, 32),
    Column("学校标识码", lambda row: row.code),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("学段", lambda row: row.get_stage_display()),
    Column("办学性质", lambda row: row.get_kind_display()),
    Column("班级数", lambda row: row.class_count),
    Column("在校学生数", lambda row: row.pupil_count),
    Column("联系部门", lambda row: row.contact_desk),
    Column("联系电话", lambda row: row.phone),
    Column("办事账号", lambda row: "已开通" if row.organisation_id else "未开通"),
    Column("状态", lambda row: row.state_word),
)


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.name, "url": school_url(row), "sub": row.code},
        {"text": row.region.name},
        {"text": row.get_stage_display(), "sub": row.get_kind_display()},
        {"text": f"{row.pupil_count:,}", "sub": f"{row.class_count} 个班", "num": True},
        {"text": row.contact_desk, "sub": row.phone},
        {
            "word": "已开通" if row.organisation_id else "未开通",
            "tone": "ok" if row.organisation_id else "warn",
        },
        {"word": row.state_word, "tone": "ok" if row.is_open else "mute"},
    ]


@desk_page("schools.school_view")
def school_list(request: AuthedRequest) -> HttpResponseBase:
    """The register."""
    return kit.register_page(
        request,
        rows=schools_visible(request.user),
        title="学校名册",
        subtitle="工作提示、报表和约谈都发给名册里的学校；这里只有人数，没有学生信息",
        register=Register(
            ("学校", "乡镇（街道）", "学段", "在校学生", "联系部门", "办事账号", "状态"), _cells
        ),
        columns=COLUMNS,
        filterset=SchoolFilter,
        unit="所",
        create=("登记学校", "schools:school_create", "schools.school_edit"),
        tabs=tabs(request, "schools:school_list"),
        tabs_label=LABEL,
    )


def _found(request: AuthedRequest, uid: UUID) -> School:
    return get_visible(schools_visible(request.user), request.user, uid)


def _trail(row: School, *more: tuple[str, str]) -> list[dict[str, str]]:
    return crumbs(("学校名册", reverse("schools:school_list")), (row.name, school_url(row)), *more)


@desk_page("schools.school_view")
def school_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One school: its facts and what was asked of it."""
    row = _found(request, uid)
    return kit.detail_page(
        request,
        row,
        heading=row.name,
        subtitle=f"{row.region.name} · {row.get_stage_display()} · {row.state_word}",
        links=_links(request, row),
        sections=_sections(request, row),
        facts=kit.facts(
            ("学校标识码", row.code),
            ("办学性质", row.get_kind_display()),
            ("班级数", f"{row.class_count} 个"),
            ("在校学生数", f"{row.pupil_count:,} 人"),
            ("联系部门", row.contact_desk),
            ("联系电话", row.phone),
            ("地址", row.address),
            ("办事账号", "已开通" if row.organisation_id else "未开通"),
            ("停办或撤并", f"{row.closed_on:%Y-%m-%d} {row.closed_reason}" if row.closed_on else ""),
        ),
        history=kit.history(request.user, row.uid),
        crumbs=crumbs(("学校名册", reverse("schools:school_list")), (row.name, "")),
    )


def _sections(request: AuthedRequest, row: School) -> list[dict[str, Any]]:
    """The newest letters and reports of the school, for who may read them."""
    user, found = request.user, []
    if user.may("schools.tip_view"):
        tips: list[list[dict[str, Any]]] = [
            [
                {"text": str(tip), "url": reverse("schools:tip_detail", args=[tip.uid])},
                {"text": f"{tip.pupil_count} 人", "num": True},
                {
                    "text": f"{tip.due_on:%Y-%m-%d}" if tip.due_on else "—",
                    "sub": "逾期答复" if tip.is_late else "",
                },
                {"status": tip},
            ]
            for tip in tips_visible(user).filter(school=row)[:10]
        ]
        found.append(kit.table("工作提示", ("文号", "学生", "答复期限", "状态"), tips, "没有发过工作提示。"))
    if user.may("schools.round_view"):
        returns: list[list[dict[str, Any]]] = [
            [
                {"text": item.round.title, "url": reverse("schools:return_detail", args=[item.uid])},
                {"text": day(item.submitted_at), "sub": "零报告" if item.is_zero else ""},
                {"status": item},
            ]
            for item in returns_visible(user).filter(school=row)[:6]
        ]
        found.append(kit.table("学校报表", ("期次", "报送", "状态"), returns, "还没有开过报表。"))
    return found


def _links(request: AuthedRequest, row: School) -> list[dict[str, str]]:
    may_edit, uid = request.user.may("schools.school_edit"), {"uid": row.uid}
    found = []
    if may_edit:
        found.append({"label": "修改", "url": reverse("schools:school_edit", kwargs=uid), "icon": "edit"})
    if row.is_open and request.user.may("schools.account_open"):
        found.append(
            {"label": "开通办事账号", "url": reverse("schools:account_open", kwargs=uid), "icon": "user-plus"}
        )
    if may_edit and row.is_open:
        found.append({"label": "登记停办或撤并", "url": reverse("schools:school_close", kwargs=uid)})
    return found


@desk_page("schools.school_edit")
def school_create(request: AuthedRequest) -> HttpResponse:
    """Enter a school."""
    form = SchoolForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        region = values.pop("region")
        return school_url(services.school_create(actor=request.user, region=region, values=values))

    return form_page(
        request,
        form,
        work,
        heading="登记学校",
        submit="登记",
        cancel_url=reverse("schools:school_list"),
        done="学校已登记。",
        two_columns=True,
        crumbs=crumbs(("学校名册", reverse("schools:school_list")), ("登记学校", "")),
    )


@desk_page("schools.school_edit")
def school_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a school."""
    row = _found(request, uid)
    form = SchoolForm(**data(request), actor=request.user, instance=copy(row))

    def work(values: dict[str, Any]) -> str:
        services.school_edit(actor=request.user, school=row, values=values, version=posted_version(request))
        return school_url(row)

    return form_page(
        request,
        form,
        work,
        heading=f"修改：{row.name}",
        submit="保存",
        cancel_url=school_url(row),
        done="已保存。",
        version=row.version,
        two_columns=True,
        crumbs=_trail(row, ("修改", "")),
    )


@desk_page("schools.school_edit")
def school_close(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Note the end of a school."""
    row = _found(request, uid)

    def work(values: dict[str, Any]) -> str:
        services.school_close(actor=request.user, school=row, **values)
        return school_url(row)

    return form_page(
        request,
        CloseForm(**data(request)),
        work,
        heading=f"登记停办或撤并：{row.name}",
        submit="登记",
        cancel_url=school_url(row),
        done="已登记。以前的提示、报表和约谈记录都保留。",
        danger=True,
        crumbs=_trail(row, ("停办或撤并", "")),
    )


@desk_page("schools.account_open")
def account_open(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Make an account; the first password is shown once."""
    row = _found(request, uid)
    trail = _trail(row, ("开通办事账号", ""))
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            person, password = services.school_account_open(
                actor=request.user, school=row, **form.cleaned_data
            )
            context = {
                "person": person,
                "password": password,
                "heading": "办事账号已开通",
                "next_url": school_url(row),
                "crumbs": trail,
            }
            response = render(request, "casework/user_password.html", context)
            response["Cache-Control"] = "no-store"
            return response
    context = {
        "form": form,
        "heading": f"开通办事账号：{row.name}",
        "submit": "开通",
        "cancel_url": school_url(row),
        "crumbs": trail,
    }
    return render(request, "casework/user_form.html", context, status=422 if form.errors else 200)
