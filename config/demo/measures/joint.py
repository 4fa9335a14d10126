"""Meetings, whistles and papers of the demonstration county."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.models import OrganisationKind
from config.demo.measures.duty import EDUCATION, MARKET
from config.demo.people import County
from config.demo.places import Places
from config.demo.timeline import Timeline
from config.demo.year_2023 import rotate
from institutions.models import Institution
from measures import services


def _meeting(county: County, now: date, moment: datetime) -> None:
    meeting = services.meeting_draft(
        actor=county.head,
        organ=county.education,
        values={
            "kind": "CONFERENCE",
            "title": "校外培训治理工作联席会议",
            "held_at": moment - timedelta(days=1),
            "place": "县政府二会议室",
            "chair": "县政府分管领导",
            "minutes": "会议通报了秋季治理情况。\n会议要求各部门按职责抓好寒假前治理。",
        },
        bodies=[
            county.education,
            county.organs[MARKET],
            county.organs[OrganisationKind.FIRE],
            county.townships[0],
        ],
        at=moment,
    )
    for text, kind, days in (
        ("清理登记为教育咨询的无证经营主体名单", MARKET, -3),
        ("完成培训场所消防隐患复查", OrganisationKind.FIRE, 12),
        ("制发寒假致家长告知书", EDUCATION, 6),
    ):
        services.decision_add(
            actor=county.head,
            meeting=meeting,
            text=text,
            assignee=county.organs[kind],
            due_on=max(now + timedelta(days=days), timezone.localdate(moment)),
            at=moment,
        )
    services.meeting_issue(actor=county.head, meeting=meeting, at=moment)


def _whistles(county: County, places: Places, now: date, moment: datetime) -> None:
    place = Institution.objects.select_related("region").get(pk=places.unlicensed[-1].pk)
    for matter, urgency, named in (
        ("居民楼内夜间补习，进不了门", "ORDINARY", place),
        ("沿街门店拒绝停课，家长聚集", "URGENT", None),
    ):
        row = services.whistle_blow(
            actor=county.users["township"],
            values={
                "matter": matter,
                "detail": "镇街两次上门无法处置，请部门到场。",
                "urgency": urgency,
                "place": "示例路 18 号",
                "institution": named,
            },
            departments=[county.education, county.organs[MARKET]],
            at=moment,
        )
        if urgency == "URGENT":
            call = row.calls.get(organisation=county.education)
            later = moment + timedelta(minutes=40)
            call = services.call_arrive(
                actor=county.officer, call=call, arrived_at=later, people="执法人员二人", at=later
            )
            services.call_finish(
                actor=county.officer,
                call=call,
                action="劝离学生，当场关停，次日复查",
                at=later + timedelta(hours=1),
            )


def _papers(county: County, places: Places, now: date, moment: datetime) -> None:
    pair = (county.officer, county.team(EDUCATION, 1, 1)[0])
    shed = Institution.objects.select_related("region").get(pk=places.unlicensed[2].pk)
    place = rotate(places.licensed, 10, 1)[0]
    stop = _paper(
        county,
        pair,
        "SUSPENSION_NOTICE",
        moment,
        institution=shed,
        facts="未取得办学许可证，现场有 9 名小学生上课。",
        students_present=9,
    )
    stop = services.directive_issue(actor=county.officer, directive=stop, at=moment)
    stop = services.directive_serve(
        actor=county.officer,
        directive=stop,
        served=services.Served("DIRECT", moment + timedelta(hours=1), "现场负责人"),
        at=moment + timedelta(hours=1),
    )
    services.pupils_hand_over(
        actor=county.officer,
        directive=stop,
        to_parents=7,
        to_school=0,
        note="其余两名等候家长",
        at=moment + timedelta(hours=2),
    )
    last = Institution.objects.select_related("region").get(pk=places.unlicensed[-1].pk)
    _paper(county, pair, "BAN_NOTICE", moment, institution=last, facts="停办后仍多次招生上课，拒不停止。")
    reminder = _paper(
        county,
        pair,
        "REMINDER_LETTER",
        moment,
        institution=place,
        facts="临近寒假，家长反映贵单位提前收取春季学费。",
        demand="按规定的时间和额度收费\n全部进入监管账户",
    )
    services.directive_issue(actor=county.officer, directive=reminder, at=moment)
    letter = _paper(
        county,
        pair,
        "PARENT_LETTER",
        moment,
        facts="寒假将至，请选择证照齐全、列入白名单的培训机构。",
        demand="查看办学许可证和白名单\n一次缴费不超过三个月、60 课时\n不向个人账户缴费",
    )
    services.directive_issue(actor=county.officer, directive=letter, at=moment)
    task = _paper(
        county,
        pair,
        "SITE_ASSIGNMENT",
        moment,
        institution=shed,
        receiver=county.townships[0],
        facts="该场所停办后请镇街落实日常巡查。",
        demand="每周巡查两次\n发现恢复招生立即报告",
        due_on=now + timedelta(days=9),
    )
    services.directive_issue(actor=county.officer, directive=task, at=moment)


def _paper(county: County, pair: Any, kind: str, moment: datetime, **values: Any) -> Any:
    return services.directive_draft(
        actor=county.officer, kind=kind, organ=county.education, officers=pair, values=values, at=moment
    )


def _closure(county: County, places: Places, timeline: Timeline, now: date, moment: datetime) -> None:
    chosen = rotate(places.licensed, 16, 4)
    row = services.closure_draft(
        actor=county.officer,
        organ=county.education,
        officers=(county.officer, county.team(EDUCATION, 1, 1)[0]),
        values={
            "cause": "WEATHER",
            "title": "关于暴雨期间暂停线下培训的通知",
            "basis": "县防汛抗旱指挥部通告",
            "scope_kind": "PLACES",
            "from_on": timezone.localdate(moment),
            "demand": "停止线下培训，通知学员和家长\n安排人员值守，消除安全隐患",
        },
        institutions=chosen,
        at=moment,
    )
    row = services.closure_issue(actor=county.head, closure=row, at=moment)
    for number, target in enumerate(row.targets.order_by("pk")[:3]):
        services.closure_check(
            actor=county.officer,
            target=target,
            on=timezone.localdate(moment),
            complied=number != 2,
            pupils_sent_home=5 if number == 2 else None,
            note="" if number != 2 else "仍有一个班上课，当场劝返",
            at=moment + timedelta(hours=6),
        )
    timeline.add(timezone.localdate(moment) + timedelta(days=3), 9, partial(_lift, county, row))


def _lift(county: County, row: Any, moment: datetime) -> None:
    services.closure_lift(
        actor=county.head,
        closure=row,
        lifted_on=timezone.localdate(moment),
        basis="县防汛抗旱指挥部解除通告",
        at=moment,
    )
