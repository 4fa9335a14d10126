"""What grids report: the register, one event, the form on the desk's and the school's phone."""

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
    get_visible,
    kit,
    object_link,
    portal_page,
)
from casework.web.kit import Register
from monitors import services
from monitors.filters import EventFilter
from monitors.forms import grids as forms
from monitors.models import EventKind, GridUnit
from monitors.selectors import grids as selectors
from monitors.views.common import link
from monitors.views.grids.common import (
    CALL,
    DO,
    VIEW,
    event_url,
    grid_path,
    grid_tabs,
    moment,
    sweep_url,
    unit_url,
)


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.party, "url": event_url(row), "sub": row.number},
        {"word": row.get_kind_display(), "tone": row.kind_tone},
        {"text": row.unit.name, "sub": row.region.name},
        {"text": moment(row.happened_at), "nowrap": True},
        {
            "text": row.clue.number if row.clue else "—",
            "sub": row.clue.get_status_display() if row.clue else "",
        },
        {"text": row.whistle.get_status_display() if row.whistle else "—"},
    ]


EVENTS = Register(("地点", "情况", "网格", "看到的时间", "线索", "吹哨"), _cells)
COLUMNS = (
    Column("编号", lambda row: row.number, 26),
    Column("情况", lambda row: row.get_kind_display()),
    Column("机构或名称", lambda row: row.party, 30),
    Column("地点", lambda row: row.place, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("网格", lambda row: row.unit.name, 24),
    Column("看到的时间", lambda row: row.happened_at),
    Column("看到的情况", lambda row: row.text, 40),
    Column("学生（约，人）", lambda row: row.pupils),
    Column("拉网排查", lambda row: row.sweep.title if row.sweep else "", 24),
    Column("线索编号", lambda row: row.clue.number if row.clue else "", 26),
    Column("吹哨", lambda row: row.whistle.get_status_display() if row.whistle else ""),
)


@desk_page(VIEW)
def event_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of what grids reported."""
    return kit.register_page(
        request,
        rows=selectors.events_visible(request.user),
        title="网格事件",
        subtitle="看到的问题当场转为线索，由执法人员核查；网格不检查、不下要求",
        register=EVENTS,
        columns=COLUMNS,
        filterset=EventFilter,
        unit="件",
        create=("登记情况", "monitors:event_create", DO),
        empty="网格员、学校专员、部门在手机上登记，之后在这里看到。",
        **grid_tabs(request, "monitors:event_list"),
    )


def _asked(request: AuthedRequest) -> dict[str, Any]:
    """Sweep, place, grid and kind that the link names."""
    actor, found = request.user, {}
    rows: dict[str, Any] = {
        "sweep": selectors.sweeps_visible(actor),
        "unit": selectors.open_units(actor),
        "place": selectors.places_for(actor, selectors.open_units(actor)),
    }
    for name, queryset in rows.items():
        raw = request.GET.get(name, "")
        if not raw:
            continue
        try:
            found[name] = queryset.filter(uid=UUID(raw)).first()
        except ValueError:
            found[name] = None
        if found[name] is None:
            raise Http404("没有找到这条记录，或您无权查看。")
    return found


def _event_form(request: AuthedRequest, home: str, trail: Any, template: str) -> HttpResponse:
    actor, asked = request.user, _asked(request)
    sweep, unit = asked.get("sweep"), asked.get("unit")
    units = selectors.open_units(actor)
    if sweep is not None:
        units = units.filter(sweeps=sweep)
    if unit is not None:
        units = units.filter(pk=unit.pk)
    kind = request.GET.get("kind", "")
    form = forms.EventForm(
        **data(request),
        actor=actor,
        units=units,
        place=asked.get("place"),
        kind=kind if kind in EventKind.values else "",
    )

    def work(values: dict[str, Any]) -> str:
        services.event_report(
            actor=actor, unit=values["unit"], sweep=sweep, report=form.report(), files=values["photos"]
        )
        return home

    return form_page(
        request,
        form,
        work,
        heading="登记网格情况",
        submit="登记",
        cancel_url=home,
        done="已登记，并作为线索送出。",
        sentence="只在公共场所看、拍、问；不检查、不下要求、不让对方签字。",
        template=template,
        two_columns=True,
        crumbs=trail,
    )


@desk_page(DO)
def event_create(request: AuthedRequest) -> HttpResponse:
    """Record what was seen."""
    sweep = _asked(request).get("sweep")
    home = sweep_url(sweep) if sweep else reverse("monitors:event_list")
    return _event_form(request, home, grid_path(("登记情况", "")), "ui/form_page.html")


@portal_page(DO)
def own_event(request: AuthedRequest) -> HttpResponse:
    """Record what a school saw around it."""
    sweep = _asked(request).get("sweep")
    base = reverse("monitors_portal:own_grids")
    home = reverse("monitors_portal:own_sweep", kwargs={"uid": sweep.uid}) if sweep else base
    trail = crumbs(("片区排查", base), ("登记情况", ""))
    return _event_form(request, home, trail, "ui/portal_form.html")


@desk_page(VIEW)
def event_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One event, its clue and its whistle."""
    actor = request.user
    row = get_visible(selectors.events_visible(actor), actor, uid)
    actions = []
    if actor.may(CALL) and row.clue_id and not row.whistle_id:
        url = reverse("monitors:event_whistle", kwargs={"uid": row.uid})
        actions.append({"label": "吹哨", "url": url, "method": "link"})
    unit_rows = GridUnit.objects.filter(pk=row.unit_id)
    place, clue, whistle = row.institution, row.clue, row.whistle
    return kit.detail_page(
        request,
        row,
        heading=row.party,
        subtitle=f"{row.get_kind_display()} · {row.number}",
        actions=actions,
        sections=[kit.text("看到的情况", row.text or "看过，没有发现问题。"), *_reminders(actor, row)],
        show_files=True,
        files=kit.files(actor, row),
        facts=kit.facts(
            ("网格", row.unit.name, link(actor, unit_rows.first(), unit_url(row.unit))),
            (
                "机构",
                place.name if place else row.seen_name,
                link(actor, place, object_link(actor, "institutions.institution", place.uid))
                if place
                else "",
            ),
            ("地点", row.place),
            ("看到的时间", moment(row.happened_at)),
            ("看到的活动", row.get_activity_display()),
            ("学生（约）", f"{row.pupils} 人" if row.pupils else ""),
            ("登记", f"{row.created_by.name} {timezone.localtime(row.created_at):%m-%d %H:%M}"),
            (
                "拉网排查",
                row.sweep.title if row.sweep else "",
                link(actor, row.sweep, sweep_url(row.sweep)) if row.sweep else "",
            ),
            (
                "线索",
                f"{clue.number}（{clue.get_status_display()}）" if clue else "",
                link(actor, clue, object_link(actor, "complaints.clue", clue.uid)) if clue else "",
            ),
            (
                "吹哨",
                whistle.get_status_display() if whistle else "",
                link(actor, whistle, reverse("measures:whistle_detail", kwargs={"uid": whistle.uid}))
                if whistle
                else "",
            ),
        ),
        history=kit.history(actor, row.uid),
        crumbs=grid_path(("网格事件", reverse("monitors:event_list")), (row.number, "")),
    )


def _reminders(actor: User, row: Any) -> list[dict[str, Any]]:
    if row.whistle_id is None:
        return []
    may = actor.may(CALL) and row.whistle.caller_id == actor.organisation_id and row.whistle.status == "OPEN"
    calls: list[list[dict[str, Any]]] = [
        [
            {"text": str(call.organisation)},
            {"status": call},
            {"text": moment(call.arrive_due_at)},
            {"text": moment(call.arrived_at)},
            {
                "text": f"{call.reminders.count()} 次",
                "num": True,
                "links": [{"label": "催办", "url": reverse("monitors:call_remind", kwargs={"uid": call.uid})}]
                if may and call.status not in {"DONE", "RETURNED"}
                else [],
            },
        ]
        for call in row.whistle.calls.select_related("organisation")
    ]
    return [kit.table("部门报到", ("部门", "状态", "到场时限", "到场", "催办"), calls, "")]


@desk_page(CALL)
def event_whistle(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Call departments to the place of an event."""
    row = get_visible(selectors.events_visible(request.user), request.user, uid)
    home = event_url(row)

    def work(values: dict[str, Any]) -> str:
        departments = values.pop("departments")
        services.event_whistle(actor=request.user, event=row, values=values, departments=departments)
        return home

    return form_page(
        request,
        forms.CallForm(**data(request), actor=request.user, event=row),
        work,
        heading="吹哨",
        submit="立即吹哨",
        cancel_url=home,
        done="已呼叫部门，到场时限从现在起算。",
        crumbs=grid_path((row.number, home), ("吹哨", "")),
    )
