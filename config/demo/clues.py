"""Clues of the demonstration county: three solved snapshots of 2023, last year's numbers, every worklist today."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from accounts.models import OrganisationKind
from accounts.services import system_user
from complaints import services
from complaints.models import Channel, Clue, ClueKind, VerifyWay
from complaints.services import Assignment, ClueReport, Look
from complaints.wall import Contact
from config.demo.clock import workday, workday_before
from config.demo.outings import photo
from config.demo.people import County
from config.demo.places import Places
from config.demo.timeline import Timeline

MARKET, FIRE = OrganisationKind.MARKET, OrganisationKind.FIRE
ANSWER = "您反映的问题已经核查处理，感谢监督。"
SOLVED_2023 = (
    (
        date(2023, 4, 17),
        "楼上住户每天晚上给七八个初中生补数学，车库里还放着课桌。",
        "高唐街道平湖路示例小区2栋",
    ),
    (date(2023, 7, 20), "暑假期间借“托管”名义给小学生上语文课，一天四节。", "龙门街道示例广场三楼"),
    (date(2023, 11, 6), "周末有人在出租房里给初三学生上物理课，按次收费。", "高唐街道广东路示例公寓"),
)
LAST_YEAR = (
    (Channel.SNAP, "CONFIRMED", 6),
    (Channel.SNAP, "NOT_FOUND", 5),
    (Channel.PHONE, "NOT_FOUND", 5),
    (Channel.PHONE, "PARTLY", 2),
    (Channel.HOTLINE, "NOT_OURS", 2),
)
MATTERS = (
    (ClueKind.LATE_HOURS, "晚上八点半以后还在上课，孩子九点多才回家。"),
    (ClueKind.OVERCHARGE, "一次收了半年的费用，不给开发票。"),
    (ClueKind.AD, "小区电梯里贴着“保过重点中学”的广告。"),
    (ClueKind.HOLIDAY, "法定节假日还在上学科课。"),
)


def build_clues(county: County, places: Places, timeline: Timeline, now: date) -> None:
    """Put the room's rows on the timeline."""
    for number, (day, words, spot) in enumerate(SOLVED_2023):
        timeline.add(day, 9, partial(_solved_2023, county, number, words, spot))
    timeline.add(date(2023, 9, 12), 10, partial(_unproved_2023, county))
    serial = 0
    for channel, outcome, count in LAST_YEAR:
        for _ in range(count):
            day = date(now.year - 1, 2 + serial % 10, 3 + serial % 20)
            timeline.add(workday(day), 10, partial(_ended, county, serial, channel, outcome))
            serial += 1
    timeline.add(now - timedelta(days=60), 8, partial(_rules, county))
    timeline.add(workday_before(now - timedelta(days=28)), 9, partial(_late, county))
    timeline.add(workday_before(now - timedelta(days=14)), 9, partial(_asked_again, county))
    timeline.add(workday_before(now - timedelta(days=4)), 9, partial(_in_hand, county, places))
    timeline.add(workday_before(now - timedelta(days=1)), 16, partial(_fresh, county))
    timeline.add(now, 8, lambda moment: services.reminders_make(actor=system_user(), at=moment))


def _report(
    county: County, moment: datetime, *, held: bool = False, contact: Contact | None = None, **values: Any
) -> Clue:
    fields = {"channel": Channel.SNAP, "kind": ClueKind.UNLICENSED, "region": county.towns[0], **values}
    return services.clue_register(
        actor=system_user(),
        bureau=county.bureau,
        report=ClueReport(**fields),
        contact=contact,
        is_quarantined=held,
        at=moment,
    ).clue


def _given(county: County, clue: Clue, moment: datetime, kind: str = OrganisationKind.EDUCATION) -> Clue:
    organ = county.organs[kind]
    person = county.officer if organ == county.education else None
    return services.clue_assign(actor=county.head, clue=clue, to=Assignment(organ, person), at=moment)


def _looked(county: County, clue: Clue, moment: datetime, facts: str, way: str = VerifyWay.ON_SITE) -> Clue:
    begun = services.clue_start(actor=county.officer, clue=clue, at=moment)
    services.verification_record(
        actor=county.officer,
        clue=begun,
        look=Look(way, facts, moment, county.officer.name),
        files=[photo(facts)] if way == VerifyWay.ON_SITE else [],
        at=moment,
    )
    return begun


def _end(county: County, clue: Clue, moment: datetime, outcome: str, note: str) -> Clue:
    return services.clue_close(
        actor=county.officer,
        clue=clue,
        outcome=outcome,
        outcome_note=note,
        public_answer=ANSWER,
        at=moment,
    )


def _solved_2023(county: County, number: int, words: str, spot: str, moment: datetime) -> None:
    """A confirmed snapshot; the first was reported twice and counts once."""
    town = county.towns[number % 2]
    clue = _report(county, moment, text=words, place_text=spot, region=town)
    if number == 0:
        twin = _report(county, moment, text="同一单元晚上有人补课，很吵。", place_text=spot, region=town)
        services.clue_merge(
            actor=county.clerk, clue=twin, into=clue, reason="反映同一地点同一事项", at=moment
        )
    later = moment + timedelta(days=2)
    begun = _looked(
        county, _given(county, clue, moment), later, "现场有学生上课，不能出示许可证，已责令停止。"
    )
    closed = _end(
        county, begun, later + timedelta(hours=5), "CONFIRMED", "责令停止培训，退还费用，移交街道跟踪。"
    )
    services.clue_fixed(
        actor=county.officer, clue=closed, note="复核时已停止培训", at=later + timedelta(days=7)
    )


def _unproved_2023(county: County, moment: datetime) -> None:
    clue = _report(county, moment, text="听说有老师在家里补课。", place_text="高唐街道", kind=ClueKind.STAFF)
    begun = _looked(
        county, _given(county, clue, moment), moment, "没有具体地点和时间，无法查实。", VerifyWay.PHONE
    )
    _end(county, begun, moment + timedelta(days=1), "UNPROVABLE", "反映内容没有具体对象，留存备查。")


def _ended(county: County, serial: int, channel: str, outcome: str, moment: datetime) -> None:
    kind, words = MATTERS[serial % len(MATTERS)]
    clue = _report(
        county,
        moment,
        channel=channel,
        kind=kind,
        text=words,
        place_text=f"示例路{10 + serial}号",
        region=county.towns[serial % 3],
        external_no=f"{moment:%Y%m}{serial:04d}" if channel == Channel.HOTLINE else "",
        contact=Contact(phone="02300000000") if channel == Channel.PHONE else None,
    )
    later = moment + timedelta(days=1 + serial % 4)
    begun = _looked(county, _given(county, clue, moment), later, "已到场核查并询问负责人。", VerifyWay.PHONE)
    closed = _end(county, begun, later + timedelta(hours=2), outcome, "核查情况见记录。")
    if serial % 3 == 0:
        services.reporter_solved(clue=closed, is_solved=outcome == "CONFIRMED", at=later + timedelta(days=1))


def _rules(county: County, moment: datetime) -> None:
    for kind, organ in (
        ("", county.education),
        (ClueKind.AD, county.organs[MARKET]),
        (ClueKind.SAFETY, county.organs[FIRE]),
    ):
        services.rule_create(
            actor=county.head,
            values={"kind": kind, "region": county.region, "organ": organ, "note": "", "is_active": True},
            at=moment,
        )


def _late(county: County, moment: datetime) -> None:
    clue = _report(
        county,
        moment,
        kind=ClueKind.AD,
        text="学校门口有人发“小升初冲刺班”传单，电话写着023-00009999。",
        place_text="初级中学校门口",
        party_contact="023-00009999",
        channel=Channel.SCHOOL,
    )
    _given(county, clue, moment, MARKET)


def _asked_again(county: County, moment: datetime) -> None:
    clue = _report(county, moment, text="车库里还在上课，换了窗帘看不见。", place_text="示例花园地下车库")
    begun = _looked(county, _given(county, clue, moment), moment, "两次到场，车库上锁，没有听到上课声。")
    closed = _end(county, begun, moment + timedelta(hours=6), "NOT_FOUND", "两次到场未发现培训。")
    services.reporter_reopen_ask(
        clue=closed, text="他们周末才上课，请周六上午来看。", at=moment + timedelta(days=2)
    )


def _in_hand(county: County, places: Places, moment: datetime) -> None:
    """Being verified, waiting for a monitor, standing still, and handed to the officers."""
    open_place = places.unlicensed[-1]
    seen = _report(
        county,
        moment,
        text="居民楼里挂着“作业辅导”的牌子，实际在教英语。",
        place_text="示例巷6号",
        region=county.towns[1],
    )
    _looked(
        county, _given(county, seen, moment), moment, "现场有课桌 12 张，当时没有学生，约负责人次日到场。"
    )
    wanted = _report(county, moment, text="每周六上午有车接送学生到这里上课。", place_text="示例大道18号四楼")
    services.verification_ask(
        actor=county.officer,
        clue=_given(county, wanted, moment),
        asked="周六上午 8 点到 11 点是否有学生进出，门口有没有招牌",
        due_on=(moment + timedelta(days=6)).date(),
        at=moment,
    )
    still = _report(
        county,
        moment,
        kind=ClueKind.OVERCHARGE,
        channel=Channel.PHONE,
        text="收了一年的钱，现在联系不上人。",
        place_text="示例广场二楼",
    )
    services.clue_pause(
        actor=county.officer,
        clue=_given(county, still, moment),
        reason="等待银行提供流水",
        until=(moment + timedelta(days=12)).date(),
        at=moment,
    )
    asked = _report(
        county,
        moment,
        text="这里没有证，晚上还在上课。",
        place_text=open_place.address,
        institution=open_place,
        region=open_place.region,
    )
    services.visit_request(actor=county.officer, clue=_given(county, asked, moment), at=moment)


def _fresh(county: County, moment: datetime) -> None:
    """For the first look, for acceptance, refused, and merged."""
    first = _report(
        county,
        moment,
        text="隔壁单元天天晚上补课，楼道里全是孩子。",
        place_text="示例新村5栋",
        contact=Contact(phone="13900000000"),
    )
    twin = _report(county, moment, text="示例新村有人办班，晚上很吵。", place_text="示例新村5栋")
    services.clue_merge(actor=county.clerk, clue=twin, into=first, reason="反映同一地点", at=moment)
    _report(
        county, moment, channel=Channel.HOTLINE, kind=ClueKind.REFUND, text="报名后不想上了，机构不退费。",
        place_text="示例广场一楼", external_no=f"{moment:%Y%m%d}0001", external_due_on=(moment + timedelta(days=5)).date(),
    )  # fmt: skip
    spam = _report(county, moment, text="加我领取全套学习资料，限时免费。", held=True, is_spam_suspect=True)
    services.clue_reject(actor=county.clerk, clue=spam, reason="广告或灌水信息", at=moment)
    _report(county, moment, text="代写作业，联系电话见主页。", held=True, is_spam_suspect=True)
    _report(
        county,
        moment,
        text="三楼门口写着美术班，里面在讲奥数。",
        place_text="示例街21号三楼",
        held=True,
        kind=ClueKind.DISGUISED,
    )
