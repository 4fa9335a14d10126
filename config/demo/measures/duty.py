"""Trainings, rosters, mystery visits and officers of the demonstration county."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import OfficerCertificate, OrganisationKind
from casework.activities.services import activity_register
from casework.deadlines import load_calendar
from config.demo.clock import at
from config.demo.outings import photo
from config.demo.people import County
from config.demo.places import Places
from config.demo.year_2023 import rotate
from inspections.models import Visit
from institutions.models import Institution
from measures import services

ENDS_SOON = timedelta(days=24)
EDUCATION, MARKET = OrganisationKind.EDUCATION, OrganisationKind.MARKET


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
