"""What monitors do beside patrols, observations, an alliance; schools' surveys and activities of the county."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import User
from casework.activities.services import activity_register
from config.demo.clock import at
from config.demo.outings import photo
from config.demo.people import County
from monitors import services as watching
from monitors.models import DutyEntry, Monitor, Observation, Squad
from monitors.services import Entry, Watch
from schools import services as schools
from schools.models import School, Survey

DONE = (
    ("PUBLICISE", "在社区活动室讲解怎样查机构、看证照、签合同。", "社区活动室", 46),
    ("FEEDBACK", "家长反映不清楚退费办法，已转告培训机构公示。", "示例广场", 0),
    ("SUPERVISE", "列席街道暑期培训治理工作会。", "街道会议室", 0),
    ("PUBLICISE", "小区门口发放告家长书。", "示例花园", 120),
    ("FEEDBACK", "建议在小区公告栏张贴白名单二维码。", "示例花园", 0),
)
SEEN = (
    (
        0,
        "示例花园 5 栋 2 单元门口",
        "RESIDENCE",
        9,
        "电梯多次停在三楼，能听到念英语的声音。",
        "周一至周五 18:30 以后",
    ),
    (1, "龙门大厦东门", "OFFICE", 14, "背书包的初中生成批上楼，九楼亮灯。", "周六上午"),
)
ACTIVITIES = (
    ("LAW_TALK", "COUNTY", "INSTITUTIONS", "ONE_TO_ONE", "检查时一对一宣讲行政处罚办法", 26, 61, None, None),
    ("TRAINING", "COUNTY", "INSTITUTIONS", "ONLINE", "资金监管账户和课消操作线上培训", 2, 83, None, None),
    ("COUNSELLING", "COUNTY", "PARENTS", "ONSITE", "家庭教育指导进社区", 4, 210, None, None),
    ("FORUM", "OWN", "PARENTS", "ONSITE", "家长和机构负责人座谈", 1, 24, None, None),
    ("LETTER", "COUNTY", "PUBLIC", "PRINT", "致居民一封信：举报无证培训", 1, None, 5200, None),
    ("PUBLICITY", "COUNTY", "PARENTS", "MEDIA", "公众号推送：用平台购课、不给现金", 1, None, None, 18400),
)


def has_sightings(county: County) -> bool:
    """Whether this part stands."""
    return Observation.objects.filter(bureau=county.bureau).exists()


def build_sightings(county: County, now: date) -> None:
    """Logs, observations, the alliance, surveys, activities."""
    _logs(county, now)
    _observations(county, now)
    _alliance(county, now)
    _activities(county, now)
    _surveys(county, now)


def _serving(county: County, day: date) -> list[Monitor]:
    return list(Monitor.objects.filter(bureau=county.bureau).in_office_on(day).order_by("pk"))


def _logs(county: County, now: date) -> None:
    for number, person in enumerate(_serving(county, now)[:10]):
        for step in range(2):
            duty, text, place, reach = DONE[(number + step) % len(DONE)]
            day = now - timedelta(days=3 + 2 * number + 20 * step)
            entry = Entry(duty, day, text, place, reach, is_advice=number == 3 and duty == "FEEDBACK")
            watching.duty_log(actor=county.clerk, monitor=person, entry=entry, at=at(day, 17))
    assert DutyEntry.objects.filter(bureau=county.bureau).exists()


def _observations(county: County, now: date) -> None:
    own = Monitor.objects.filter(user=county.users["monitor"]).in_office_on(now)
    monitor = own.order_by("-pk")[0]
    for number, place, kind, entered, text, pattern in SEEN:
        begun = at(now - timedelta(days=2 + 3 * number), 18, 30)
        watching.observation_record(
            actor=county.clerk if number else county.users["monitor"],
            watch=Watch(
                watched_from=begun, watched_until=begun + timedelta(minutes=35), place=place, spot_kind=kind,
                entered=entered, text=text, is_public_only=True, floors="三楼东户" if not number else "九楼",
                activity="SUBJECT" if not number else "UNKNOWN", pattern=pattern, stage="PRIMARY", adults=1,
            ),
            region=county.towns[number],
            monitor=None if number else monitor,
            files=[photo(place)],
            at=begun + timedelta(minutes=50),
        )  # fmt: skip


def _alliance(county: County, now: date) -> None:
    """An association of art schools watches its streets."""
    squad = watching.squad_save(
        actor=county.clerk, name="艺术类机构联盟", kind="ALLIANCE", association="巫山县艺术培训行业协会（演示）",
        towns=county.towns[:3], at=at(now - timedelta(days=30), 9),
    )  # fmt: skip
    for person in _serving(county, now)[-3:]:
        watching.squad_assign(
            actor=county.clerk, monitor=person, squad=squad, at=at(now - timedelta(days=30), 10)
        )
    watching.task_create(
        actor=county.clerk,
        values={
            "title": "开学校门口巡查", "squad": Squad.objects.filter(bureau=county.bureau).order_by("pk")[0],
            "starts_on": now - timedelta(days=5), "ends_on": now + timedelta(days=15), "slot": "GATE",
            "from_time": "16:30", "until_time": "18:00", "note": "看校门口传单、接送学生的车辆去向。",
        },
        at=at(now - timedelta(days=5), 9),
    )  # fmt: skip


def _activities(county: County, now: date) -> None:
    for number, (kind, level, audience, way, title, sessions, heads, copies, reach) in enumerate(ACTIVITIES):
        day = now - timedelta(days=12 + 21 * number)
        activity_register(
            actor=county.clerk,
            region=county.region,
            values={
                "kind": kind, "level": level, "audience": audience, "way": way, "title": title, "held_on": day,
                "session_count": sessions, "head_count": heads, "copy_count": copies, "reach_count": reach,
                "organiser": county.bureau.name, "summary": "演示数据。",
            },
            at=at(day, 17),
        )  # fmt: skip
    for number, school in enumerate(School.objects.filter(bureau=county.bureau).order_by("pk")[:8]):
        day = now - timedelta(days=40 + number)
        activity_register(
            actor=_contact(school),
            region=school.region,
            values={
                "kind": "PARENTS", "level": "OWN", "audience": "PARENTS", "way": "ONSITE", "title": "秋季家长会",
                "held_on": day, "session_count": school.class_count, "head_count": school.pupil_count * 9 // 10,
                "organiser": school.name, "summary": "讲解怎样选择合规机构，不买超长课时包。",
            },
            at=at(day, 18),
        )  # fmt: skip


def _contact(school: School) -> User:
    return User.objects.get(organisation=school.organisation)


def _surveys(county: County, now: date) -> None:
    opened = now - timedelta(days=60)
    first = schools.survey_open(
        actor=county.clerk, kind="PARTICIPATION", title="秋季参加校外培训情况登记",
        question="本学期参加校外培训的情况（按学生）", options=["不参加", "学科类", "非学科类", "两类都参加"],
        due_on=opened + timedelta(days=14), at=at(opened, 9),
    )  # fmt: skip
    rows = list(School.objects.filter(bureau=county.bureau).order_by("pk"))
    for number, school in enumerate(rows):
        _answer(first, school, number, opened + timedelta(days=3 + number % 9))
    closed = schools.survey_close(actor=county.clerk, survey=first, at=at(opened + timedelta(days=16), 9))
    schools.survey_publish(actor=county.leader, survey=closed, at=at(opened + timedelta(days=18), 9))
    second = schools.survey_open(
        actor=county.clerk, kind="OPINION", title="家长对课后服务的意见", question="对本校课后服务是否满意（按家庭）",
        options=["满意", "基本满意", "不满意"], due_on=now + timedelta(days=6), at=at(now - timedelta(days=4), 9),
    )  # fmt: skip
    for school in rows[4:14]:
        total = school.pupil_count * 8 // 10
        schools.survey_answer(
            actor=_contact(school), school=school, survey=second, counts=[total * 7 // 10, total * 2 // 10, 3],
            at=at(now - timedelta(days=2), 15),
        )  # fmt: skip


def _answer(survey: Survey, school: School, number: int, day: date) -> None:
    total = school.pupil_count
    subject, other, both = number % 3, total // 5, number % 4
    schools.survey_answer(
        actor=_contact(school),
        school=school,
        survey=survey,
        counts=[total - subject - other - both, subject, other, both],
        at=at(day, 15),
    )
