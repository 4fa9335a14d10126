"""Desk pages of notices, objections, squads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit, posted_version
from casework.web.kit import Register
from monitors import services
from monitors.forms import monitors as forms
from monitors.models import CandidateNotice, Objection, Squad
from monitors.selectors import monitors as selectors
from monitors.views.common import EDIT, VIEW, path, tabs
from monitors.views.monitors import APPOINT, CHECK, monitor_url


def notice_url(notice: CandidateNotice) -> str:
    """The notice's page."""
    return reverse("monitors:notice_detail", kwargs={"uid": notice.uid})


def _notice_cells(row: Any) -> list[dict[str, Any]]:
    is_open = row.is_open_on(timezone.localdate())
    return [
        {"text": row.title, "url": notice_url(row)},
        {"text": f"{row.people} 人", "num": True},
        {"text": f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}"},
        {"word": "公示中" if is_open else "已截止", "tone": "info" if is_open else "mute"},
    ]


NOTICES = Register(("标题", "人选", "公示期", "状态"), _notice_cells)
NOTICE_COLUMNS = (
    Column("标题", lambda row: row.title, 40),
    Column("人选（人）", lambda row: row.people),
    Column("公示日期", lambda row: row.starts_on),
    Column("截止日期", lambda row: row.ends_on),
)


@desk_page(VIEW)
def notice_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of public notices."""
    return kit.register_page(
        request,
        rows=selectors.notices_visible(request.user),
        title="拟聘公示",
        subtitle="通过资格审核的人选公示后才能聘任，公示期内收到异议的先处理异议",
        register=NOTICES,
        columns=NOTICE_COLUMNS,
        filterset=None,
        unit="次",
        create=("发布公示", "monitors:notice_create", APPOINT),
        empty="先审核资格，再把通过的人选列入公示。",
        **tabs(request, "monitors:notice_list"),
    )


@desk_page(APPOINT)
def notice_create(request: AuthedRequest) -> HttpResponse:
    """Publish candidates."""
    form = forms.NoticeForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        return notice_url(services.notice_open(actor=request.user, **values))

    return form_page(
        request,
        form,
        work,
        heading="发布拟聘公示",
        submit="发布",
        cancel_url=reverse("monitors:notice_list"),
        done="已发布，公开网站上可以看到。",
        sentence="公示只列姓名、身份类别、所在乡镇和推荐单位。",
        crumbs=path(("拟聘公示", reverse("monitors:notice_list")), ("发布", "")),
    )


@desk_page(VIEW)
def notice_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One notice: window, candidates."""
    row: Any = get_visible(selectors.notices_visible(request.user), request.user, uid)
    people = selectors.monitors_visible(request.user).filter(notice=row)
    lines: list[list[dict[str, Any]]] = [
        [
            {"text": person.name, "url": monitor_url(person)},
            {"text": person.region.name},
            {"text": person.get_category_display()},
            {"text": person.recommender},
            {"status": person},
        ]
        for person in people
    ]
    is_open = row.is_open_on(timezone.localdate())
    public = reverse("monitors_public:notice", kwargs={"uid": row.uid})
    return kit.detail_page(
        request,
        row,
        heading=row.title,
        subtitle=f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}",
        links=[{"label": "公开页面", "url": public, "icon": "external-link"}] if is_open else [],
        sections=[
            kit.table(
                "公示人选", ("姓名", "乡镇（街道）", "身份类别", "推荐单位", "状态"), lines, "没有人选。"
            ),
            kit.text("公示内容", row.text),
            kit.text("公示期怎么算", "\n".join(row.explanation)),
        ],
        facts=kit.facts(
            ("公示日期", f"{row.starts_on:%Y-%m-%d}"),
            ("截止日期", f"{row.ends_on:%Y-%m-%d}"),
            ("异议受理", row.contact),
        ),
        history=kit.history(request.user, row.uid),
        crumbs=path(("拟聘公示", reverse("monitors:notice_list")), (row.title, "")),
    )


@desk_page(CHECK)
def objection_decide(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Say what was found about an objection."""
    row = get_visible(Objection.objects.select_related("monitor__person"), request.user, uid)
    home = monitor_url(row.monitor)

    def work(values: dict[str, Any]) -> str:
        services.objection_decide(actor=request.user, objection=row, **values)
        return home

    return form_page(
        request,
        forms.FindingForm(**data(request)),
        work,
        heading=f"处理异议：{row.monitor.name}",
        submit="登记结论",
        cancel_url=home,
        done="异议已处理。",
        sentence=row.content,
        crumbs=path((row.monitor.name, home), ("处理异议", "")),
    )


def _squad_cells(row: Any, may_edit: bool) -> list[dict[str, Any]]:
    url = reverse("monitors:squad_edit", kwargs={"uid": row.uid}) if may_edit else ""
    return [
        {"text": row.name, "url": url, "sub": row.association},
        {"text": "、".join(town.name for town in row.towns.all())},
        {"text": f"{row.people} 人", "num": True},
        {"word": "使用中" if row.is_active else "已停用", "tone": "ok" if row.is_active else "mute"},
    ]


SQUAD_HEADS = ("小分队", "负责的乡镇（街道）", "在聘监督员", "状态")
SQUAD_COLUMNS = (
    Column("小分队", lambda row: row.name, 24),
    Column("类别", lambda row: row.get_kind_display()),
    Column("协会名称", lambda row: row.association, 26),
    Column("负责的乡镇（街道）", lambda row: "、".join(town.name for town in row.towns.all()), 60),
    Column("在聘监督员（人）", lambda row: row.people),
    Column("启用", lambda row: row.is_active),
)


@desk_page(VIEW)
def squad_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of squads."""
    may_edit = request.user.may(EDIT)
    return kit.register_page(
        request,
        rows=selectors.squads_visible(request.user, timezone.localdate()),
        title="巡查小分队",
        subtitle="按片区编组，每次巡查至少两人同行；行业协会的联盟也在这里设置",
        register=Register(SQUAD_HEADS, lambda row: _squad_cells(row, may_edit)),
        columns=SQUAD_COLUMNS,
        filterset=None,
        unit="个",
        create=("设置小分队", "monitors:squad_create", EDIT),
        empty="先设置小分队和片区，再把在聘监督员编入。",
        **tabs(request, "monitors:squad_list"),
    )


@desk_page(EDIT)
def squad_create(request: AuthedRequest) -> HttpResponse:
    """A new squad."""
    return _squad_form(request, None)


@desk_page(EDIT)
def squad_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a squad."""
    return _squad_form(request, get_visible(Squad.objects.all(), request.user, uid))


def _squad_form(request: AuthedRequest, row: Squad | None) -> HttpResponse:
    known = (
        {
            "name": row.name,
            "towns": row.towns.all(),
            "is_active": row.is_active,
            "kind": row.kind,
            "association": row.association,
        }
        if row
        else {}
    )
    form = forms.SquadForm(**data(request), actor=request.user, initial=known)
    home = reverse("monitors:squad_list")

    def work(values: dict[str, Any]) -> str:
        services.squad_save(actor=request.user, squad=row, version=posted_version(request), **values)
        return home

    return form_page(
        request,
        form,
        work,
        heading=row.name if row else "设置小分队",
        submit="保存",
        cancel_url=home,
        done="已保存。",
        version=row.version if row else None,
        crumbs=path(("小分队", home), (row.name if row else "设置", "")),
    )
