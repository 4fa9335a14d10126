"""Builds the demonstration part by part; a part that stands is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from django.db import transaction

from accounts.models import Bureau
from casework.management.commands.load_reference import load_all
from config.demo.clock import anchor
from config.demo.people import FENGJIE, WUSHAN, County, build_city, build_county
from config.demo.places import build_small_places, build_wushan_places
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
        ("巫山县机构档案", lambda: has_places(wushan.bureau), lambda: build_wushan_places(wushan)),
        ("奉节县机构档案", lambda: has_places(fengjie.bureau), lambda: build_small_places(fengjie)),
    ]


def has_places(bureau: Bureau) -> bool:
    """Whether the bureau's register holds anything."""
    return Institution.objects.filter(bureau=bureau).exists()
