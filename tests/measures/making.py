"""Builders of rows for the tests of this room; everything goes through services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from institutions.models import Institution
from measures import services
from measures.models import AdCase, Closure, Directive, Handover, Meeting, MysteryVisit, Shift, Talk, Whistle
from tests.conftest import World
from tests.inspections.making import photo


def now() -> datetime:
    """This moment."""
    return timezone.now()


def today() -> date:
    """Today in Asia/Shanghai."""
    return timezone.localdate()


def ad(world: World, place: Institution | None = None, *, shown: bool = True, **values: Any) -> AdCase:
    """A billboard found today, with a photo unless told otherwise."""
    fields = {
        "kind": "BILLBOARD",
        "origin": "PATROL",
        "found_on": today(),
        "place": "净坛路口",
        "pieces": 2,
        "content": "名师一对一，保过重点中学",
        "owner_kind": "INSTITUTION" if place else "UNKNOWN",
        "institution": place,
        **values,
    }
    return services.ad_register(
        actor=world.officer,
        region=world.town,
        lead_organ=world.education,
        values=fields,
        photos=[photo()] if shown else [],
    )


def talk(world: World, *places: Institution, **values: Any) -> Talk:
    """A talk planned for tomorrow."""
    fields = {
        "kind": "SINGLE" if len(places) == 1 else "COLLECTIVE",
        "reason": "预收费没有进入监管账户",
        "basis": "《校外培训行政处罚暂行办法》",
        "planned_at": now() + timedelta(days=1),
        "place": "县教委三楼会议室",
        "host": world.officer,
        "recorder": world.officer2,
        **values,
    }
    return services.talk_draft(actor=world.officer, organ=world.education, values=fields, institutions=places)


def directive(world: World, kind: str, place: Institution | None = None, **values: Any) -> Directive:
    """A draft that is complete for its kind."""
    fields: dict[str, Any] = {"institution": place, "facts": "现场有 8 名小学生正在上数学课", **values}
    if kind == "SUSPENSION_NOTICE":
        fields = {"students_present": 8, **fields}
    if kind in {"SITE_ASSIGNMENT", "SUPERVISION_LETTER"}:
        fields = {
            "receiver": world.market,
            "demand": "核查营业执照\n书面回复",
            "due_on": today() + timedelta(days=5),
            "original_no": "巫教培交办〔2026〕1号",
            "consequences": "逾期将通报。",
            **fields,
        }
    if kind in {"REMINDER_LETTER", "PARENT_LETTER"}:
        fields = {"demand": "查看办学许可证\n不一次缴纳超过三个月费用", **fields}
    return services.directive_draft(
        actor=world.officer,
        kind=kind,
        organ=world.education,
        officers=(world.officer, world.officer2),
        values=fields,
    )


def issued(world: World, kind: str, place: Institution | None = None, **values: Any) -> Directive:
    """An issued document."""
    actor = world.head if kind == "BAN_NOTICE" else world.officer
    return services.directive_issue(actor=actor, directive=directive(world, kind, place, **values))


def served(world: World, row: Directive) -> Directive:
    """Handed over directly."""
    return services.directive_serve(
        actor=world.officer,
        directive=row,
        served=services.Served(way="DIRECT", served_at=now(), receiver="王负责"),
    )


def whistle(world: World, **values: Any) -> Whistle:
    """A township calls the education committee and the market authority."""
    fields = {
        "matter": "小区内无证补习",
        "detail": "居民反映晚上有学生进出，镇街进不了门。",
        "urgency": "URGENT",
        "place": "示例小区 2 栋",
        **values,
    }
    return services.whistle_blow(
        actor=world.township, values=fields, departments=[world.education, world.market]
    )


def meeting(world: World, *, due: date | None = None) -> Meeting:
    """A conference with one decision for the market authority."""
    row = services.meeting_draft(
        actor=world.head,
        organ=world.education,
        values={
            "kind": "CONFERENCE",
            "title": "校外培训治理联席会议",
            "held_at": now() - timedelta(days=10),
            "place": "县政府二会议室",
            "chair": "副县长",
            "minutes": "会议研究了寒假治理工作。",
        },
        bodies=[world.education, world.market],
    )
    services.decision_add(
        actor=world.head,
        meeting=row,
        text="清理无照机构名单",
        assignee=world.market,
        due_on=due or today() + timedelta(days=3),
    )
    return row


def closure(world: World, **values: Any) -> Closure:
    """A closure of the whole county from today."""
    fields = {
        "cause": "EPIDEMIC",
        "title": "关于暂停线下培训的通知",
        "basis": "县疫情防控指挥部第3号通告",
        "scope_kind": "ALL",
        "from_on": today(),
        "demand": "停止线下培训\n妥善安排学员",
        **values,
    }
    towns = fields.pop("towns", ())
    places = fields.pop("places", ())
    return services.closure_draft(
        actor=world.officer,
        organ=world.education,
        officers=(world.officer, world.officer2),
        values=fields,
        towns=towns,
        institutions=places,
    )


def handover(world: World, place: Institution, **values: Any) -> Handover:
    """Two titles handed over."""
    row = services.handover_draft(
        actor=world.officer,
        institution=place,
        organ=world.education,
        officers=(world.officer, world.officer2),
        values={
            "purpose": "材料审核",
            "handed_by": "王负责",
            "is_voluntary": True,
            "received_on": today(),
            "place": "机构前台",
            **values,
        },
    )
    for title in ("暑期数学讲义", "口语练习册"):
        services.item_add(
            actor=world.officer,
            handover=row,
            values={"title": title, "source": "SELF_MADE", "copies": 2},
        )
    row.refresh_from_db()
    return row


def shift(world: World, *people: Any, hours: int = 30, **values: Any) -> Shift:
    """A night shift that begins in `hours`."""
    start = now() + timedelta(hours=hours)
    return services.shift_plan(
        actor=world.head,
        region=world.bureau.region,
        values={
            "kind": "NIGHT",
            "starts_at": start,
            "ends_at": start + timedelta(hours=3),
            "area": "高唐片区",
            "needed": 2,
            **values,
        },
        people=people or (world.officer, world.officer2),
    )


def mystery(world: World, place: Institution | None = None, **values: Any) -> MysteryVisit:
    """A covert visit."""
    return services.mystery_record(
        actor=world.officer,
        region=world.town,
        organ=world.education,
        values={
            "way": "COVERT",
            "visited_at": now() - timedelta(hours=2),
            "place": "示例小区 2 栋",
            "institution": place,
            "observers": "两名工作人员",
            "seen": "门口贴有课程表，前台称周末上数学课。",
            **values,
        },
        files=[photo()],
    )
