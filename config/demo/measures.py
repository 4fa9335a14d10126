"""Measures of the demonstration county: trainings of 2023, and something in every register today."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import OfficerCertificate, OrganisationKind
from casework.activities.services import activity_register
from casework.deadlines import load_calendar
from config.demo.clock import at, workday_before
from config.demo.outings import photo
from config.demo.people import County
from config.demo.places import Places
from config.demo.timeline import Timeline
from config.demo.year_2023 import rotate
from inspections.models import Visit
from institutions.models import Institution
from measures import services
from measures.models import Talk

EDUCATION, MARKET = OrganisationKind.EDUCATION, OrganisationKind.MARKET
TRAININGS = (
    (date(2023, 3, 22), "COUNTY", "校外培训行政执法业务培训", "8"),
    (date(2023, 5, 17), "CITY", "全市校外培训监管执法培训班（第一期）", "16"),
    (date(2023, 10, 25), "CITY", "《校外培训行政处罚暂行办法》专题培训", "8"),
)
ENDS_SOON = timedelta(days=24)


def build_measures(county: County, places: Places, timeline: Timeline, now: date) -> None:
    """Put the room's rows on the timeline."""
    for day, level, title, hours in TRAININGS:
        timeline.add(day, 17, partial(_training, county, day, level, title, hours))
    study = workday_before(now - timedelta(days=20))
    timeline.add(study, 17, partial(_study, county, study))
    timeline.add(now - timedelta(days=60), 9, partial(_school_gate, county, places))
    timeline.add(now - timedelta(days=6), 10, partial(_ads, county, places))
    timeline.add(now - timedelta(days=12), 9, partial(_talk, county, places, timeline))
    timeline.add(now - timedelta(days=20), 9, partial(_meeting, county, now))
    timeline.add(now - timedelta(days=1), 15, partial(_whistles, county, places, now))
    timeline.add(now - timedelta(days=5), 9, partial(_papers, county, places, now))
    timeline.add(now - timedelta(days=40), 9, partial(_closure, county, places, timeline, now))
    timeline.add(now - timedelta(days=4), 11, partial(_materials, county, places))
    timeline.add(now - timedelta(days=8), 9, partial(_roster, county, now))
    timeline.add(now - timedelta(days=2), 20, partial(_mystery, county, places))
    timeline.add(now, 7, partial(_officers, county, places, now))


def _training(county: County, day: date, level: str, title: str, hours: str, moment: datetime) -> None:
    activity_register(
        actor=county.clerk,
        region=county.region,
        values={
            "kind": "TRAINING",
            "level": level,
            "audience": "OFFICERS",
            "title": title,
            "held_on": day,
            "hours": hours,
            "organiser": county.education.name if level == "COUNTY" else "重庆市教育委员会",
            "head_count": 16,
        },
        people=county.officers[EDUCATION],
        at=moment,
    )


def _study(county: County, day: date, moment: datetime) -> None:
    for kind, title, hours in (("STUDY", "行政处罚法专题学法", "4"), ("TRAINING", "秋季执法业务培训", "12")):
        activity_register(
            actor=county.head,
            region=county.region,
            values={
                "kind": kind,
                "level": "COUNTY",
                "audience": "OFFICERS",
                "title": title,
                "held_on": day,
                "hours": hours,
                "organiser": county.education.name,
                "place": "县教委会议室",
                "summary": "学习条款，研讨两件本县案例。",
            },
            people=county.officers[EDUCATION][:12],
            at=moment,
        )


def _ad(county: County, moment: datetime, **values: Any) -> Any:
    place: Institution | None = values.get("institution")
    fields = {
        "kind": "BILLBOARD",
        "origin": "PATROL",
        "found_on": timezone.localdate(moment),
        "owner_kind": "INSTITUTION" if place else "UNKNOWN",
        **values,
    }
    return services.ad_register(
        actor=county.officer,
        region=place.region if place else county.towns[0],
        lead_organ=county.education,
        values=fields,
        photos=[photo(f"{values['place']}")],
        at=moment,
    )


def _school_gate(county: County, places: Places, moment: datetime) -> None:
    place = rotate(places.licensed, 5, 1)[0]
    ad = _ad(
        county,
        moment,
        origin="SCHOOL_GATE",
        kind="LEAFLET",
        place="初级中学校门口",
        school_name="示例初级中学",
        pieces=40,
        content="开学班优惠招生传单",
        institution=place,
    )
    later = moment + timedelta(hours=2)
    ad = services.ad_order(actor=county.officer, ad=ad, order_text="立即停止发放并收回", at=later)
    ad = services.ad_remove(
        actor=county.officer,
        ad=ad,
        removed_at=later,
        pieces=40,
        by="机构自行收回",
        photos=[photo("校门口清除后")],
        at=later,
    )
    services.ad_check(
        actor=county.officer,
        ad=ad,
        checked_on=timezone.localdate(moment) + timedelta(days=7),
        is_gone=True,
        note="放学时段复查，没有再发放",
        at=moment + timedelta(days=7),
    )


def _ads(county: County, places: Places, moment: datetime) -> None:
    first, second = rotate(places.licensed, 8, 2)
    board = _ad(
        county,
        moment,
        place="净坛一路公交站旁",
        pieces=2,
        content="名师一对一，提分看得见",
        institution=first,
    )
    services.ad_order(
        actor=county.officer,
        ad=board,
        order_text="拆除广告牌，不得再发布",
        due_on=timezone.localdate(moment) + timedelta(days=4),
        at=moment,
    )
    wall = _ad(
        county, moment, kind="WALL", place="示例小区 3 栋楼道", pieces=6, content="小学数学辅导，联系面谈"
    )
    article = _ad(
        county,
        moment,
        kind="WECHAT",
        origin="ONLINE_WATCH",
        place="微信公众号“示例培训资讯”",
        pieces=1,
        content="承诺期末提高二十分",
        url="https://example.com/article/1",
        institution=second,
    )
    article = services.ad_refer(
        actor=county.officer,
        ad=article,
        to=county.organs[MARKET],
        reason="作保证性承诺，涉嫌违反广告法",
        at=moment,
    )
    gone = services.ad_remove(
        actor=county.officer,
        ad=wall,
        removed_at=moment + timedelta(hours=5),
        pieces=6,
        by="县城管局",
        photos=[photo("楼道清除后")],
        at=moment + timedelta(hours=5),
    )
    assert gone.recheck_due_on


def _talk(county: County, places: Places, timeline: Timeline, moment: datetime) -> None:
    one = rotate(places.licensed, 3, 1)
    several = rotate(places.licensed, 14, 3)
    held_at = moment + timedelta(days=3)
    single = _talk_draft(county, one, "SINGLE", "预收费没有全部进入监管账户", held_at, moment)
    group = _talk_draft(
        county, several, "COLLECTIVE", "寒假前规范经营集体约谈", moment + timedelta(days=15), moment
    )
    single = services.talk_invite(actor=county.officer, talk=single, at=moment)
    services.talk_invite(actor=county.officer, talk=group, at=moment)
    timeline.add(timezone.localdate(held_at), 16, partial(_hold, county, single))


def _talk_draft(
    county: County, rows: list[Institution], kind: str, reason: str, when: datetime, moment: datetime
) -> Talk:
    return services.talk_draft(
        actor=county.officer,
        organ=county.education,
        values={
            "kind": kind,
            "reason": reason,
            "basis": "《关于加强校外培训机构预收费监管工作的通知》",
            "planned_at": when,
            "place": "县教委三楼会议室",
            "host": county.head,
            "recorder": county.officer,
        },
        institutions=rows,
        at=moment,
    )


def _hold(county: County, talk: Talk, moment: datetime) -> None:
    party = talk.parties.get()
    services.talk_hold(
        actor=county.officer,
        talk=talk,
        held_at=moment - timedelta(hours=1),
        requirements="十日内将预收费全部归集到监管账户\n公示监管账户",
        came={
            party.pk: services.Came(
                "HEAD",
                "负责人",
                "校长",
                "十日内完成归集并报送流水",
                timezone.localdate(moment) + timedelta(days=7),
            )
        },
        at=moment,
    )


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


def _materials(county: County, places: Places, moment: datetime) -> None:
    place = rotate(places.licensed, 6, 1)[0]
    row = services.handover_draft(
        actor=county.officer,
        institution=place,
        organ=county.education,
        officers=(county.officer, county.team(EDUCATION, 1, 1)[0]),
        values={
            "purpose": "培训材料审核",
            "handed_by": "教务负责人",
            "handed_title": "教务主任",
            "is_voluntary": True,
            "received_on": timezone.localdate(moment),
            "place": place.address or "机构前台",
            "kept_at": "监管科资料柜",
        },
        at=moment,
    )
    for title, source, copies in (("暑期思维训练讲义", "SELF_MADE", 2), ("口语练习册", "BOUGHT", 1)):
        services.item_add(
            actor=county.officer,
            handover=row,
            values={"title": title, "source": source, "copies": copies, "edition": "2026 年"},
            at=moment,
        )
    services.handover_receive(actor=county.officer, handover=row, at=moment)


def _roster(county: County, now: date, moment: datetime) -> None:
    team = county.officers[EDUCATION]
    calendar = load_calendar()
    for offset in range(-7, 8):
        day = now + timedelta(days=offset)
        kind, hour = ("NIGHT", 18) if calendar.is_workday(day) else ("WEEKEND", 9)
        people = [team[(offset + 7) % len(team)], team[(offset + 8) % len(team)]]
        if offset == 0:
            people = [county.officer, team[5]]
        if offset == 6:
            people = people[:1]
        row = services.shift_plan(
            actor=county.head,
            region=county.region,
            values={
                "kind": kind,
                "starts_at": at(day, hour, 30),
                "ends_at": at(day, hour + 3, 0),
                "area": ("高唐、龙门片区", "平湖片区", "江东新区")[offset % 3],
                "needed": 2,
            },
            people=people,
            at=moment,
        )
        if offset < -1:
            services.shift_report(
                actor=county.head,
                shift=row,
                places_passed=8 + offset % 4,
                report="沿街和楼宇巡查，没有发现超时培训。",
                at=at(day, hour + 4),
            )
    duty = county.officer.duties.filter(shift__starts_at__gt=at(now, 23)).first()
    other = team[7].duties.filter(shift__starts_at__gt=at(now + timedelta(days=1), 0)).first()
    for turn, to_user in ((duty, team[9]), (other, county.officer)):
        if turn is not None:
            services.swap_ask(actor=turn.user, duty=turn, to_user=to_user, reason="当日参加培训", at=moment)


def _mystery(county: County, places: Places, moment: datetime) -> None:
    place = Institution.objects.select_related("region").get(pk=places.half[0].pk)
    row = services.mystery_record(
        actor=county.officer,
        region=place.region,
        organ=county.education,
        values={
            "way": "COVERT",
            "visited_at": moment - timedelta(hours=2),
            "place": place.address or "示例路 9 号",
            "institution": place,
            "observers": "工作人员二人",
            "seen": "门口有课程表，前台介绍周末开设学科班。",
        },
        files=[photo("课程表暗访")],
        at=moment,
    )
    services.mystery_report(actor=county.officer, mystery=row, at=moment)


def _officers(county: County, places: Places, now: date, moment: datetime) -> None:
    last = county.officers[EDUCATION][-1]
    for card in OfficerCertificate.objects.filter(user=last, organ=county.education):
        card.validity = DateRange(card.validity.lower, now + ENDS_SOON)
        card.save(update_fields=["validity"])
    place = rotate(places.licensed, 35, 1)[0]
    services.recusal_declare(
        actor=last, user=last, institution=place, ground="配偶在该机构任教", since=now, at=moment
    )
    visit = Visit.objects.filter(
        bureau=county.bureau, deployment__members__user=county.officer, status="CLOSED"
    ).order_by("-started_at")
    for row in visit[:2]:
        assert row.started_at is not None
        services.camera_register(
            actor=county.officer,
            visit=row,
            user=county.officer,
            values={
                "device_no": "ZF-07",
                "file_name": f"{timezone.localtime(row.started_at):%Y%m%d_%H%M%S}.mp4",
                "starts_at": row.started_at,
                "ends_at": row.started_at + timedelta(minutes=38),
                "size": 1_204_355_072,
                "sha256": f"{row.pk:064x}",
                "kept_at": "采集站 2 号，编号 A-12",
            },
            at=moment,
        )
    for values in (
        {
            "direction": "OUT",
            "matter": "LIST",
            "partner": county.organs[MARKET],
            "content": "白名单机构名录",
            "count": 41,
            "channel": "政务外网",
            "receipt_no": "市监收2026-31",
        },
        {
            "direction": "IN",
            "matter": "DATA",
            "partner_name": "重庆市教育委员会",
            "content": "全国平台机构数据差异",
            "count": 7,
            "channel": "公文系统",
        },
    ):
        services.exchange_log(actor=county.clerk, values={**values, "exchanged_on": now}, at=moment)
