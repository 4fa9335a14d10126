"""Social monitors of the demonstration county: forty from twenty-six townships in 2023, a second term in 2026.

Published by the county's education committee on 2024-01-31: 40 monitors of 26 townships, one training meeting.
Names and identity numbers are invented; the numbers begin with a region code that does not exist.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from accounts.models import Region
from accounts.services import system_user
from casework.activities.services import activity_register
from casework.models import Activity
from config.demo.clock import workday_before
from config.demo.people import County
from config.demo.timeline import Timeline
from institutions.services.persons import _ID_CHECKS, _ID_WEIGHTS
from monitors import services
from monitors.models import Category, Grade, Monitor, Source, Squad
from monitors.services import Nomination, Result, Term
from monitors.services.monitors import account_link

SURNAMES, GIVEN = "程宋邓韩冯董萧曹", ("知夏", "守义", "明岚", "文澜", "自强")
COUNT, TOWN_COUNT = 40, 26
FIRST = Term(1, date(2023, 3, 1), date(2026, 2, 28))
SECOND = Term(2, date(2026, 3, 1), date(2029, 2, 28))
AREAS = ("城区片区", "江北片区", "江南片区", "官渡片区", "大昌片区")
CATEGORIES = (
    Category.COMMUNITY,
    Category.PARENT,
    Category.PEOPLE_DEPUTY,
    Category.TEACHER,
    Category.RETIRED,
    Category.CPPCC,
    Category.PRINCIPAL,
    Category.PARTY_DEPUTY,
)
MANUAL = (
    "一、职责：监督、反馈、宣传。\n二、每月巡查一至二次，每次两人以上同行，佩戴监督员证。\n"
    "三、只在公共场所观察、拍照、询问，逐项填写43项清单；没看到的填“未看到”，不猜。\n"
    "四、不进行检查，不下达整改要求，不要求对方签字，不收受财物，不泄露线索。\n"
    "五、发现否决项问题当天提交，由持证执法人员依法处理。"
)


@dataclass
class Watchers:
    """Monitors of the county as time goes by."""

    people: list[Monitor] = field(default_factory=list)
    squads: list[Squad] = field(default_factory=list)


def build_watchers(county: County, timeline: Timeline, now: date) -> Watchers:
    """Put the life of the monitors on the timeline."""
    kept = Watchers()
    timeline.add(date(2023, 1, 10), 9, partial(_propose, county, kept))
    timeline.add(date(2023, 2, 6), 9, partial(_publish, county, kept))
    timeline.add(date(2023, 2, 24), 9, partial(_appoint, county, kept))
    timeline.add(date(2023, 2, 27), 9, partial(_set_up, county, kept))
    timeline.add(date(2023, 3, 10), 17, partial(_train, county, kept, "首次社会监督员培训会"))
    timeline.add(date(2023, 12, 28), 15, partial(_assess, county, kept, 2023))
    timeline.add(date(2024, 9, 12), 10, partial(_leave, county, kept))
    timeline.add(date(2024, 10, 15), 10, partial(_replace, county, kept))
    timeline.add(date(2026, 2, 2), 9, partial(_renew, county, kept))
    timeline.add(date(2026, 2, 27), 9, partial(_appoint_again, county, kept))
    timeline.add(date(2026, 3, 1), 1, partial(_expire, county))
    timeline.add(date(2026, 3, 20), 17, partial(_train, county, kept, "第二届社会监督员培训会"))
    timeline.add(now - timedelta(days=20), 9, partial(_second_manual, county))
    timeline.add(workday_before(now - timedelta(days=16)), 9, partial(_candidates, county, kept))
    return kept


def name_of(number: int) -> str:
    """An invented name; the first is the account of the demonstration."""
    return f"{SURNAMES[number % len(SURNAMES)]}{GIVEN[number // len(SURNAMES) % len(GIVEN)]}"


def id_number(number: int) -> str:
    """A well-formed number of a region that does not exist; born between 1966 and 1995."""
    born = date(1966 + number % 30, 1 + number % 12, 1 + number % 28)
    body = f"990000{born:%Y%m%d}{100 + number:03d}"
    total = sum(int(sign) * weight for sign, weight in zip(body, _ID_WEIGHTS, strict=True))
    return body + _ID_CHECKS[total % 11]


def portrait(number: int) -> ContentFile[bytes]:
    """A drawn head that stands for a photo."""
    picture = Image.new("RGB", (120, 160), (226, 232, 240))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((35, 25, 85, 85), fill=(200, 170, 150 - number))
    draw.rectangle((20, 95, 100, 160), fill=(60 + 2 * number, 90, 140))
    target = io.BytesIO()
    picture.save(target, "PNG")
    return ContentFile(target.getvalue(), name=f"portrait-{number}.png")


def _nominate(county: County, number: int, town: Region, moment: datetime, **more: object) -> Monitor:
    fields = {"source": Source.RECOMMENDED, "recommender": f"{town.name}人民政府（办事处）", **more}
    monitor = services.monitor_nominate(
        actor=county.clerk,
        nomination=Nomination(
            name=name_of(number),
            id_number=id_number(number),
            region=town,
            category=CATEGORIES[number % len(CATEGORIES)],
            phone=f"0230000{number:04d}",
            unit_name=f"{town.name}示例社区",
            statement="熟悉辖区情况，热心教育，愿意履行监督职责。",
            **fields,  # type: ignore[arg-type]
        ),
        at=moment,
    )
    services.photo_receive(actor=county.clerk, monitor=monitor, upload=portrait(number), at=moment)
    return services.ties_none(actor=county.clerk, monitor=monitor, at=moment)


def _pass(county: County, monitor: Monitor, moment: datetime) -> Monitor:
    return services.monitor_qualify(
        actor=county.head,
        monitor=monitor,
        note="年龄、身份、信用符合条件，与培训机构没有任职和投资关系。",
        at=moment,
    )


def _propose(county: County, kept: Watchers, moment: datetime) -> None:
    towns = county.towns[:TOWN_COUNT]
    for number in range(COUNT):
        monitor = _nominate(county, number, towns[number % len(towns)], moment)
        kept.people.append(_pass(county, monitor, moment + timedelta(days=10)))


def _open(county: County, people: list[Monitor], moment: datetime, title: str) -> None:
    services.notice_open(
        actor=county.head,
        candidates=people,
        title=title,
        contact=f"{county.bureau.name} {county.bureau.hotline}",
        text="经推荐和资格审核，拟聘下列人员为校外培训社会监督员，现予公示。",
        at=moment,
    )


def _publish(county: County, kept: Watchers, moment: datetime) -> None:
    _open(county, kept.people, moment, "第一届校外培训社会监督员拟聘人选公示")


def _appoint(county: County, kept: Watchers, moment: datetime) -> None:
    kept.people = [
        services.monitor_appoint(
            actor=county.leader, monitor=Monitor.objects.get(pk=person.pk), term=FIRST, at=moment
        )
        for person in kept.people
    ]
    account_link(actor=county.clerk, monitor=kept.people[0], user=county.users["monitor"], at=moment)


def _set_up(county: County, kept: Watchers, moment: datetime) -> None:
    manual = services.manual_publish(
        actor=county.clerk,
        title="校外培训社会监督员工作手册",
        text=MANUAL,
        effective_on=date(2023, 3, 1),
        at=moment,
    )
    towns = county.towns[:TOWN_COUNT]
    for index, name in enumerate(AREAS):
        area = [town for position, town in enumerate(towns) if position % len(AREAS) == index]
        kept.squads.append(
            services.squad_save(actor=county.clerk, name=f"{name}小分队", towns=area, at=moment)
        )
    for number, person in enumerate(kept.people):
        squad = kept.squads[number % TOWN_COUNT % len(AREAS)]
        services.squad_assign(actor=county.clerk, monitor=person, squad=squad, at=moment)
        services.manual_acknowledge(actor=county.clerk, manual=manual, monitor=person, at=moment)


def _train(county: County, kept: Watchers, title: str, moment: datetime) -> None:
    people = list(Monitor.objects.filter(bureau=county.bureau).in_office_on(moment.date()).order_by("pk"))
    activity: Activity = activity_register(
        actor=county.clerk,
        region=county.region,
        values={
            "kind": "TRAINING",
            "level": "COUNTY",
            "audience": "MONITORS",
            "title": title,
            "held_on": moment.date(),
            "hours": 4,
            "place": "县教委会议室",
            "organiser": county.bureau.name,
            "head_count": len(people),
            "summary": "讲解巡查重点、方法和考核奖惩，发放工作手册，现场测试。",
        },
        at=moment,
    )
    results = {person: Result(72 + (index * 7) % 28) for index, person in enumerate(people)}
    services.training_record(actor=county.clerk, activity=activity, results=results, at=moment)


def _assess(county: County, kept: Watchers, year: int, moment: datetime) -> None:
    for number, person in enumerate(kept.people):
        grade = Grade.EXCELLENT if number % 8 == 0 else Grade.COMPETENT
        services.assessment_make(
            actor=county.head,
            monitor=Monitor.objects.get(pk=person.pk),
            year=year,
            grade=grade,
            note="按要求参加培训，遵守工作纪律。",
            reward="优秀监督员证书" if grade == Grade.EXCELLENT else "",
            at=moment,
        )


def _leave(county: County, kept: Watchers, moment: datetime) -> None:
    """One moves away, one is dismissed."""
    gone, bad = kept.people[5], kept.people[9]
    services.monitor_resign(
        actor=county.clerk, monitor=Monitor.objects.get(pk=gone.pk), reason="工作调动，迁离本县。",
        on=moment.date(), at=moment,
    )  # fmt: skip
    services.monitor_dismiss(
        actor=county.leader, monitor=Monitor.objects.get(pk=bad.pk), reason="半年没有履行职责，年度考核不合格。",
        on=moment.date(), at=moment,
    )  # fmt: skip


def _replace(county: County, kept: Watchers, moment: datetime) -> None:
    """The one who resigned is replaced for the rest of the term."""
    gone = Monitor.objects.get(pk=kept.people[5].pk)
    fresh = _nominate(county, COUNT - 1 + 9, gone.region, moment, source=Source.BY_ELECTION, replaces=gone)
    passed = _pass(county, fresh, moment + timedelta(days=3))
    opened = moment + timedelta(days=4)
    _open(county, [passed], opened, "社会监督员补选人选公示")
    services.monitor_appoint(
        actor=county.leader,
        monitor=Monitor.objects.get(pk=passed.pk),
        term=Term(1, (opened + timedelta(days=14)).date(), FIRST.ends_on),
        at=opened + timedelta(days=14),
    )


def _renew(county: County, kept: Watchers, moment: datetime) -> None:
    """One of each township goes on; the others end with their term."""
    again = []
    for number in range(TOWN_COUNT):
        old = Monitor.objects.get(pk=kept.people[number].pk)
        if old.status != "APPOINTED":
            continue
        fresh = services.monitor_renew(
            actor=county.clerk, monitor=old, statement="上一届履职良好。", at=moment
        )
        services.photo_receive(actor=county.clerk, monitor=fresh, upload=portrait(number), at=moment)
        declared = services.ties_none(actor=county.clerk, monitor=fresh, at=moment)
        again.append(_pass(county, declared, moment))
    _open(county, again, moment + timedelta(hours=2), "第二届校外培训社会监督员拟聘人选公示")
    kept.people = again


def _appoint_again(county: County, kept: Watchers, moment: datetime) -> None:
    kept.people = [
        services.monitor_appoint(
            actor=county.leader, monitor=Monitor.objects.get(pk=person.pk), term=SECOND, at=moment
        )
        for person in kept.people
    ]


def _expire(county: County, moment: datetime) -> None:
    services.monitor_expire_due(actor=system_user(), today=moment.date(), at=moment)


def _second_manual(county: County, moment: datetime) -> None:
    services.manual_publish(
        actor=county.clerk,
        title="校外培训社会监督员工作手册",
        text=f"{MANUAL}\n六、跟随学生进入楼栋的，只记录看到的情况，不进入私人住所。",
        effective_on=moment.date(),
        at=moment,
    )


def _candidates(county: County, kept: Watchers, moment: datetime) -> None:
    """Somebody for every worklist: to be checked, to be published, published with an objection."""
    towns = county.towns
    shown = [_nominate(county, 50 + step, towns[step], moment) for step in range(2)]
    passed = [_pass(county, person, moment + timedelta(hours=1)) for person in shown]
    _open(county, passed, moment + timedelta(hours=2), "增补社会监督员拟聘人选公示")
    services.objection_record(
        actor=county.head,
        monitor=Monitor.objects.get(pk=passed[1].pk),
        received_on=(moment + timedelta(days=1)).date(),
        way="实名来信",
        content="反映该人选的亲属在一家培训机构任教。",
        at=moment + timedelta(days=1, hours=3),
    )
    waiting = _nominate(county, 54, towns[3], moment)
    _pass(county, waiting, moment + timedelta(hours=3))
    _nominate(county, 55, towns[4], moment)
