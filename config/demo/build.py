"""Builds the demonstration part by part; a part that stands is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from django.db import transaction
from django.db.models import Model

from accounts.models import Bureau
from casework import jobs
from casework.management.commands.load_reference import load_all
from config.demo.alarms import build_warnings, has_warnings
from config.demo.bank import build_statements, has_statements
from config.demo.cases import schedule_cases
from config.demo.clock import anchor, at
from config.demo.clues import build_clues
from config.demo.funds import build_funds
from config.demo.grids import build_few_grids, build_grids, has_grids
from config.demo.measures import build_measures
from config.demo.papers import build_papers, has_papers
from config.demo.patrols import build_patrols
from config.demo.people import FENGJIE, WUSHAN, County, build_city, build_county
from config.demo.phones import build_phones, has_phones
from config.demo.places import build_small_places, build_wushan_places
from config.demo.plans import build_plans, has_plans
from config.demo.present import build_fengjie_present, build_present
from config.demo.random_checks import build_draws
from config.demo.refunds import build_refunds, has_refunds
from config.demo.registers import build_registers
from config.demo.risks import build_risks, has_risks
from config.demo.schools import build_few_schools, build_schools, has_schools
from config.demo.sightings import build_sightings, has_sightings
from config.demo.timeline import Timeline
from config.demo.watchers import build_watchers
from config.demo.year_2023 import build_2023
from institutions.models import Institution


def build(today: date) -> Iterator[str]:
    """Build what is missing, in one transaction per part; yields a line per part."""
    from accounts.management.commands.load_regions import load_county

    for plan in (WUSHAN, FENGJIE):
        load_county(plan.code)
    load_all()
    now = anchor(today)
    city = build_city()
    wushan, fengjie = build_county(WUSHAN, city), build_county(FENGJIE, city)
    yield f"单位和账号：{city.name}、{wushan.bureau.name}、{fengjie.bureau.name}"
    for label, stands, part in parts(wushan, fengjie, now):
        if stands():
            yield f"{label}：已有"
            continue
        with transaction.atomic():
            part()
        yield f"{label}：已载入"


def parts(
    wushan: County, fengjie: County, now: date
) -> list[tuple[str, Callable[[], bool], Callable[[], object]]]:
    """Label, whether the part stands, and what builds it, in order."""
    return [
        ("巫山县台账", lambda: has_places(wushan.bureau), lambda: build_wushan(wushan, now)),
        ("巫山县现场手机", lambda: has_phones(wushan), lambda: build_phones(wushan, now)),
        ("奉节县台账", lambda: has_places(fengjie.bureau), lambda: build_fengjie(fengjie, now)),
        ("检查计划", lambda: has_plans(wushan, now), lambda: build_plans(wushan, now)),
        ("巫山县退费纠纷和热线工单", lambda: has_refunds(wushan), lambda: build_refunds(wushan, now)),
        ("巫山县银行对账", lambda: has_statements(wushan), lambda: hurried(build_statements, wushan, now)),
        ("巫山县资金预警", lambda: has_warnings(wushan), lambda: build_warnings(wushan, now)),
        ("巫山县资金风险处置", lambda: has_risks(wushan), lambda: build_risks(wushan, now)),
        ("巫山县文书和清单", lambda: has_papers(wushan), lambda: build_papers(wushan, now)),
        ("巫山县学校", lambda: has_schools(wushan), lambda: hurried(build_schools, wushan, now)),
        ("奉节县学校", lambda: has_schools(fengjie), lambda: hurried(build_few_schools, fengjie, now)),
        ("巫山县网格", lambda: has_grids(wushan), lambda: hurried(build_grids, wushan, now)),
        (
            "巫山县履职、观察和调查",
            lambda: has_sightings(wushan),
            lambda: hurried(build_sightings, wushan, now),
        ),
        ("奉节县网格", lambda: has_grids(fengjie), lambda: hurried(build_few_grids, fengjie, now)),
    ]


def build_wushan(county: County, now: date) -> int:
    """The full county from the founding of its places to the present day."""
    timeline = Timeline()
    places = build_wushan_places(county, timeline)
    build_2023(county, places, timeline)
    build_present(county, places, timeline, now)
    build_draws(county, timeline, now)
    build_measures(county, places, timeline, now)
    build_clues(county, places, timeline, now)
    build_patrols(county, places, timeline, build_watchers(county, timeline, now), now)
    build_funds(county, places, timeline, now)
    build_registers(county, places, timeline, now)
    schedule_cases(county, places, timeline, now)
    with in_a_hurry():
        return timeline.run(at(now, 12))


def build_fengjie(county: County, now: date) -> int:
    """The neighbour, small."""
    timeline = Timeline()
    with in_a_hurry():
        build_fengjie_present(county, build_small_places(county), timeline, now)
        return timeline.run(at(now, 12))


def hurried(part: Callable[[County, date], object], county: County, now: date) -> None:
    """Build a part with years of history."""
    with in_a_hurry():
        part(county, now)


@contextmanager
def in_a_hurry() -> Iterator[None]:
    """Leave out what would only cost time for years of history at once.

    Papers of the past are typeset when somebody first opens them, and constraints are checked by the
    database alone, not a second time by a query before each write.
    """
    enqueue = jobs.enqueue

    def keep_others(task_path: str, *args: object) -> None:
        if task_path != "casework.tasks.document_render":
            enqueue(task_path, *args)

    def leave_to_database(*_: object, **__: object) -> None:
        """Uniqueness and check constraints stand in the database."""

    with (
        patch.object(jobs, "enqueue", keep_others),
        patch.object(Model, "validate_constraints", leave_to_database),
        patch.object(Model, "validate_unique", leave_to_database),
    ):
        yield


def has_places(bureau: Bureau) -> bool:
    """Whether the bureau's register holds anything."""
    return Institution.objects.filter(bureau=bureau).exists()
