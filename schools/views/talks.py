"""Talks on the desk, in the school's portal, and the tables that everybody may read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from casework.web import AuthedRequest, Column, crumbs, data, desk_page, form_page, kit, portal_page
from casework.web.kit import Register
from casework.web.public import public_page, show
from schools import services
from schools.filters import TalkFilter
from schools.forms.talks import TableForm, TalkForm
from schools.models import TalkTable
from schools.selectors import talks as selectors
from schools.selectors.registry import school_of
from schools.selectors.surveys import published_of
from schools.services import Talk
from schools.views.common import LABEL, school_url, tabs
from schools.views.surveys import shown as survey_shown

VIEW, PUBLISH, RECORD = "schools.talk_view", "schools.talk_publish", "schools.talk_record"
COLUMNS = (
    Column("学校", lambda row: row.school.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("约谈日期", lambda row: row.held_on),
    Column("级别", lambda row: row.get_level_display()),
    Column("学生（人次）", lambda row: row.pupil_count),
    Column("家长（人次）", lambda row: row.parent_count),
    Column("记入操行评定：是（人次）", lambda row: row.linked_count),
    Column("记入操行评定：否（人次）", lambda row: row.pupil_count - row.linked_count),
    Column("对应工作提示", lambda row: row.tip.number if row.tip else "", 24),
)


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.school.name, "url": school_url(row.school), "sub": row.region.name},
        {"text": f"{row.held_on:%Y-%m-%d}", "nowrap": True},
        {"text": row.get_level_display()},
        {"text": f"{row.pupil_count} 人次", "num": True},
        {"text": f"{row.parent_count} 人次", "num": True},
        {"text": f"{row.linked_count} / {row.pupil_count - row.linked_count}", "num": True},
        {"text": row.tip.number if row.tip else "日常"},
    ]


@desk_page(VIEW)
def talk_list(request: AuthedRequest) -> HttpResponseBase:
    """Talks, in counts."""
    return kit.register_page(
        request,
        rows=selectors.talks_visible(request.user),
        title="三级约谈",
        subtitle="校长、分管领导、班主任约谈的人次；姓名只在学校自己的代码表上，到期自动删除",
        register=Register(("学校", "日期", "级别", "学生", "家长", "操行评定 是/否", "工作提示"), _cells),
        columns=COLUMNS,
        filterset=TalkFilter,
        unit="条",
        more=[{"label": "公开统计表", "url": reverse("schools:table_list")}],
        empty="学校在办事大厅登记约谈人次。",
        tabs=tabs(request, "schools:talk_list"),
        tabs_label=LABEL,
    )


def shown(row: TalkTable) -> dict[str, Any]:
    """A published table as rows of texts; hidden numbers as a mark."""
    lines = [
        {
            "label": label,
            "cells": [
                {"head": head, "text": "—" if value is None else f"{value:,}"}
                for head, value in zip(row.heads, cells, strict=True)
            ],
        }
        for label, cells in zip(row.rows, row.cells, strict=True)
    ]
    return {"table": row, "heads": row.heads, "lines": lines}


@desk_page(VIEW)
def table_list(request: AuthedRequest) -> HttpResponse:
    """Published tables, as everybody sees them."""
    context = {
        "tables": [shown(row) for row in selectors.tables_visible(request.user)[:20]],
        "may_publish": request.user.may(PUBLISH),
        "crumbs": crumbs(("三级约谈", reverse("schools:talk_list")), ("公开统计表", "")),
    }
    return render(request, "schools/table_list.html", context)


@desk_page(PUBLISH)
def table_publish(request: AuthedRequest) -> HttpResponse:
    """Publish the talks of whole months."""
    home = reverse("schools:table_list")

    def work(values: dict[str, Any]) -> str:
        services.table_publish(actor=request.user, **values)
        return home

    return form_page(
        request,
        TableForm(**data(request)),
        work,
        heading="发布约谈统计表",
        submit="发布",
        cancel_url=home,
        done="统计表已发布，小数和可推算出小数的格子已隐去。",
        sentence="按乡镇和级别公开约谈学生人次。期间发布后不能重叠，发布的内容不能更改。",
        crumbs=crumbs(("三级约谈", reverse("schools:talk_list")), ("公开统计表", home), ("发布", "")),
    )


@public_page
def public_tables(request: HttpRequest) -> HttpResponse:
    """Talks in published numbers."""
    bureau = request.bureau  # type: ignore[attr-defined]
    tables = [shown(row) for row in selectors.tables_of(bureau)[:20]]
    surveys = [survey_shown(row) for row in published_of(bureau)[:20]]
    return show(request, "schools/public_tables.html", {"tables": tables, "surveys": surveys})


@portal_page(RECORD)
def own_talks(request: AuthedRequest) -> HttpResponse:
    """The school's talks, with the form to enter more on the same page."""
    school = school_of(request.user)
    context: dict[str, Any] = {"talks": selectors.talks_visible(request.user)[:60]}
    if school is None:
        return render(request, "schools/portal_talks.html", context)
    form = TalkForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        tip = values.pop("tip")
        services.talk_record(actor=request.user, school=school, talk=Talk(**values), tip=tip)
        return reverse("schools_portal:own_talks")

    return form_page(
        request,
        form,
        work,
        heading="三级约谈",
        submit="登记",
        cancel_url=reverse("casework_portal:home"),
        done="已登记。同一天同一级别再次登记会更正人次。",
        template="schools/portal_talks.html",
        **context,
    )
