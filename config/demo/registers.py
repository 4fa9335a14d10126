"""Market entities cleaned up, the national platform, and training materials of the demonstration.

Published for 2023: 148 market entities of education sorted out, 41 institutions on the national platform,
two self-made materials found.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.models import User
from config.demo.outings import photo
from config.demo.people import County
from config.demo.places import Places
from config.demo.timeline import Timeline
from institutions import services
from institutions.codes import uscc_check_digit
from institutions.data import demo_names
from institutions.models import EntityOutcome, Institution, MarketEntity, TrainingMaterial

LETTERS = ((date(2023, 4, 18), 96, "巫山教函〔2023〕31号"), (date(2023, 9, 12), 52, "巫山教函〔2023〕77号"))
SCOPES = (
    "教育信息咨询；文化艺术培训",
    "家政服务；托管服务；学科辅导",
    "教育软件销售；培训服务（不含许可项目）",
)
ENDINGS = (
    EntityOutcome.SCOPE_CHANGED,
    EntityOutcome.CANCELLED,
    EntityOutcome.KEPT,
    EntityOutcome.SCOPE_CHANGED,
)
SELF_MADE = (("小学数学思维讲义", "2023 年春季版"), ("初中英语同步讲练", "2023 年暑期版"))


def build_registers(county: County, places: Places, timeline: Timeline, now: date) -> None:
    """Put the three registers on the timeline."""
    for day, count, letter in LETTERS:
        timeline.add(day - timedelta(days=20), 9, partial(_found, county, count))
        timeline.add(day, 15, partial(_handed, county, letter))
        timeline.add(day + timedelta(days=60), 16, partial(_settled, county, count - 4))
    timeline.add(date(2023, 6, 26), 10, partial(_onboarded, county, places))
    for number, (title, edition) in enumerate(SELF_MADE):
        day = date(2023, 5, 22) + timedelta(days=70 * number)
        timeline.add(day, 10, partial(_self_made, county, places.licensed, number, title, edition))
    timeline.add(now - timedelta(days=400), 9, partial(_found, county, 6))
    timeline.add(now - timedelta(days=5), 9, partial(_submitted, county, places))


def _found(county: County, count: int, moment: datetime) -> None:
    first = MarketEntity.objects.filter(bureau=county.bureau).count()
    brands = demo_names()["brands"]
    for number in range(first, first + count):
        body = f"92{county.plan.code}MAENT{number:04d}"
        services.entity_register(
            actor=county.clerk,
            region=county.towns[number % len(county.towns)],
            values={
                "name": f"{county.plan.county}{brands[number % len(brands)]}{number + 1}号教育咨询部",
                "uscc": body + uscc_check_digit(body),
                "business_scope": SCOPES[number % len(SCOPES)],
                "source": "REGISTRY" if number % 5 else "TOWNSHIP",
                "found_on": timezone.localdate(moment),
            },
            at=moment,
        )


def _handed(county: County, letter: str, moment: datetime) -> None:
    rows = MarketEntity.objects.filter(bureau=county.bureau, handed_on__isnull=True)
    services.entities_hand_over(
        actor=county.head, entities=rows, handed_on=timezone.localdate(moment), handed_no=letter, at=moment
    )


def _settled(county: County, count: int, moment: datetime) -> None:
    rows = MarketEntity.objects.filter(bureau=county.bureau, handed_on__isnull=False, settled_on__isnull=True)
    for number, row in enumerate(rows.order_by("pk")[:count]):
        services.entity_settle(
            actor=county.clerk, entity=row, outcome=ENDINGS[number % len(ENDINGS)],
            settled_on=timezone.localdate(moment), at=moment,
        )  # fmt: skip


def _onboarded(county: County, places: Places, moment: datetime) -> None:
    day = timezone.localdate(moment)
    for milestone, count in (("ONBOARDED", 41), ("VERIFIED", 41), ("COURSES", 36), ("ORDERS", 29)):
        services.milestones_reach(
            actor=county.head,
            institutions=places.licensed[:count],
            milestone=milestone,
            reached_on=day,
            at=moment,
        )


def _material(title: str, edition: str, day: date, **more: Any) -> dict[str, Any]:
    return {
        "title": title, "edition": edition, "kind": "SELF_MADE", "subject": "数学", "audience": "小学三至四年级",
        "author": "机构教研组", "submitted_on": day, **more,
    }  # fmt: skip


def _self_made(
    county: County, licensed: list[Institution], number: int, title: str, edition: str, moment: datetime
) -> None:
    row = services.material_enter(
        actor=county.officer, institution=licensed[number * 7], files=[photo(title)],
        values=_material(title, edition, timezone.localdate(moment)), at=moment,
    )  # fmt: skip
    row = services.material_review(
        actor=county.officer, material=row, opinion="学科类内容，未经审核，讲授进度超出课程标准。", at=moment
    )
    services.material_decide(
        actor=county.head, material=row, is_fit=False, reason="自编学科类材料，不得使用，已收回。",
        at=moment + timedelta(hours=3),
    )  # fmt: skip


def _submitted(county: County, places: Places, moment: datetime) -> None:
    """One material waits for its review, one for its decision."""
    place = Institution.objects.get(pk=places.licensed[0].pk)
    manager = User.objects.get(organisation=place.organisation)
    day = timezone.localdate(moment)
    rows: list[TrainingMaterial] = [
        services.material_enter(
            actor=manager, institution=place, files=[photo(title)],
            values=_material(title, "2026 年秋季版", day, subject="美术", inner_on=day - timedelta(days=3)), at=moment,
        )
        for title in ("少儿创意美术", "线描入门")
    ]  # fmt: skip
    services.material_review(
        actor=county.officer, material=rows[0], opinion="内容适宜，无超标超前，图片来源已注明。", at=moment
    )
