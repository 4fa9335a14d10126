"""The living present of the full county: something in every worklist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.models import OrganisationKind
from accounts.services import system_user
from blacklist import services as lists
from blacklist.models import ReplyOutcome
from casework.deadlines import load_calendar
from config.demo.clock import workday_before
from config.demo.outings import Plan, Stop, photo, schedule
from config.demo.people import County
from config.demo.places import Maker, Places
from config.demo.problems import HALF_LICENSED, SCHOOL_PROBLEMS, UNLICENSED, pick
from config.demo.timeline import Timeline
from config.demo.year_2023 import Kept, begin_campaign, rotate, white_batch
from fieldwork.models import CampaignKind
from fieldwork.services import Stage
from inspections import services as inspections
from inspections.models import Deployment, InspectionKind, PremisesState
from institutions import services as institutions
from institutions.models import EndKind, Institution
from reports import services as reports
from reports.data import reporting
from reports.models import PeriodStatus, ReportPeriod
from reports.selectors import SECTIONS, breaches_of

EDUCATION, MARKET = OrganisationKind.EDUCATION, OrganisationKind.MARKET
LOOK_BACK = "LOOKBACK_2026_WUSHAN"
LIVES = ("OVERDUE", "ESCALATED", "CLOSED", "WITHDRAWN")
RECENT_LIVES = ("SERVED", "ANSWERED", "EXTENSION", "CLOSED")


def build_present(county: County, places: Places, timeline: Timeline, now: date) -> None:
    """Put 2024 to the present day on the timeline."""
    _years_between(county, places, timeline)
    campaign = _look_back(county, timeline, now)
    _inspections(county, places, timeline, campaign, now)
    _today(county, places, timeline, campaign, now)
    _black_list(county, places, timeline, now)
    _reports(county, timeline, now)
    timeline.add(now, 6, lambda moment: institutions.states_roll(actor=system_user(), today=now))


def _years_between(county: County, places: Places, timeline: Timeline) -> None:
    """One place banned, one closed, two opened, a fifth batch."""

    def ban(moment: datetime) -> None:
        places.unlicensed[0] = institutions.institution_ban(
            actor=county.head,
            institution=places.unlicensed[0],
            reason="经查无证办学，责令停办后仍继续招生，依法取缔",
            on=timezone.localdate(moment),
            source_no=f"{county.plan.sign}教培取缔〔2024〕1号",
        )

    def close(moment: datetime) -> None:
        institutions.institution_close(
            actor=county.head,
            institution=Institution.objects.get(pk=places.licensed[30].pk),
            reason="举办者申请终止办学，学员已退费转出",
            on=timezone.localdate(moment),
            end_kind=EndKind.LICENCE_CANCELLED,
            source_no=f"{county.plan.sign}教培注〔2025〕1号",
        )
        del places.licensed[30]

    def open_new(moment: datetime) -> None:
        maker = Maker(county)
        maker.count = 500
        for number, kind in enumerate(("SCIENCE", "SPORT")):
            maker.brands = iter(("晴川", "望岫"))
            since = timezone.localdate(moment) - timedelta(days=6 + number)
            places.licensed.append(maker.licensed(kind, since, since + timedelta(days=3 * 365)))

    timeline.add(date(2024, 3, 20), 10, ban)
    timeline.add(date(2025, 6, 20), 10, close)
    timeline.add(date(2025, 9, 9), 10, open_new)
    timeline.add(
        date(2025, 10, 20), 9, partial(white_batch, county, timeline, date(2025, 10, 27), 2, "第5批")
    )


def _look_back(county: County, timeline: Timeline, now: date) -> Kept:
    known = next(row for row in reporting()["campaigns"] if row["code"] == LOOK_BACK)
    start, end = date.fromisoformat(known["starts_on"]), date.fromisoformat(known["ends_on"])
    stages = tuple(
        Stage(
            row["name"],
            date.fromisoformat(row["starts_on"]),
            date.fromisoformat(row["ends_on"]),
            "、".join(row["outputs"]),
        )
        for row in known["stages"]
    )
    return begin_campaign(
        county,
        timeline,
        code=LOOK_BACK,
        name=known["name"],
        kind=CampaignKind.LOOK_BACK,
        span=(start, end),
        partners=(MARKET, OrganisationKind.FIRE),
        checklist="SEVEN_LOOKS",
        stages=stages,
    )


def _plan(
    county: County, name: str, day: date, choose: Callable[[], list[Stop]], campaign: Kept, **more: Any
) -> Plan:
    plan = Plan(
        name=name,
        kind=InspectionKind.SPECIAL,
        lead=EDUCATION,
        team=[county.officer, *county.team(EDUCATION, 1, 1), *county.team(MARKET, 2)],
        first_day=day,
        choose=choose,
        campaign=campaign,
    )
    return replace(plan, **more)


def _inspections(county: County, places: Places, timeline: Timeline, campaign: Kept, now: date) -> None:
    """Two outings of the autumn whose notices stand in every state."""

    def early() -> list[Stop]:
        rows = rotate(places.licensed, 0, 5)
        stops = [
            Stop(row, tuple(pick(SCHOOL_PROBLEMS, 2, n * 2)), life=LIVES[n]) for n, row in enumerate(rows[:4])
        ]
        half = Institution.objects.select_related("region").get(pk=places.half[0].pk)
        return [*stops, Stop(rows[4], has_checklist=True), Stop(half, (HALF_LICENSED,), life="LATE")]

    def recent() -> list[Stop]:
        rows = rotate(places.licensed, 1, 7)[3:]
        own = rotate(places.licensed, 0, 1)[0]
        fresh = [own, *rows[:3]]
        return [
            Stop(row, tuple(pick(SCHOOL_PROBLEMS, 2, 5 + n * 2)), life=RECENT_LIVES[n])
            for n, row in enumerate(fresh)
        ]

    def latest() -> list[Stop]:
        rows = rotate(places.licensed, 12, 3)
        lives = ("ISSUED", "DRAFT", "SERVED")
        return [Stop(row, tuple(pick(SCHOOL_PROBLEMS, 1, n)), life=lives[n]) for n, row in enumerate(rows)]

    calendar = load_calendar()
    for name, back, choose in (
        ("“回头看”集中检查第一组", 44, early),
        ("“回头看”集中检查第二组", 13, recent),
        ("“回头看”集中检查第三组", 3, latest),
    ):
        day = workday_before(now - timedelta(days=back), calendar)
        schedule(county, timeline, _plan(county, name, day, choose, campaign))


def _today(county: County, places: Places, timeline: Timeline, campaign: Kept, now: date) -> None:
    """Visits of today, a plan to approve, a draft, an emergency without approval yet."""

    def stops(start: int, count: int) -> Callable[[], list[Stop]]:
        return lambda: [Stop(row, has_checklist=True) for row in rotate(places.licensed, start, count)]

    day = partial(_plan, county)
    schedule(county, timeline, day("“回头看”今日检查", now, stops(20, 4), campaign, until="NOTIFIED"))
    schedule(
        county,
        timeline,
        day(
            "周末巡查（待审批）",
            now + timedelta(days=5),
            stops(24, 3),
            campaign,
            until="SUBMITTED",
            lead_days=6,
        ),
    )
    schedule(
        county,
        timeline,
        day(
            "寒假前检查（草稿）", now + timedelta(days=9), stops(27, 3), campaign, until="DRAFT", lead_days=10
        ),
    )
    timeline.add(now - timedelta(days=1), 19, partial(_emergency, county, places))
    timeline.add(now, 8, partial(_request, county, places))


def _emergency(county: County, places: Places, moment: datetime) -> None:
    officer = county.officer
    place = Institution.objects.select_related("region").get(pk=places.unlicensed[1].pk)
    deployment = inspections.deployment_draft(
        actor=officer,
        values={
            "name": "居民楼疑似无证培训应急检查",
            "kind": InspectionKind.CLUE,
            "lead_organ": county.education,
            "task_source": "乡镇（街道）来电",
            "basis": "《校外培训行政处罚暂行办法》（教育部令第53号）",
            "item": "是否无证开展学科类培训",
            "starts_at": moment,
            "ends_at": moment + timedelta(hours=2),
        },
        institutions=[place],
        at=moment,
    )
    for person in county.team(EDUCATION, 2):
        inspections.member_add(
            actor=officer,
            deployment=deployment,
            organisation=county.education,
            role="OFFICER",
            user=person,
            at=moment,
        )
    deployment = inspections.deployment_start_emergency(
        actor=officer, deployment=deployment, reason="正在上课，事后难以取证", at=moment
    )
    _find_class(county, deployment, place, moment)


def _find_class(county: County, deployment: Deployment, place: Institution, moment: datetime) -> None:
    from config.demo.outings import find, record, settle

    officer = county.officer
    visit = inspections.visit_start(
        actor=officer, visit=deployment.visits.get(), at=moment + timedelta(minutes=20)
    )
    finding = find(county, officer, visit, UNLICENSED, moment + timedelta(minutes=30))
    inspections.finding_photo_add(
        actor=officer, finding=finding, upload=photo("居民楼内教室"), at=moment + timedelta(minutes=32)
    )
    settle(county, officer, finding, moment + timedelta(minutes=40))
    stop = Stop(
        place, (UNLICENSED,), PremisesState.UNLICENSED_OPERATING, "三居室改作教室，有 8 名小学生上课。"
    )
    record(officer, visit, stop, moment + timedelta(minutes=70))


def _request(county: County, places: Places, moment: datetime) -> None:
    inspections.visit_request(
        actor=county.head,
        institution=Institution.objects.select_related("region", "bureau").get(pk=places.half[1].pk),
        source_kind="TOWNSHIP",
        source_no="2026-XZ-017",
        redacted_brief="街道巡查发现周末有学生进出，疑似无证培训，请核查。",
        at=moment,
    )


def _black_list(county: County, places: Places, timeline: Timeline, now: date) -> None:
    """One entry in force, one told and waiting for the reply, one draft."""
    listed, told = now - timedelta(days=40), workday_before(now - timedelta(days=3))
    timeline.add(
        workday_before(listed - timedelta(days=14)), 9, partial(_black, county, timeline, places, 2, listed)
    )
    timeline.add(told, 9, partial(_black, county, timeline, places, 3, None))
    timeline.add(now, 9, partial(_black_draft, county, places))


def _black_values(moment: datetime) -> dict[str, Any]:
    day = timezone.localdate(moment)
    return {
        "ground_codes": ["UNLICENSED_OPERATION"],
        "ground_text": "无办学许可证，经责令停止举办后继续招收小学生开展学科类培训。",
        "basis": "《校外培训行政处罚暂行办法》（教育部令第53号）第十七条",
        "planned_end_on": day + timedelta(days=365),
        "earliest_exit_on": day + timedelta(days=183),
        "way_out": "停止举办并退清费用，经两名执法人员复查属实。",
    }


def _black(
    county: County, timeline: Timeline, places: Places, number: int, publish_on: date | None, moment: datetime
) -> None:
    entry = lists.black_entry_create(
        actor=county.officer,
        institution=Institution.objects.select_related("region", "bureau").get(
            pk=places.unlicensed[number].pk
        ),
        values=_black_values(moment),
        uploads=[photo(f"现场照片{number}")],
        at=moment,
    )
    entry = lists.entry_notify(actor=county.officer, entry=entry, at=moment)
    if publish_on is None or entry.reply_until is None:
        return
    review = max(entry.reply_until + timedelta(days=1), publish_on - timedelta(days=1))
    timeline.add(
        review,
        9,
        lambda at: lists.entry_review(
            actor=county.head,
            entry=entry,
            outcome=ReplyOutcome.NONE_GIVEN,
            note="期满未提出陈述申辩。",
            at=at,
        ),
    )
    timeline.add(
        review + timedelta(days=1), 9, lambda at: lists.entry_publish(actor=county.leader, entry=entry, at=at)
    )


def _black_draft(county: County, places: Places, moment: datetime) -> None:
    lists.black_entry_create(
        actor=county.officer,
        institution=Institution.objects.select_related("region", "bureau").get(pk=places.half[2].pk),
        values=_black_values(moment),
        at=moment,
    )
    lists.batch_create(
        actor=county.officer,
        title=f"{county.plan.county}校外培训机构白名单（第6批）",
        basis="《重庆市校外培训机构白名单管理》要求",
        at=moment,
    )


def _reports(county: County, timeline: Timeline, now: date) -> None:
    """Half-monthly reports since the campaign began; the last one waits for its signature."""

    def install(moment: datetime) -> None:
        reports.regimes_install(
            actor=county.head, bureau=county.bureau, reporter=county.clerk, reviewer=county.head
        )
        reports.period_open_due(now=moment, actor=system_user())

    start = date(2026, 9, 14)
    timeline.add(start, 11, install)
    dues = [
        date(year, month, day)
        for year, month in ((2026, 9), (2026, 10), (2026, 11), (2026, 12))
        for day in (13, 27)
    ]
    past = [day for day in dues if start < day < now]
    for day in past:
        timeline.add(day, 9, partial(_report, county, day, is_last=day == past[-1]))
    timeline.add(now, 7, lambda moment: reports.periods_warn(now=moment, actor=system_user()))


def _report(county: County, day: date, moment: datetime, *, is_last: bool) -> None:
    reports.period_open_due(now=moment, actor=system_user())
    period = ReportPeriod.objects.get(
        regime__bureau=county.bureau,
        regime__campaign_code=LOOK_BACK,
        regime__cadence="HALF_MONTH",
        due_on=day,
    )
    if period.status != PeriodStatus.OPEN:
        return
    edition = reports.period_freeze(actor=county.clerk, period=period, now=moment)
    reports.figures_fill_zero(actor=county.clerk, edition=edition, now=moment)
    notes = dict.fromkeys((key for key, _ in SECTIONS), "本期按方案推进，问题逐项整改销号，无其他情况。")
    told = {
        f"{item.breach.code}:{item.breach.key}": "已核对台账，数据属实。" for item in breaches_of(edition)
    }
    reports.edition_fill(actor=county.clerk, edition=edition, notes=notes, explanations=told, now=moment)
    if is_last:
        return
    later = moment + timedelta(hours=2)
    period = reports.edition_review(actor=county.head, period=period, now=later)
    period = reports.edition_approve(actor=county.leader, period=period, now=later + timedelta(hours=1))
    period = reports.edition_submit(actor=county.clerk, period=period, now=later + timedelta(hours=2))
    reports.period_answer(
        actor=county.clerk,
        period=period,
        accepted=True,
        receipt_no=f"SJW-{day:%Y%m%d}",
        now=later + timedelta(hours=5),
    )


def build_fengjie_present(county: County, places: Places, timeline: Timeline, now: date) -> None:
    """The neighbour's small present: one outing with one open notice, and its yearly report."""

    def choose() -> list[Stop]:
        rows = rotate(places.licensed, 0, 3)
        problems = tuple(pick(SCHOOL_PROBLEMS, 2, 4))
        return [Stop(rows[0], problems, life="SERVED"), Stop(rows[1]), Stop(rows[2])]

    day = workday_before(now - timedelta(days=9))
    nothing = Kept()
    plan = _plan(county, "秋季日常检查", day, choose, nothing, kind=InspectionKind.DAILY)
    schedule(county, timeline, plan)
    timeline.add(
        now,
        8,
        lambda moment: reports.regimes_install(
            actor=county.head, bureau=county.bureau, reporter=county.clerk, reviewer=county.head
        ),
    )
