"""Registers of outings and stops, one outing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import User
from casework.web import (
    AuthedRequest,
    Column,
    desk_page,
    get_visible,
    kit,
    object_link,
)
from casework.web.kit import Register, Step
from complaints.models import Clue
from fieldwork.phone_selectors import record_of
from monitors import services
from monitors.filters import OutingFilter, StopFilter
from monitors.forms import monitors as person_forms
from monitors.models import Monitor, Stop
from monitors.selectors import patrols as selectors
from monitors.views.common import EDIT, seen
from monitors.views.monitors import monitor_url
from monitors.views.patrols.common import VIEW, moment, outing_url, patrol_path, patrol_tabs, stop_url


def _outing_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.number, "url": outing_url(row), "sub": row.task.title if row.task else "自由巡查"},
        {"text": moment(row.started_at), "sub": row.get_slot_display()},
        {"text": row.squad.name if row.squad else "—"},
        {"text": f"{row.people} 人次", "num": True},
        {"text": f"{row.stop_count} 家次", "num": True},
        {
            "text": f"{row.problems} 项",
            "sub": f"线索 {row.clue_count} 件" if row.clue_count else "",
            "num": True,
        },
        {"status": row},
    ]


OUTINGS = Register(("编号", "开始", "小分队", "参加", "巡查", "问题", "状态"), _outing_cells)

OUTING_COLUMNS = (
    Column("编号", lambda row: row.number, 26),
    Column("小分队", lambda row: row.squad.name if row.squad else "", 22),
    Column("任务", lambda row: row.task.title if row.task else "自由巡查", 26),
    Column("开始时间", lambda row: row.started_at),
    Column("结束时间", lambda row: row.ended_at),
    Column("时段", lambda row: row.get_slot_display()),
    Column("参加（人次）", lambda row: row.people),
    Column("巡查（家次）", lambda row: row.stop_count),
    Column("问题（项）", lambda row: row.problems),
    Column("线索（件）", lambda row: row.clue_count),
    Column("状态", lambda row: row.get_status_display()),
)


@desk_page(VIEW)
def outing_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of patrols."""
    return kit.register_page(
        request,
        rows=selectors.outings_visible(request.user),
        title="巡查",
        subtitle="监督员巡查只产生线索；检查和处理由持证执法人员依法进行",
        register=OUTINGS,
        columns=OUTING_COLUMNS,
        filterset=OutingFilter,
        unit="次",
        empty="监督员在手机上开始巡查，提交后在这里看到。",
        **patrol_tabs(request, "monitors:outing_list"),
    )


def _stop_cells(row: Stop) -> list[dict[str, Any]]:
    return [
        {"text": row.party, "url": stop_url(row), "sub": row.place},
        {"text": row.region.name},
        {"text": moment(row.arrived_at), "sub": row.number},
        {"text": row.get_activity_display(), "sub": f"学生约 {row.pupils} 人" if row.pupils else ""},
        {
            "text": f"{row.problem_count} 项",
            "sub": f"否决项 {row.star_count} 项" if row.star_count else "",
            "num": True,
        },
        {"text": row.clue.number if row.clue else "—"},
    ]


STOPS = Register(("机构或名称", "乡镇（街道）", "到达", "活动", "问题", "线索"), _stop_cells)

STOP_COLUMNS = (
    Column("巡查编号", lambda row: row.number, 28),
    Column("机构或名称", lambda row: row.party, 34),
    Column("是否名录机构", lambda row: row.institution is not None),
    Column("地点", lambda row: row.place, 34),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("场所类型", lambda row: row.get_spot_kind_display()),
    Column("以什么名义", lambda row: row.get_cover_display()),
    Column("到达时间", lambda row: row.arrived_at),
    Column("活动", lambda row: row.get_activity_display()),
    Column("学生（约，人）", lambda row: row.pupils),
    Column("教师（约，人）", lambda row: row.teachers),
    Column("问题（项）", lambda row: row.problem_count),
    Column("否决项问题（项）", lambda row: row.star_count),
    Column("线索编号", lambda row: row.clue.number if row.clue else "", 24),
)


@desk_page(VIEW)
def stop_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of stops."""
    return kit.register_page(
        request,
        rows=selectors.stops_visible(request.user),
        title="巡查家次",
        subtitle="每次出巡每到一家计一次",
        register=STOPS,
        columns=STOP_COLUMNS,
        filterset=StopFilter,
        unit="家次",
        **patrol_tabs(request, "monitors:stop_list"),
    )


OUTING_STEPS: dict[str, Step] = {
    "void": Step(
        "作废",
        lambda actor, row, values: services.outing_void(actor=actor, outing=row, **values),
        "已作废，不再计入统计；已经产生的线索继续办理。",
        EDIT,
        lambda *, actor, row, **bound: person_forms.ReasonForm(**bound),
        submit="作废",
        danger=True,
    ),
}


@desk_page(VIEW)
def outing_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One outing: people, stops, history."""
    actor = request.user
    row: Any = get_visible(selectors.outings_visible(actor), actor, uid)
    stops_seen = seen(actor, row.stops.all())
    people_seen = seen(actor, Monitor.objects.filter(outings__outing=row))
    clues_seen = seen(actor, Clue.objects.filter(pk__in=row.stops.values("clue")))
    stops: list[list[dict[str, Any]]] = [
        [
            {"text": item.party, "url": stop_url(item) if item.pk in stops_seen else "", "sub": item.place},
            {"text": moment(item.arrived_at)},
            {"text": item.get_activity_display()},
            {"text": f"{item.problem_count} 项", "num": True},
            {
                "text": item.clue.number if item.clue else "—",
                "url": object_link(actor, "complaints.clue", item.clue.uid)
                if item.clue and item.clue_id in clues_seen
                else "",
            },
        ]
        for item in row.stops.select_related("institution", "clue").order_by("ordinal")
    ]
    members: list[list[dict[str, Any]]] = [
        [
            {
                "text": member.monitor.name,
                "url": monitor_url(member.monitor) if member.monitor_id in people_seen else "",
            },
            {"text": member.monitor.card_no},
            {"text": "带队" if member.is_leader else ""},
        ]
        for member in row.members.select_related("monitor__person")
    ]
    return kit.detail_page(
        request,
        row,
        heading=row.number,
        subtitle=f"{row.people} 人次，{row.stop_count} 家次",
        has_status=True,
        actions=kit.step_actions(actor, row, OUTING_STEPS, "monitors:outing_step"),
        sections=[
            kit.table("巡查的机构", ("机构或名称", "到达", "活动", "问题", "线索"), stops, "还没有记录。"),
            kit.table("参加人员", ("姓名", "证件编号", ""), members, "没有人员。"),
            *([kit.text("作废原因", row.void_reason)] if row.void_reason else []),
        ],
        facts=kit.facts(
            ("小分队", row.squad.name if row.squad else ""),
            ("任务", row.task.title if row.task else "自由巡查"),
            ("开始", moment(row.started_at)),
            ("结束", moment(row.ended_at)),
            ("时段", row.get_slot_display()),
            ("提交", moment(row.submitted_at)),
            ("说明", row.note),
        ),
        history=kit.history(actor, row.uid),
        links=_phone_links(actor, row),
        crumbs=patrol_path((row.number, "")),
    )


def _phone_links(actor: User, row: Any) -> list[dict[str, str]]:
    """What phones sent about the outing, word for word."""
    record = record_of(row.uid) if actor.may("fieldwork.field_view") else None
    if record is None:
        return []
    url = reverse("fieldwork:record_detail", kwargs={"uid": record.uid})
    return [{"label": "手机记录", "url": url, "icon": "device-mobile"}]


@desk_page(VIEW)
def outing_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of an outing."""
    row: Any = get_visible(selectors.outings_visible(request.user), request.user, uid)
    home = outing_url(row)
    return kit.step_page(request, row, OUTING_STEPS, name, home, patrol_path((row.number, home)))
