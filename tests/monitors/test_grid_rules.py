"""Grids: whose township a new site is, whose area a unit keeps, what a sheet may promise, how units end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.errors import NotAllowed, Unlawful, WrongState
from casework.indicators import Period, Scope, compute
from monitors import services
from monitors.models import GridDuty, GridEvent, GridSheet, GridUnit
from monitors.selectors import grids as selectors
from monitors.services import EventReport
from tests.conftest import World
from tests.inspections.making import make_place
from tests.monitors.test_grids import on_duty, sheet, unit

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


def row_of(code: str, name: str, since: str = "", until: str = "", phone: str = "") -> list[str]:
    """One row of a township's sheet."""
    return [code, "", "", "", "", name, "网格员", phone, since, until]


def rejected(world: World, *rows: list[str]) -> list[str]:
    """What the preview says about each refused row."""
    found = services.sheet_receive(actor=world.township, upload=sheet(*rows), name="x.csv")
    return ["".join(row["reasons"]) for row in found.rows if row["kind"] == "REJECTED"]


def test_a_sheet_promises_only_what_can_be_written(law: World) -> None:
    row = unit(law, "STREET", "GT", towns=[law.town])
    services.unit_close(actor=law.head, unit=row, reason="合并")
    odd = ["A/B", "街道", "新街道", "", law.town.name, "李四", "", "", "", ""]
    closed = ["GT", "街道", "高唐街道", "", law.town.name, "张三", "", "", "", ""]
    found = services.sheet_receive(actor=law.township, upload=sheet(closed, odd), name="x.csv")
    reasons = ["".join(line["reasons"]) for line in found.rows]
    assert found.counts["REJECTED"] == 2
    assert "已经停用" in reasons[0]
    assert "不能有“/”" in reasons[1]
    assert services.sheet_apply(actor=law.township, sheet=found).counts["NEW"] == 0


def test_days_that_run_backwards_are_refused_in_words(law: World) -> None:
    row = unit(law, "STREET", "GT", towns=[law.town])
    first = on_duty(law, row, "甲", since=TODAY() - timedelta(days=100), until=TODAY() - timedelta(days=50))
    last = on_duty(law, row, "甲", since=TODAY() - timedelta(days=20), until=TODAY() + timedelta(days=9))
    on_duty(law, row, "丁", since=TODAY() + timedelta(days=20))
    (backwards,) = rejected(law, row_of("GT", "丁", until=f"{TODAY() + timedelta(days=5)}"))
    (twice,) = rejected(law, row_of("GT", "甲", since=f"{TODAY() - timedelta(days=60)}"))
    (endless,) = rejected(law, row_of("GT", "乙", until="9999-12-31"))
    assert "早于起始日期" in backwards
    assert "另一条在岗记录" in twice
    assert "不是日期" in endless
    for day in (TODAY() + timedelta(days=10), TODAY().replace(year=9999, month=12, day=31)):
        with pytest.raises(Unlawful, match="不能晚于原定的截止日期"):
            services.duty_end(actor=law.head, duty=last, last_day=day)
    with pytest.raises(Unlawful, match="不能晚于原定的截止日期"):
        services.duty_end(actor=law.head, duty=first, last_day=TODAY())
    services.duty_end(actor=law.head, duty=last, last_day=TODAY())
    with pytest.raises(Unlawful, match="截止日期太远"):
        on_duty(law, row, "丙", until=TODAY().replace(year=9999, month=12, day=31))


def test_closing_a_grid_ends_what_was_planned_and_happens_once(law: World) -> None:
    row = unit(law, "STREET", "GT", towns=[law.town])
    on_duty(law, row, "甲")
    on_duty(law, row, "乙", since=TODAY() + timedelta(days=5))
    on_duty(law, row, "丙", since=TODAY())
    period = Period(TODAY() - timedelta(days=9), TODAY() + timedelta(days=1))
    assert compute("grid_duty_n", Scope(law.bureau), period) == 2
    services.unit_close(actor=law.head, unit=row, reason="合并")
    assert set(GridDuty.objects.values_list("name", flat=True)) == {"甲", "丙"}
    assert not GridDuty.objects.filter(span__contains=TODAY() + timedelta(days=5)).exists()
    assert compute("grid_duty_n", Scope(law.bureau), period) == 0
    with pytest.raises(WrongState, match="已经停用"):
        services.unit_close(actor=law.head, unit=row, reason="再来")


def test_a_department_imports_no_sheet_and_settled_sheets_hold_no_telephone(
    law: World, sign_in: SignIn
) -> None:
    with pytest.raises(NotAllowed, match="教育部门和乡镇"):
        services.sheet_receive(actor=law.market_officer, upload=sheet(row_of("GT", "甲")), name="x.csv")
    assert not GridSheet.objects.exists()
    far = sign_in(law.market_officer)
    assert "sheets/new/" not in far.get("/desk/grids/sheets/").content.decode()
    tree = far.get("/desk/grids/").content.decode()
    assert "新设网格" not in tree
    assert "人员导入" not in tree
    assert "新设网格" in sign_in(law.clerk).get("/desk/grids/").content.decode()
    unit(law, "STREET", "GT", towns=[law.town])
    rows = (row_of("GT", "甲", phone="13800000000"), row_of("GT", "乙", phone="1390000000X"))
    for settle in (services.sheet_apply, services.sheet_drop):
        found = services.sheet_receive(actor=law.township, upload=sheet(*rows), name="x.csv")
        assert "13800000000" in str(found.rows)
        settle(actor=law.township, sheet=found)
        found.refresh_from_db()
        assert [line["values"]["name"] for line in found.rows] == ["甲", "乙"]
        assert "13800000000" not in str(found.rows)
        assert "1390000000X" not in str(found.rows)
    assert GridDuty.objects.get().phone == "13800000000"


def test_the_form_proposes_the_smallest_grid_and_asks_no_account(law: World, sign_in: SignIn) -> None:
    street = unit(law, "STREET", "GT", towns=[law.town])
    grid = unit(law, "GRID", "GT-1", street)
    assert selectors.unit_for(None, GridUnit.objects.all()) == grid
    assert selectors.unit_for(make_place(law), GridUnit.objects.all()) == street
    shown = sign_in(law.clerk).get(f"/desk/grids/{grid.uid}/duty/").content.decode()
    assert 'name="user"' not in shown
    assert 'name="phone"' in shown
