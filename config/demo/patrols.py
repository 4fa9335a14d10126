"""Patrols of the demonstration county: the year 2023 as published, then lighter years until today.

Published by the county's education committee on 2024-01-31: 392 person-times, 916 visits; two unlicensed places
and one consulting firm found; 93 audits with 385 visits re-checked.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from accounts.models import OrganisationKind
from complaints import services as clues
from complaints.models import Clue, VerifyWay
from complaints.services import Assignment, Look
from config.demo.outings import photo
from config.demo.people import County
from config.demo.places import Places
from config.demo.timeline import Timeline
from config.demo.watchers import Watchers
from fieldwork.selectors import items_of, version_in_force
from monitors import services
from monitors.models import AuditTarget, Cover, Licence, Monitor, PatrolAudit, Seen, SpotKind, Stop
from monitors.services import AuditResult, Sight

OUTINGS_2023, PEOPLE_EACH, STOPS_2023 = 98, 4, 916
FIRST_DAY, LAST_DAY = date(2023, 3, 13), date(2023, 12, 20)
AUDITS_2023 = (
    (date(2023, 3, 13), date(2023, 5, 14), 96, 23),
    (date(2023, 5, 15), date(2023, 7, 30), 96, 23),
    (date(2023, 7, 31), date(2023, 10, 8), 96, 23),
    (date(2023, 10, 9), date(2023, 12, 20), 97, 24),
)
FOUND = {
    9: (Cover.PERSON, "示例晚辅小屋", "A1", "门口没有任何证照，屋里七八个小学生在上课。"),
    41: (Cover.CONSULTING, "示例学业规划咨询部", "F4", "挂着咨询公司的牌子，实际在讲初中数学，收课时费。"),
    70: (Cover.PERSON, "示例居民楼数学班", "A1", "居民楼内白板、课桌齐全，没有办学许可证。"),
}
ORDINARY = (
    ("H3", "公示栏缺退费办法。"),
    ("B7", "没有看到消防安全责任人公示。"),
    ("D1", "师资公示缺一人照片。"),
)


class Patrols:
    """Makes the patrols of one county, the same ones every time."""

    def __init__(self, county: County, places: Places, kept: Watchers) -> None:
        self.county, self.places, self.kept = county, places, kept
        self.dice = random.Random("patrols")
        self.codes: list[str] = []

    def answers(self, day: date) -> dict[str, str]:
        """Mostly in order, some things not seen from the street."""
        if not self.codes:
            version = version_in_force(code="DAILY_43", on=day, bureau=self.county.bureau)
            self.codes = [item.code for item in items_of(version)] if version else []
        return {code: self.dice.choice(("YES", "YES", "YES", "UNSEEN")) for code in self.codes}

    def sights(self, number: int, count: int, begun: datetime) -> list[Sight]:
        """Stops of one outing: places of the register in turn, every fourth outing a place that is not in it."""
        known = [place for place in self.places.licensed if not place.is_ended] or self.places.licensed
        found = []
        for step in range(count):
            place = known[(number * 9 + step) % len(known)]
            sight = Sight(
                place=place.address,
                spot_kind=SpotKind.STREET,
                activity=Seen.NON_SUBJECT,
                answers=self.answers(begun.date()),
                institution=place,
                arrived_at=begun + timedelta(minutes=12 * step + 5),
                licence=Licence.SEEN,
                pupils=self.dice.randint(0, 24),
                teachers=self.dice.randint(1, 4),
            )
            if self.dice.random() < 0.12:
                code, words = self.dice.choice(ORDINARY)
                sight = replace(sight, answers={**sight.answers, code: "NO"}, notes={code: words})
            found.append(sight)
        return found

    def outing(self, number: int, squad: int, stops: int, people: int, moment: datetime) -> list[Stop]:
        """One outing of a squad, entered when it is over."""
        name = self.kept.squads[squad].pk
        serving = list(Monitor.objects.filter(squad=name).in_office_on(moment.date()).order_by("pk"))
        if len(serving) < people:
            return []
        team = [serving[(number + step) % len(serving)] for step in range(people)]
        ended = moment + timedelta(minutes=12 * stops + 20)
        outing = services.outing_start(
            actor=self.county.clerk, monitors=team, started_at=moment, note="", at=ended
        )
        sights = self.sights(number, stops, moment)
        if number in FOUND and moment.year == FIRST_DAY.year:
            sights[-1] = self.bad(number, sights[-1])
        made = services.stops_record(actor=self.county.clerk, outing=outing, sights=sights, at=ended)
        services.outing_submit(actor=self.county.clerk, outing=outing, ended_at=ended, at=ended)
        return made

    def bad(self, number: int, sight: Sight) -> Sight:
        """A place that is not in the register and should not be there."""
        cover, name, code, words = FOUND[number]
        return replace(
            sight, institution=None, seen_name=name, place=f"高唐街道示例路{number}号", cover=cover,
            answers={**sight.answers, code: "NO"}, notes={**sight.notes, code: words}, activity=Seen.SUBJECT, pupils=9,
            licence=Licence.NOT_SHOWN,
        )  # fmt: skip

    def of_2023(self, number: int, stops: int, moment: datetime) -> None:
        """An outing of the published year; what it found was verified and confirmed."""
        made = self.outing(number, number % len(self.kept.squads), stops, PEOPLE_EACH, moment)
        for stop in made:
            if stop.clue is not None:
                self.settle(stop.clue, moment + timedelta(days=1))

    def settle(self, clue: Clue, moment: datetime) -> None:
        """The officers looked and confirmed."""
        county = self.county
        given = clues.clue_assign(
            actor=county.head, clue=clue, to=Assignment(county.education, county.officer), at=moment
        )
        begun = clues.clue_start(actor=county.officer, clue=given, at=moment)
        facts = "执法人员到场核实，情况属实，已责令停止。"
        clues.verification_record(
            actor=county.officer,
            clue=begun,
            look=Look(VerifyWay.ON_SITE, facts, moment, county.officer.name),
            files=[photo(facts)],
            at=moment,
        )
        clues.clue_close(
            actor=county.officer, clue=begun, outcome="CONFIRMED", outcome_note="责令停止培训，退还费用。",
            public_answer="已依法处理。", at=moment + timedelta(hours=5),
        )  # fmt: skip


def build_patrols(county: County, places: Places, timeline: Timeline, kept: Watchers, now: date) -> Patrols:
    """Put the patrols on the timeline."""
    patrols = Patrols(county, places, kept)
    span = (LAST_DAY - FIRST_DAY).days
    for number in range(OUTINGS_2023):
        day = FIRST_DAY + timedelta(days=span * number // (OUTINGS_2023 - 1))
        stops = STOPS_2023 // OUTINGS_2023 + (number < STOPS_2023 % OUTINGS_2023)
        timeline.add(day, (9, 18, 14)[number % 3], partial(patrols.of_2023, number, stops))
    for weeks in range(1, 13):
        day = now - timedelta(days=7 * weeks)
        timeline.add(day, 19, partial(_recent, patrols, weeks))
    timeline.add(now - timedelta(days=6), 9, partial(_tasks, county, kept, now))
    schedule_audits(county, timeline, now)
    return patrols


def schedule_audits(county: County, timeline: Timeline, now: date) -> None:
    """Four audits of 2023, and one that waits for its public value."""
    for number, (first, last, wanted, trips) in enumerate(AUDITS_2023):
        timeline.add(
            last + timedelta(days=1), 9, partial(_audit, county, timeline, number, first, last, wanted, trips)
        )
    timeline.add(now - timedelta(days=1), 10, partial(_frozen, county))


def _audit(
    county: County,
    timeline: Timeline,
    number: int,
    first: date,
    last: date,
    wanted: int,
    trips: int,
    moment: datetime,
) -> None:
    row = services.audit_freeze(
        actor=county.head,
        title=f"2023年第{'一二三四'[number]}次巡查督查",
        period_from=first,
        period_until=last,
        wanted=wanted,
        entropy_source="次日福彩双色球开奖号码",
        at=moment,
    )
    value = f"0{number + 1} 08 15 22 29 31 06"
    entered = services.audit_enter(
        actor=county.officer, audit_row=row, entropy=value, at=moment + timedelta(days=1)
    )
    drawn = services.audit_draw(
        actor=county.head, audit_row=entered, entropy=value, at=moment + timedelta(days=1, hours=1)
    )
    targets = list(drawn.targets.order_by("order"))
    for trip in range(trips):
        share = targets[wanted * trip // trips : wanted * (trip + 1) // trips]
        day = last + timedelta(days=2 + trip * 9 // trips)
        timeline.add(day, 16, partial(_trip, county, drawn, day, share), trip % 60)


def _trip(county: County, row: PatrolAudit, day: date, share: list[AuditTarget], moment: datetime) -> None:
    results = {target: AuditResult("REAL") for target in share}
    for target in share:
        if target.order % 60 == 7:
            results[target] = AuditResult("FALSE", "店内人员称当天没有监督员来过，监控未见。")
        elif target.order % 90 == 11:
            results[target] = AuditResult("UNCLEAR", "场所已搬离，无法核实。")
    services.trip_record(
        actor=county.head, audit_row=row, went_on=day, officers=county.team(OrganisationKind.EDUCATION, 2, day.day),
        results=results, at=moment,
    )  # fmt: skip
    if not row.targets.filter(finding="PENDING").exists():
        services.audit_finish(actor=county.head, audit_row=row, at=moment)


def _frozen(county: County, moment: datetime) -> None:
    services.audit_freeze(
        actor=county.head,
        title="近三个月巡查督查",
        period_from=(moment - timedelta(days=90)).date(),
        period_until=(moment - timedelta(days=1)).date(),
        wanted=12,
        entropy_source="次日福彩双色球开奖号码",
        at=moment,
    )


def _recent(patrols: Patrols, weeks: int, moment: datetime) -> None:
    patrols.outing(weeks, weeks % len(patrols.kept.squads), 3, 2, moment)


def _tasks(county: County, kept: Watchers, now: date, moment: datetime) -> None:
    for number, squad in enumerate(kept.squads[:3]):
        services.task_create(
            actor=county.clerk,
            values={
                "title": f"{squad.name}冬季晚间巡查",
                "squad": squad,
                "starts_on": moment.date(),
                "ends_on": now + timedelta(days=12 + number),
                "slot": "EVENING",
                "note": "重点看居民楼、商务楼晚间上课情况，两人以上同行。",
            },
            at=moment,
        )
