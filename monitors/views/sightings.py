"""Pages of duty logs and observations, at the desk and on the monitor's phone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.evidence.selectors import evidence_of
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    file_items,
    form_page,
    get_visible,
    kit,
    object_link,
    portal_page,
)
from casework.web.kit import Register
from monitors import services
from monitors.filters import EntryFilter, ObservationFilter
from monitors.forms import sightings as forms
from monitors.models import Monitor
from monitors.selectors import monitors as people
from monitors.selectors import sightings as selectors
from monitors.views.common import EDIT, VIEW, link, seen, tabs
from monitors.views.monitor_file import photo_links
from monitors.views.monitors import monitor_url
from monitors.views.patrols.common import VIEW as PATROL_VIEW
from monitors.views.patrols.common import moment, patrol_path, patrol_tabs

LOG, OBSERVE = "monitors.duty_log", "monitors.observe"
FORM = "ui/portal_form.html"


def _monitor(request: AuthedRequest) -> Monitor:
    monitor = people.own_term(request.user)
    if monitor is None:
        raise Http404("账号还没有关联监督员任期，请联系教育部门。")
    return monitor


def _entry_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.monitor.name, "url": monitor_url(row.monitor), "sub": row.region.name},
        {"text": row.get_duty_display()},
        {"text": f"{row.done_on:%Y-%m-%d}", "nowrap": True},
        {"text": row.text, "sub": row.place, "links": photo_links(row)},
        {"text": f"{row.reach_count} 人次" if row.reach_count else "—", "num": True},
        {
            "text": row.clue.number if row.clue else "—",
            "sub": row.clue.get_status_display() if row.clue else "",
        },
    ]


ENTRIES = Register(("监督员", "职责", "日期", "做了什么", "宣传到", "转交"), _entry_cells)
ENTRY_COLUMNS = (
    Column("监督员", lambda row: row.monitor.name),
    Column("小分队", lambda row: row.monitor.squad.name if row.monitor.squad else "", 22),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("职责", lambda row: row.get_duty_display()),
    Column("日期", lambda row: row.done_on),
    Column("做了什么", lambda row: row.text, 50),
    Column("地点", lambda row: row.place, 24),
    Column("宣传到（人次）", lambda row: row.reach_count),
    Column("转交线索", lambda row: row.clue.number if row.clue else "", 24),
)


@desk_page(VIEW)
def entry_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of duty logs."""
    return kit.register_page(
        request,
        rows=selectors.entries_visible(request.user),
        title="履职记录",
        subtitle="监督、反馈、宣传三项职责；巡查另计，不用重复登记",
        register=ENTRIES,
        columns=ENTRY_COLUMNS,
        filterset=EntryFilter,
        unit="条",
        create=("代为登记", "monitors:entry_create", EDIT),
        empty="监督员在手机上登记，也可以由监管股代为登记。",
        **tabs(request, "monitors:entry_list"),
    )


@desk_page(EDIT)
def entry_create(request: AuthedRequest) -> HttpResponse:
    """Enter a line for a monitor."""
    form = forms.EntryForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        services.duty_log(
            actor=request.user, monitor=values["monitor"], entry=form.entry(), files=values["photos"]
        )
        return reverse("monitors:entry_list")

    return form_page(
        request,
        form,
        work,
        heading="登记履职",
        submit="登记",
        cancel_url=reverse("monitors:entry_list"),
        done="已登记。",
        two_columns=True,
        crumbs=crumbs(("履职记录", reverse("monitors:entry_list")), ("登记", "")),
    )


@portal_page(LOG)
def own_log(request: AuthedRequest) -> HttpResponse:
    """The monitor's own log with this year's counts."""
    monitor, today = people.own_term(request.user), timezone.localdate()
    context: dict[str, Any] = {"monitor": monitor}
    if monitor is not None:
        first = today.replace(month=1, day=1)
        context |= {
            "counts": selectors.duties_of(monitor, first, first.replace(year=first.year + 1)),
            "entries": list(selectors.entries_visible(request.user)[:40]),
            "is_serving": monitor.serves_on(today),
        }
    return render(request, "monitors/portal_log.html", context)


@portal_page(LOG)
def own_entry(request: AuthedRequest) -> HttpResponse:
    """Enter what was done."""
    monitor, home = _monitor(request), reverse("monitors_portal:own_log")
    form = forms.EntryForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        services.duty_log(actor=request.user, monitor=monitor, entry=form.entry(), files=values["photos"])
        return home

    return form_page(
        request,
        form,
        work,
        heading="登记履职",
        submit="登记",
        cancel_url=home,
        done="已登记，谢谢。",
        template=FORM,
        sentence="巡查不用在这里重复登记。不写学生、家长姓名。",
        crumbs=crumbs(("履职记录", home), ("登记", "")),
    )


def observation_url(row: Any) -> str:
    """The observation's page."""
    return reverse("monitors:observation_detail", kwargs={"uid": row.uid})


def _watch_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.place, "url": observation_url(row), "sub": row.number},
        {"text": row.region.name},
        {"text": moment(row.watched_from), "sub": f"观察 {row.minutes} 分钟", "nowrap": True},
        {"text": f"约 {row.entered} 人", "sub": row.get_stage_display() if row.stage else "", "num": True},
        {"text": row.get_activity_display(), "sub": row.pattern},
        {"text": row.clue.number, "sub": row.clue.get_status_display()},
    ]


WATCHES = Register(("地点", "乡镇（街道）", "观察", "进入学生", "活动", "线索"), _watch_cells)
WATCH_COLUMNS = (
    Column("编号", lambda row: row.number, 26),
    Column("地点", lambda row: row.place, 34),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("场所类型", lambda row: row.get_spot_kind_display()),
    Column("观察开始", lambda row: row.watched_from),
    Column("观察结束", lambda row: row.watched_until),
    Column("进入学生（约，人）", lambda row: row.entered),
    Column("离开学生（约，人）", lambda row: row.left),
    Column("疑似教师（约，人）", lambda row: row.adults),
    Column("活动", lambda row: row.get_activity_display()),
    Column("去向", lambda row: row.floors, 30),
    Column("时间规律", lambda row: row.pattern, 24),
    Column("看到的情况", lambda row: row.text, 44),
    Column("线索编号", lambda row: row.clue.number, 26),
    Column("线索状态", lambda row: row.clue.get_status_display()),
)


@desk_page(PATROL_VIEW)
def observation_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of observations."""
    return kit.register_page(
        request,
        rows=selectors.observations_visible(request.user),
        title="人流观察",
        subtitle="在公共场所看学生进出楼栋，登记即成线索；观察不是检查，不入户、不下要求",
        register=WATCHES,
        columns=WATCH_COLUMNS,
        filterset=ObservationFilter,
        unit="次",
        create=("登记观察", "monitors:observation_create", OBSERVE),
        empty="监督员、镇街人员、执法人员看到学生成批进出楼栋的，在这里登记。",
        **patrol_tabs(request, "monitors:observation_list"),
    )


def _watch_page(
    request: AuthedRequest, monitor: Monitor | None, home: str, trail: Any, template: str
) -> HttpResponse:
    form = forms.WatchForm(**data(request), actor=request.user, monitor=monitor)

    def work(values: dict[str, Any]) -> str:
        services.observation_record(
            actor=request.user,
            watch=form.watch(),
            region=values["region"],
            monitor=monitor,
            files=values["photos"],
        )
        return home

    return form_page(
        request,
        form,
        work,
        heading="登记人流观察",
        submit="登记",
        cancel_url=home,
        done="已登记，并作为线索送出。",
        template=template,
        sentence="跟着人流看到楼栋门口为止。不进门、不检查、不要求对方做什么。",
        two_columns=True,
        crumbs=trail,
    )


@desk_page(OBSERVE)
def observation_create(request: AuthedRequest) -> HttpResponse:
    """Record what staff saw."""
    home = reverse("monitors:observation_list")
    trail = patrol_path(("人流观察", home), ("登记", ""))
    return _watch_page(request, None, home, trail, "ui/form_page.html")


@portal_page(OBSERVE)
def own_observation(request: AuthedRequest) -> HttpResponse:
    """Record what a monitor saw."""
    home = reverse("monitors_portal:patrol_home")
    trail = crumbs(("巡查", home), ("登记人流观察", ""))
    return _watch_page(request, _monitor(request), home, trail, FORM)


@desk_page(PATROL_VIEW)
def observation_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One observation and its clue."""
    actor = request.user
    row = get_visible(selectors.observations_visible(actor), actor, uid)
    place, clue, monitor = row.institution, row.clue, row.monitor
    may_person = monitor is not None and monitor.pk in seen(actor, Monitor.objects.filter(pk=monitor.pk))
    return kit.detail_page(
        request,
        row,
        heading=row.place,
        subtitle=row.number,
        notes=[
            {
                "text": "这是在公共场所的观察，不是检查；处理由持证执法人员依法进行。",
                "tone": "info",
                "title": "",
            }
        ],
        sections=[kit.text("看到的情况", row.text), kit.text("去向", row.floors)],
        show_files=True,
        files=kit.files(actor, row),
        facts=kit.facts(
            ("观察", f"{moment(row.watched_from)} 至 {moment(row.watched_until)[11:]}（{row.minutes} 分钟）"),
            ("乡镇（街道）", row.region.name),
            ("场所类型", row.get_spot_kind_display()),
            ("进入学生（约）", f"{row.entered} 人 {row.get_stage_display() if row.stage else ''}".strip()),
            ("离开学生（约）", f"{row.left} 人" if row.left else ""),
            ("疑似教师（约）", f"{row.adults} 人" if row.adults else ""),
            ("看到、听到的活动", row.get_activity_display()),
            ("时间规律", row.pattern),
            (
                "疑似机构",
                place.name if place else "",
                link(actor, place, object_link(actor, "institutions.institution", place.uid))
                if place
                else "",
            ),
            (
                "线索",
                f"{clue.number}（{clue.get_status_display()}）",
                link(actor, clue, object_link(actor, "complaints.clue", clue.uid)),
            ),
            (
                "登记",
                monitor.name if monitor else row.created_by.name,
                monitor_url(monitor) if monitor and may_person else "",
            ),
        ),
        history=kit.history(actor, row.uid),
        crumbs=patrol_path(("人流观察", reverse("monitors:observation_list")), (row.number, "")),
    )


@portal_page(OBSERVE)
def own_observation_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """What the monitor recorded."""
    row = get_visible(selectors.observations_visible(request.user), request.user, uid)
    context = {
        "row": row,
        "files": file_items(evidence_of(actor=request.user, subject=row), hints=False),
        "crumbs": crumbs(("巡查", reverse("monitors_portal:patrol_home")), (row.number, "")),
    }
    return render(request, "monitors/portal_observation.html", context)
