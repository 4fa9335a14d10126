"""Regions and reference data load from the shipped tables, and a second time changes nothing."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Region, RegionLevel
from casework import policy
from casework.management.commands.load_reference import load_all
from casework.models import CalendarDay, CalendarYear, DocumentKind, PolicyValue, ViolationType
from fieldwork.models import ChecklistVersion

pytestmark = pytest.mark.django_db


def townships(code: str) -> list[Region]:
    return list(Region.objects.filter(parent__code=code, level=RegionLevel.TOWNSHIP))


def test_wushan_has_26_townships_and_tieling_16() -> None:
    call_command("load_regions", "500237", "211221", verbosity=0)
    assert len(townships("500237")) == 26
    assert len(townships("211221")) == 16
    assert {len(town.code) for town in townships("500237")} == {9}


def test_paths_follow_the_tree() -> None:
    call_command("load_regions", "500237", "211221", verbosity=0)
    for region in Region.objects.select_related("parent"):
        above = region.parent.path if region.parent else "/"
        assert region.path == f"{above}{region.pk}/"
    tieling = Region.objects.get(code="211221")
    assert [tieling.parent.name, tieling.parent.parent.name] == ["铁岭市", "辽宁省"]


def test_a_municipality_is_parent_of_its_counties() -> None:
    call_command("load_regions", "500237", verbosity=0)
    wushan = Region.objects.get(code="500237")
    assert (wushan.parent.code, wushan.parent.name, wushan.parent.level) == (
        "500000",
        "重庆市",
        RegionLevel.PROVINCE,
    )


def test_loading_regions_again_changes_nothing() -> None:
    call_command("load_regions", "500237", verbosity=0)
    before = list(Region.objects.order_by("pk").values())
    call_command("load_regions", "500237", verbosity=0)
    assert list(Region.objects.order_by("pk").values()) == before


def test_an_unknown_county_is_told() -> None:
    with pytest.raises(CommandError, match="六位"):
        call_command("load_regions", "999999")


def test_reference_loads_once() -> None:
    call_command("load_regions", "500237", verbosity=0)
    load_all()
    tables = (CalendarYear, CalendarDay, PolicyValue, ViolationType, DocumentKind, ChecklistVersion)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    assert all(before)
    load_all()
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_a_bureaus_own_policy_value_survives_loading() -> None:
    call_command("load_regions", "500237", verbosity=0)
    load_all()
    row = PolicyValue.objects.get(key="rectification.default_term")
    PolicyValue.objects.filter(pk=row.pk).update(value={"amount": 10, "unit": "CALENDAR_DAY"})
    load_all()
    wushan = Region.objects.get(code="500237")
    from datetime import date

    assert policy.term("rectification.default_term", region=wushan, on=date(2026, 11, 20)).amount == 10
