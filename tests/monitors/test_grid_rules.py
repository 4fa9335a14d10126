"""Grids: whose township a new site is, whose area a unit keeps, what a sheet may promise, how units end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from casework.errors import NotAllowed, Unlawful, WrongState
from casework.indicators import Period, Scope, compute
from monitors import services
from monitors.models import GridDuty, GridEvent, GridSheet, GridUnit
from monitors.selectors import grids as selectors
from monitors.services import Duty, EventReport
from tests.conftest import World
from tests.inspections.making import make_place
from tests.monitors.test_grids import on_duty, school_of, sheet, unit

SignIn = Callable[[Any], Any]
TODAY = timezone.localdate


def test_a_new_site_is_filed_under_the_township_where_it_is(law: World, sign_in: SignIn) -> None:
    net = unit(law, "NET", "BG", region=law.bureau.region, towns=[law.town, law.town2])
    seen = {"place": "示例路3号", "seen_name": "无招牌", "text": "六名学生进出"}
    with pytest.raises(Unlawful, match="请选择这个地点所在的乡镇"):
        services.event_report(actor=law.head, unit=net, report=EventReport("NEW_SITE", **seen))
    street = unit(law, "STREET", "GT", towns=[law.town])
    with pytest.raises(Unlawful, match="不在GT网格的范围内"):
        services.event_report(
            actor=law.head, unit=street, report=EventReport("NEW_SITE", region=law.town2, **seen)
        )
    found = services.event_report(
        actor=law.head, unit=net, report=EventReport("NEW_SITE", region=law.town2, **seen)
    )
    assert found.clue is not None
    assert (found.region, found.clue.region) == (law.town2, law.town2)
    only = services.event_report(actor=law.head, unit=street, report=EventReport("NEW_SITE", **seen))
    assert only.region == law.town
    desk = sign_in(law.clerk)
    sent = {
        **seen, "unit": net.pk, "kind": "NEW_SITE", "happened_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "activity": "SUBJECT",
    }  # fmt: skip
    page = "/desk/grids/events/new/"
    refused = desk.post(page, sent)
    assert refused.status_code == 422
    assert "请选择这个地点所在的乡镇（街道）。" in refused.content.decode()
    assert desk.post(page, {**sent, "region": law.town2.pk}).status_code == 302
    assert GridEvent.objects.filter(region=law.town2).count() == 2


def test_a_unit_of_the_whole_county_offers_every_township(law: World) -> None:
    net = unit(law, "NET", "BG", region=law.bureau.region)
    assert {law.town, law.town2} <= set(selectors.towns_of_unit(net))
    rows = selectors.towns_of_units(law.bureau, GridUnit.objects.all())
    assert list(rows) == list(selectors.towns_of_unit(net))
    far = make_place(law, "示例隔壁", region=law.town2)
    zone = unit(law, "STREET", "GT", places=[far])
    assert set(selectors.towns_of_unit(zone)) == {law.town, law.town2}


def test_editing_a_unit_keeps_what_the_editor_does_not_reach(law: World, sign_in: SignIn) -> None:
    here, there = make_place(law, "示例甲"), make_place(law, "示例乙", region=law.town2)
    row = unit(law, "OFFICE", "MGB", towns=[law.town, law.town2], places=[here, there])
    desk = sign_in(law.township)
    page = f"/desk/grids/{row.uid}/edit/"
    changed = {"name": "民管办", "region": law.town.pk, "towns": [law.town.pk], "version": row.version}
    assert desk.post(page, changed).status_code == 302
    assert set(row.towns.all()) == {law.town, law.town2}
    assert list(row.places.all()) == [there]
    values = {"name": "民管办"}
    other = make_place(law, "示例丙", region=law.town2, licence_no="教民150023770000033")
    for area in ({"places": [other]}, {"towns": [law.town2]}):
        street = unit(law, "STREET", f"S{len(area.get('places', []))}")
        with pytest.raises(NotAllowed, match="不在您的管理范围内"):
            services.unit_save(actor=law.township, region=law.town, values=values, unit=street, **area)  # type: ignore[arg-type]
    services.unit_save(actor=law.head, region=law.town, values=values, unit=row, towns=[law.town])
    assert (list(row.towns.all()), row.places.count()) == ([law.town], 0)
