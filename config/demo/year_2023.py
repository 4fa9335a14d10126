"""The year 2023 of the full county, so that the published figures come out of the books.

Published by the county's education committee on 2024-01-31: 41 institutions, four batches of the
white list, 16 certified officers; three sweeps against subject teaching with 18 attendances, 55
places, nine of them closed ones; 53 problems and 22 notices of the double-random checks; 51 fire
hazards removed at once and 152 within a term.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from accounts.models import OrganisationKind
from blacklist import services as lists
from config.demo.outings import Plan, Stop, schedule
from config.demo.people import County
from config.demo.places import Places
from config.demo.problems import ADVERT, FIRE_PROBLEMS, SCHOOL_PROBLEMS, UNLICENSED, Problem, pick
from config.demo.timeline import Timeline
from fieldwork import services as fieldwork
from fieldwork.models import Campaign, CampaignKind, Checklist
from fieldwork.services import Stage
from inspections.models import InspectionKind, PremisesState
from institutions.models import Institution

EDUCATION, MARKET, FIRE = OrganisationKind.EDUCATION, OrganisationKind.MARKET, OrganisationKind.FIRE
SWEEP_DAYS = (date(2023, 2, 11), date(2023, 7, 15), date(2023, 10, 14))
SWEEP_PLACES = (18, 19, 18)
CLOSED_EACH = 3
BATCHES = ((date(2023, 3, 10), 20), (date(2023, 4, 28), 10), (date(2023, 8, 25), 7), (date(2023, 10, 27), 4))
BATCH_BASIS = "《重庆市校外培训机构白名单管理》要求"


def build_2023(county: County, places: Places, timeline: Timeline) -> None:
    """Put the year on the timeline."""
    sweeps = begin_campaign(
        county,
        timeline,
        code="2023-XKQC",
        name="2023年学科类违规培训专项检查",
        kind=CampaignKind.SUBJECT_SWEEP,
        span=(date(2023, 2, 1), date(2023, 11, 30)),
        partners=(MARKET,),
        result="开展专项检查3次，出动18人次，检查机构55家次，其中已注销机构9家次。",
    )
    for number, day in enumerate(SWEEP_DAYS):
        schedule(county, timeline, _sweep(county, places, sweeps, number, day))
    _double_random(county, places, timeline)
    _adverts(county, places, timeline)
    _fire(county, places, timeline)
    for number, (day, count) in enumerate(BATCHES):
        timeline.add(
            day - timedelta(days=7),
            9,
            partial(white_batch, county, timeline, day, count, f"第{number + 1}批"),
        )


class Kept:
    """Holds a campaign once its day has come."""

    def __init__(self) -> None:
        self.campaign: Campaign | None = None

    def __call__(self) -> Campaign | None:
        return self.campaign


def begin_campaign(
    county: County,
    timeline: Timeline,
    *,
    code: str,
    name: str,
    kind: CampaignKind,
    span: tuple[date, date],
    partners: tuple[OrganisationKind, ...] = (),
    result: str = "",
    checklist: str = "",
    stages: tuple[Stage, ...] = (),
) -> Kept:
    """Have a campaign drawn up and started on its first day, and ended on its last with `result`."""
    kept = Kept()
    start, end = span
    timetable = stages or (
        Stage("部署", start, start + timedelta(days=7), "制定方案，明确任务分工"),
        Stage(
            "检查整改",
            start + timedelta(days=8),
            end - timedelta(days=10),
            "现场检查，下发整改通知，跟踪整改",
        ),
        Stage("总结", end - timedelta(days=9), end, "汇总数据，形成总结"),
    )

    def begin(moment: datetime) -> None:
        kept.campaign = fieldwork.campaign_create(
            actor=county.head,
            values={
                "code": code,
                "name": name,
                "kind": kind,
                "issuer": county.bureau.name,
                "starts_on": start,
                "ends_on": end,
                "purpose": "依法检查，当场能改的当场改，不能当场改的限期整改，逐一复查销号。",
                "checklist": Checklist.objects.filter(code=checklist, bureau__isnull=True).first(),
            },
            stages=timetable,
            departments=[county.organs[partner] for partner in partners],
            at=moment,
        )
        kept.campaign = fieldwork.campaign_start(actor=county.head, campaign=kept.campaign, at=moment)

    def finish(moment: datetime) -> None:
        if kept.campaign is not None:
            fieldwork.campaign_finish(actor=county.head, campaign=kept.campaign, result=result, at=moment)

    timeline.add(start, 8, begin)
    if result:
        timeline.add(end, 22, finish)
    return kept


def _sweep(county: County, places: Places, campaign: Kept, number: int, day: date) -> Plan:
    """Six attend: four of the education committee, two of the market authority."""

    def choose() -> list[Stop]:
        closed = [
            Stop(
                item,
                premises=PremisesState.CLOSED_CONFIRMED,
                summary="大门紧闭，招牌已拆除，未发现培训活动。",
            )
            for item in rotate(places.closed, number * CLOSED_EACH, CLOSED_EACH)
        ]
        bare = [
            Stop(item, (UNLICENSED,), PremisesState.UNLICENSED_OPERATING, "现场有学生上课，不能出示许可证。")
            for item in places.unlicensed[number : number + 1]
        ]
        left = SWEEP_PLACES[number] - len(closed) - len(bare)
        return closed + bare + [Stop(item) for item in rotate(places.licensed, number * 11, left)]

    return Plan(
        name=f"2023年学科类违规培训专项检查第{'一二三'[number]}次",
        kind=InspectionKind.SPECIAL,
        lead=EDUCATION,
        team=county.team(EDUCATION, 4, number * 2) + county.team(MARKET, 2, number),
        first_day=day,
        choose=choose,
        campaign=campaign,
    )


def _double_random(county: County, places: Places, timeline: Timeline) -> None:
    """Two outings, 24 places: 38 problems within a term in 22 notices, 15 put right at once."""
    campaign = begin_campaign(
        county,
        timeline,
        code="2023-SSJ",
        name="2023年校外培训机构“双随机、一公开”抽查",
        kind=CampaignKind.DOUBLE_RANDOM,
        span=(date(2023, 5, 29), date(2023, 8, 18)),
        partners=(MARKET,),
        result="抽查机构24家，发现问题53个，下发限期整改通知书22份，全部整改销号。",
        checklist="DAILY_43",
    )
    for number, day in enumerate((date(2023, 6, 12), date(2023, 6, 19))):

        def choose(number: int = number) -> list[Stop]:
            chosen = rotate(places.licensed, number * 12 + 3, 12)
            return [random_stop(item, number * 12 + place) for place, item in enumerate(chosen)]

        schedule(
            county,
            timeline,
            Plan(
                name=f"2023年双随机抽查第{'一二'[number]}组",
                kind=InspectionKind.DOUBLE_RANDOM,
                lead=EDUCATION,
                team=county.team(EDUCATION, 2, 4 + number * 2) + county.team(MARKET, 2, number),
                first_day=day,
                choose=choose,
                campaign=campaign,
                per_day=5,
            ),
        )


def random_stop(institution: Institution, place: int) -> Stop:
    """The place-th of the 24: the first 22 get a notice (16 of two problems, 6 of one), 15 have one fixed at once."""
    in_term = 2 if place < 16 else 1 if place < 22 else 0
    on_spot = 1 if 8 <= place < 23 else 0
    found = pick(SCHOOL_PROBLEMS, in_term, place * 3)
    found += [problem.on_spot() for problem in pick(SCHOOL_PROBLEMS, on_spot, place * 3 + in_term)]
    return Stop(institution, tuple(found), life="LATE" if place in {5, 17} else "CLOSED")


def _adverts(county: County, places: Places, timeline: Timeline) -> None:
    """One outing of the market authority: 11 boards of nine institutions taken down."""
    campaign = begin_campaign(
        county,
        timeline,
        code="2023-GGQL",
        name="2023年校外培训违规广告清理",
        kind=CampaignKind.AD_CLEANUP,
        span=(date(2023, 8, 28), date(2023, 9, 28)),
        partners=(MARKET,),
        result="拆除违规广告11块，涉及机构9家。",
    )

    def choose() -> list[Stop]:
        boards = (2, 1, 1, 1, 2, 1, 1, 1, 1)
        rows = rotate(places.licensed, 17, len(boards))
        return [
            Stop(row, (replace(ADVERT, quantity=count),)) for row, count in zip(rows, boards, strict=True)
        ]

    schedule(
        county,
        timeline,
        Plan(
            name="2023年违规广告清理",
            kind=InspectionKind.SPECIAL,
            lead=MARKET,
            team=county.team(MARKET, 3),
            helpers=county.team(EDUCATION, 1),
            first_day=date(2023, 9, 7),
            choose=choose,
            campaign=campaign,
            per_day=5,
        ),
    )


def _fire(county: County, places: Places, timeline: Timeline) -> None:
    """Two outings of the fire brigade, 20 places: 152 hazards within a term, 51 removed at once."""
    campaign = begin_campaign(
        county,
        timeline,
        code="2023-XFZX",
        name="2023年校外培训机构消防安全专项整治",
        kind=CampaignKind.FIRE_SAFETY,
        span=(date(2023, 10, 30), date(2023, 12, 29)),
        partners=(FIRE,),
        result="排查机构20家，火灾隐患当场整改51处，限期整改152处。",
        checklist="FIRE_NINE",
    )
    for number, day in enumerate((date(2023, 11, 8), date(2023, 11, 15))):

        def choose(number: int = number) -> list[Stop]:
            chosen = rotate(places.licensed, number * 10, 10)
            return [fire_stop(item, number * 10 + place) for place, item in enumerate(chosen)]

        schedule(
            county,
            timeline,
            Plan(
                name=f"2023年消防安全专项检查第{'一二'[number]}组",
                kind=InspectionKind.JOINT,
                lead=FIRE,
                team=county.team(FIRE, 3),
                helpers=county.team(EDUCATION, 1, number),
                first_day=day,
                choose=choose,
                campaign=campaign,
                per_day=6,
            ),
        )


def fire_stop(institution: Institution, place: int) -> Stop:
    """The place-th of the 20: 12 with eight hazards within a term, 8 with seven; 11 with three at once, 9 with two."""
    in_term = 8 if place < 12 else 7
    on_spot = 3 if place < 11 else 2
    found: list[Problem] = pick(FIRE_PROBLEMS, in_term, place)
    found += [problem.on_spot() for problem in pick(FIRE_PROBLEMS, on_spot, place + in_term)]
    return Stop(institution, tuple(found))


def rotate(rows: list[Institution], start: int, count: int) -> list[Institution]:
    """`count` different rows in turn from `start`, as they stand now."""
    chosen = [rows[(start + step) % len(rows)].pk for step in range(count)]
    fresh = {
        row.pk: row
        for row in Institution.objects.filter(pk__in=chosen).select_related("region", "organisation")
    }
    return [fresh[pk] for pk in chosen]


def white_batch(
    county: County, timeline: Timeline, day: date, count: int, name: str, moment: datetime
) -> None:
    """Draw a batch up a week ahead, have it approved, and publish it on its day."""
    batch = lists.batch_create(
        actor=county.officer,
        title=f"{county.plan.county}校外培训机构白名单（{name}）",
        basis=BATCH_BASIS,
        note="与县市场监督管理局联合发布。",
        at=moment,
    )
    eligible = (
        batch.candidates.filter(is_eligible=True).order_by("institution_id").values_list("pk", flat=True)
    )
    lists.batch_choose(actor=county.officer, batch=batch, included=list(eligible)[:count])
    timeline.add(
        day - timedelta(days=5), 9, lambda at: lists.batch_submit(actor=county.officer, batch=batch, at=at)
    )
    timeline.add(
        day - timedelta(days=2), 9, lambda at: lists.batch_approve(actor=county.leader, batch=batch, at=at)
    )
    timeline.add(day, 9, lambda at: lists.batch_publish(actor=county.leader, batch=batch, at=at))
