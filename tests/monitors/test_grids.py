"""Grids: the tree, who is responsible, sweeps, events that become clues, whistles, sheets of staff."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organisation, OrganisationKind
from accounts.roles import Role
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.indicators import Period, Scope, compute
from complaints.models import Clue
from monitors import services
from monitors.models import CallReminder, GridDuty, GridEvent, GridSheet, GridUnit, SweepTarget
from monitors.selectors import grids as selectors
from monitors.services import Duty, EventReport
from tests.conftest import World, make_organisation, make_user
from tests.inspections.making import make_place

SignIn = Callable[[Any], Any]
TODAY = timezone.localdate


def unit(world: World, kind: str, code: str, parent: GridUnit | None = None, **more: Any) -> GridUnit:
    """A unit at the desk."""
    area = {name: more.pop(name) for name in ("towns", "places") if name in more}
    region = more.pop("region", world.town)
    values = {"kind": kind, "code": code, "name": more.pop("name", f"{code}网格"), "parent": parent, **more}
    return services.unit_save(actor=world.head, region=region, values=values, **area)


def on_duty(world: World, row: GridUnit, name: str = "张守望", **more: Any) -> GridDuty:
    """Somebody on duty since the beginning of the year."""
    since = more.pop("since", TODAY() - timedelta(days=30))
    return services.duty_add(actor=world.head, unit=row, duty=Duty(name, since, **more))


def test_levels_hold_and_a_code_is_used_once(law: World) -> None:
    street = unit(law, "STREET", "GT", towns=[law.town])
    grid = unit(law, "GRID", "GT-1", unit(law, "COMMUNITY", "GT-C", street))
    assert (grid.path, grid.depth, grid.net) == ("/GT/GT-C/GT-1/", 2, "STREET")
    for kind, parent, words in (
        ("GRID", None, "须有上级"),
        ("ZONE", street, "上级应为"),
        ("STREET", street, "上级应为"),
    ):
        with pytest.raises(Unlawful, match=words):
            unit(law, kind, "X", parent)
    with pytest.raises(Unlawful, match="已经用过"):
        unit(law, "STREET", "GT")
    with pytest.raises(Unlawful, match="下级"):
        services.unit_close(actor=law.head, unit=street, reason="合并")
    with pytest.raises(IntegrityError), transaction.atomic():
        GridUnit.objects.filter(pk=grid.pk).update(parent=None)


def test_a_township_sets_up_its_own_nets_only(law: World) -> None:
    values = {"kind": "STREET", "code": "LM", "name": "龙门街道", "parent": None}
    with pytest.raises(NotAllowed, match="本辖区"):
        services.unit_save(actor=law.township, region=law.town2, values=values)
    own = services.unit_save(actor=law.township, region=law.town, values={**values, "code": "GT"})
    services.duty_add(actor=law.township, unit=own, duty=Duty("李明", TODAY()))
    with pytest.raises(NotAllowed):
        services.unit_save(actor=law.partner, region=law.town, values=values)


def test_nobody_is_on_duty_twice_at_once_and_the_past_stays_known(law: World) -> None:
    row = unit(law, "STREET", "GT", towns=[law.town])
    first = on_duty(law, row, "甲")
    with pytest.raises(Unlawful, match="已经是"):
        on_duty(law, row, "甲", since=TODAY())
    services.duty_end(actor=law.head, duty=first, last_day=TODAY() - timedelta(days=1))
    assert not GridDuty.objects.on(TODAY()).exists()
    assert GridDuty.objects.on(TODAY() - timedelta(days=2)).get().name == "甲"
    on_duty(law, row, "甲", since=TODAY())
    with pytest.raises(IntegrityError), transaction.atomic():
        GridDuty.objects.filter(pk=first.pk).update(span=GridDuty.objects.exclude(pk=first.pk).get().span)


def test_the_duty_map_names_the_smallest_unit_and_shows_gaps(law: World) -> None:
    here = make_place(law, "示例有人管")
    there = make_place(law, "示例没人管", region=law.town2, licence_no="教民150023770000002")
    street = unit(law, "STREET", "GT", towns=[law.town], name="高唐街道")
    on_duty(law, street, "街道负责人", post="HEAD")
    grid = unit(law, "GRID", "GT-1", street, places=[here], name="第一网格")
    rows = {row.pk: row for row in selectors.duty_map(law.head, TODAY())}
    assert [found.name for found in selectors.responsible(rows[here.pk])] == ["高唐街道"]
    on_duty(law, grid, "网格员")
    rows = {row.pk: row for row in selectors.duty_map(law.head, TODAY())}
    assert [found.name for found in selectors.responsible(rows[here.pk])] == ["第一网格", "高唐街道"]
    assert (rows[here.pk].in_street, rows[there.pk].in_street) == (True, False)
    assert [town.name for town in selectors.towns_without(law.head, TODAY())] == [law.town2.name]
    assert there not in selectors.duty_map(law.township, TODAY())
    services.unit_close(actor=law.head, unit=grid, reason="并入")
    row = selectors.place_duty(law.head, here, TODAY())
    assert [found.name for found in selectors.responsible(row)] == ["高唐街道"]


def swept(world: World) -> tuple[Any, GridUnit, list[Any]]:
    """A sweep of one street and one grid with three places."""
    places = [
        make_place(world, f"示例{name}", licence_no=f"教民15002377000001{at}")
        for at, name in enumerate("甲乙丙")
    ]
    street = unit(world, "STREET", "GT", towns=[world.town])
    grid = unit(world, "GRID", "GT-1", street, places=places[:1])
    sweep = services.sweep_open(
        actor=world.head,
        values={
            "title": "秋季排查",
            "starts_on": TODAY() - timedelta(days=1),
            "ends_on": TODAY(),
            "basis": "",
        },
        units=[street, grid],
    )
    return sweep, street, places


def test_a_sweep_freezes_what_is_known_and_counts_coverage(law: World) -> None:
    sweep, street, places = swept(law)
    grid = GridUnit.objects.get(code="GT-1")
    assert SweepTarget.objects.filter(unit=grid).count() == 1
    assert SweepTarget.objects.filter(unit=street).count() == 2
    services.event_report(
        actor=law.township, unit=grid, sweep=sweep, report=EventReport("CLEAR", institution=places[0])
    )
    services.event_report(
        actor=law.township,
        unit=street,
        sweep=sweep,
        report=EventReport("HOLIDAY", institution=places[1], text="周日上午有小学生上数学课"),
    )
    fresh = services.event_report(
        actor=law.township,
        unit=street,
        sweep=sweep,
        report=EventReport("NEW_SITE", place="示例路3号", seen_name="无招牌", text="六名学生进出"),
    )
    make_place(law, "示例后来登记", licence_no="教民150023770000019")
    row = selectors.sweeps_visible(law.head).get()
    assert (row.known, row.swept, row.fresh, row.problems) == (3, 2, 1, 2)
    assert [line["swept"] for line in selectors.coverage(law.head, sweep)] == [1, 1]
    assert [item.institution for item in selectors.targets_left(law.head, sweep)] == [places[2]]
    assert fresh.clue.kind == "UNLICENSED"
    with pytest.raises(Unlawful, match="已经登记过"):
        services.event_report(
            actor=law.head, unit=grid, sweep=sweep, report=EventReport("CLEAR", institution=places[0])
        )
    with pytest.raises(Blocked, match="结束"):
        services.sweep_close(actor=law.market_officer, sweep=sweep, summary="代为结束")
    with pytest.raises(NotAllowed, match="本辖区"):
        services.sweep_open(
            actor=law.market_officer,
            values={"title": "x", "starts_on": TODAY(), "ends_on": TODAY()},
            units=[street],
        )
    with pytest.raises(Unlawful, match="结果"):
        services.sweep_close(actor=law.head, sweep=sweep, summary=" ")
    done = services.sweep_close(actor=law.head, sweep=sweep, summary="全部看过")
    with pytest.raises(Unlawful, match="已经结束"):
        services.event_report(
            actor=law.head, unit=street, sweep=done, report=EventReport("CLEAR", institution=places[2])
        )
    period = Period(TODAY(), TODAY() + timedelta(days=1))
    scope = Scope(law.bureau)
    figures = {key: compute(key, scope, period) for key in ("grid_event", "grid_new_site", "grid_swept_n")}
    assert figures == {
        "grid_event": 3, "grid_new_site": 1, "grid_swept_n": 2,
    }  # fmt: skip


def test_an_event_is_a_clue_of_its_kind_and_never_an_inspection(law: World) -> None:
    street = unit(law, "STREET", "GT", towns=[law.town])
    for kind, expected in (("AD", "AD"), ("LATE", "LATE_HOURS"), ("SAFETY", "SAFETY")):
        event = services.event_report(
            actor=law.township,
            unit=street,
            report=EventReport(kind, place="校门口", seen_name="示例广告", text="发传单 13800000000"),
        )
        assert event.clue is not None
        assert (event.clue.kind, event.clue.channel, event.clue.source_no) == (expected, "GRID", event.number)
        assert law.township.name not in event.clue.text
    with pytest.raises(Unlawful, match="写明看到的情况"):
        services.event_report(actor=law.township, unit=street, report=EventReport("AD", place="校门口"))
    with pytest.raises(Unlawful, match="拉网排查中登记"):
        services.event_report(
            actor=law.head, unit=street, report=EventReport("CLEAR", institution=make_place(law))
        )
    with pytest.raises(NotAllowed, match="本辖区"):
        services.event_report(
            actor=law.neighbour_officer, unit=street, report=EventReport("AD", place="x", text="y")
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        GridEvent.objects.filter(pk=event.pk).update(clue=None)


def test_a_called_department_answers_on_one_page_and_is_reminded_once(law: World, sign_in: SignIn) -> None:
    street = unit(law, "STREET", "GT", towns=[law.town])
    event = services.event_report(
        actor=law.township, unit=street, report=EventReport("AD", place="校门口", text="大幅广告")
    )
    page = sign_in(law.township)
    home = f"/desk/grids/events/{event.uid}/"
    values = {"matter": "拆除广告", "detail": "物业拒绝", "urgency": "URGENT", "departments": [law.market.pk]}
    assert page.post(f"{home}whistle/", values).status_code == 302
    far = services.event_report(
        actor=law.head,
        unit=unit(law, "STREET", "LM", region=law.town2),
        report=EventReport("AD", place="x", text="y"),
    )
    with pytest.raises(NotAllowed, match="本辖区"):
        services.event_whistle(actor=law.township, event=far, values={}, departments=[law.market])
    event.refresh_from_db()
    call = event.whistle.calls.get()
    with pytest.raises(WrongState, match="已经吹过哨"):
        services.event_whistle(actor=law.township, event=event, values={}, departments=[law.market])
    at = call.arrive_due_at
    assert services.calls_remind_due(actor=law.system, at=at - timedelta(minutes=40)) == 0
    assert services.calls_remind_due(actor=law.system, at=at - timedelta(minutes=10)) == 1
    assert services.calls_remind_due(actor=law.system, at=at - timedelta(minutes=5)) == 0
    assert services.calls_remind_due(actor=law.system, at=at + timedelta(minutes=5)) == 1
    assert page.post(f"/desk/grids/calls/{call.uid}/remind/", {"note": "人还在"}).status_code == 302
    assert sorted(CallReminder.objects.values_list("kind", flat=True)) == ["LATE", "MANUAL", "SOON"]
    phone = sign_in(law.market_officer)
    shown = phone.get("/desk/grids/calls/").content.decode()
    assert "拆除广告" in shown
    assert "已催办 3 次" in shown
    step = f"/desk/measures/calls/{call.uid}/acknowledge/"
    assert step in shown
    assert phone.post(step).status_code == 302
    assert "拆除广告" not in sign_in(law.fire_officer).get("/desk/grids/calls/").content.decode()
    with pytest.raises(NotAllowed):
        services.call_remind(actor=law.market_officer, call=call, note="")


def test_grid_pages_at_the_desk(law: World, sign_in: SignIn) -> None:
    sweep, street, places = swept(law)
    on_duty(law, street, "赵望", phone="023-1234567")
    desk = sign_in(law.clerk)
    assert "赵望" in desk.get("/desk/grids/").content.decode()
    assert "tel:023-1234567" in desk.get("/desk/grids/duty/").content.decode()
    assert "无人负责" in desk.get("/desk/grids/duty/?gap=SCHOOL").content.decode()
    assert "没有符合条件的机构" in desk.get("/desk/grids/duty/?gap=STREET").content.decode()
    assert "023-1234567" in desk.get(f"/desk/institutions/{places[0].uid}/").content.decode()
    above = sign_in(law.supervisor).get(f"/desk/grids/{street.uid}/").content.decode()
    assert "赵望" in above
    assert "023-1234567" not in above
    page = f"/desk/grids/sweeps/{sweep.uid}/"
    shown = desk.get(page).content.decode()
    assert "还没有排查" in shown
    target = SweepTarget.objects.get(institution=places[0])
    assert desk.post(f"/desk/grids/sweeps/targets/{target.uid}/clear/").status_code == 302
    assert "1/3 家（33%）" in desk.get(page).content.decode()
    new = f"/desk/grids/events/new/?sweep={sweep.uid}&kind=NEW_SITE"
    assert "新发现的培训点" in desk.get(new).content.decode()
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    filled = {
        "unit": street.pk,
        "kind": "NEW_SITE",
        "happened_at": now,
        "activity": "SUBJECT",
        "text": "有课",
    }
    assert desk.post(new, filled).status_code == 422
    assert desk.post(new, {**filled, "seen_name": "无招牌", "place": "三楼"}).status_code == 302
    event = GridEvent.objects.exclude(kind="CLEAR").get()
    assert desk.post(f"{page}close/", {"summary": "完成"}).status_code == 302
    for path in ("", "duty/", "sweeps/", "events/", "sheets/"):
        assert desk.get(f"/desk/grids/{path}?export=xlsx").status_code == 200
    assert desk.get(f"/desk/grids/events/{event.uid}/").status_code == 200
    far = sign_in(law.neighbour_officer)
    for path in (f"/desk/grids/{street.uid}/", page, f"/desk/grids/events/{event.uid}/"):
        assert far.get(path).status_code == 404
    assert far.post(f"/desk/grids/sweeps/targets/{target.uid}/clear/").status_code == 404
    assert sign_in(law.partner).get(f"/desk/grids/{street.uid}/").status_code == 404


def test_units_and_people_through_the_forms(law: World, sign_in: SignIn) -> None:
    desk = sign_in(law.clerk)
    place = make_place(law)
    made = {"kind": "STREET", "code": "GT", "name": "高唐街道", "region": law.town.pk, "towns": [law.town.pk]}
    assert desk.post("/desk/grids/new/", made).status_code == 302
    row = GridUnit.objects.get()
    page = f"/desk/grids/{row.uid}/"
    changed = {"name": "高唐", "region": law.town.pk, "places": [place.pk], "version": 1}
    assert desk.post(f"{page}edit/", changed).status_code == 302
    assert desk.post(f"{page}edit/", {**changed, "name": "别名"}).status_code == 422
    assert (
        desk.post(f"{page}duty/", {"name": "钱多", "post": "HEAD", "since": "2026-01-01"}).status_code == 302
    )
    duty = GridDuty.objects.get()
    assert desk.post(f"/desk/grids/duties/{duty.uid}/end/", {"last_day": "2025-01-01"}).status_code == 422
    assert desk.post(f"/desk/grids/duties/{duty.uid}/end/", {"last_day": "2026-02-01"}).status_code == 302
    assert desk.post(f"{page}close/", {"reason": "撤并"}).status_code == 302
    assert page not in desk.get("/desk/grids/").content.decode()
    assert page in desk.get("/desk/grids/?closed=on").content.decode()
    assert "已停用" in desk.get(page).content.decode()
    assert sign_in(law.neighbour_officer).post(f"{page}duty/", {"name": "外人"}).status_code == 404


def school_of(world: World) -> tuple[Organisation, Any]:
    body = make_organisation(world.bureau, OrganisationKind.SCHOOL, "示例小学", region=world.town)
    return body, make_user("school", "学校专员", body, Role.SCHOOL_CONTACT)


def test_a_school_sweeps_its_surroundings_on_the_phone(law: World, sign_in: SignIn) -> None:
    body, contact = school_of(law)
    place = make_place(law, "示例校门口")
    office = unit(law, "OFFICE", "MGB", region=law.bureau.region)
    zone = unit(law, "ZONE", "PQ1", office)
    own = unit(law, "SCHOOL", "XX1", zone, organisation=body, places=[place], name="示例小学片区")
    sweep = services.sweep_open(
        actor=law.head,
        values={"title": "开学排查", "starts_on": TODAY(), "ends_on": TODAY(), "basis": "开学前"},
        units=[own],
    )
    phone = sign_in(contact)
    home = phone.get("/portal/grids/").content.decode()
    assert "开学排查" in home
    assert "示例小学片区" in home
    assert "开学排查" in phone.get("/portal/").content.decode()
    page = f"/portal/grids/sweeps/{sweep.uid}/"
    assert "示例校门口" in phone.get(page).content.decode()
    target = SweepTarget.objects.get()
    assert phone.post(f"/portal/grids/sweeps/targets/{target.uid}/clear/").status_code == 302
    assert "已知的机构都看过了" in phone.get(page).content.decode()
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    sent = {
        "unit": own.pk, "kind": "AD", "happened_at": now, "activity": "NONE", "text": "校门口发传单", "place": "校门口",
    }  # fmt: skip
    assert phone.post(f"/portal/grids/events/new/?sweep={sweep.uid}", sent).status_code == 302
    assert Clue.objects.get().channel == "SCHOOL"
    assert phone.get(f"/portal/grids/events/new/?unit={office.uid}").status_code == 404
    other = make_user(
        "school2", "外校", make_organisation(law.bureau, OrganisationKind.SCHOOL, "他校", region=law.town),
        Role.SCHOOL_CONTACT,
    )  # fmt: skip
    assert sign_in(other).get(page).status_code == 404
    assert "本校还没有负责的片区" in sign_in(other).get("/portal/grids/").content.decode()
    assert sign_in(law.institution_user).get("/portal/grids/").status_code == 403


HEADS = [
    "网格编码",
    "级别",
    "网格名称",
    "上级编码",
    "乡镇（街道）",
    "姓名",
    "岗位",
    "联系电话",
    "起始日期",
    "截止日期",
]


def sheet(*rows: list[str], heads: list[str] = HEADS) -> ContentFile[bytes]:
    target = io.StringIO()
    csv.writer(target).writerows([["高唐街道网格人员表"], heads, *rows, ["合计", f"{len(rows)} 人"]])
    return ContentFile(target.getvalue().encode("utf-8-sig"), name="网格.csv")


ROWS = (
    ["GT", "街道", "高唐街道", "", "高唐街道", "张三", "负责人", "023-1", "2026-01-01", ""],
    ["GT-1", "网格", "第一网格", "GT", "", "李四", "网格员", "13800000000", "2026年1月1日", "长期"],
    ["GT-1", "网格", "第一网格", "GT", "", "李四", "网格员", "13800000000", "2026-01-01", ""],
    ["GT-2", "网格", "第二网格", "没有", "", "王五", "网格员", "", "", ""],
    ["GT-1", "", "", "", "", "赵六", "网格员", "不知道", "2026-13-45", ""],
    ["", "", "没听说过", "", "", "钱七", "", "", "", ""],
)


def test_a_sheet_is_previewed_refuses_rows_with_reasons_and_repeats_without_change(law: World) -> None:
    first = services.sheet_receive(actor=law.township, upload=sheet(*ROWS), name="网格.csv")
    assert first.counts == {"NEW": 2, "CHANGED": 0, "UNCHANGED": 0, "REJECTED": 4}
    assert not GridUnit.objects.exists()
    reasons = {row["number"]: "".join(row["reasons"]) for row in first.rows if row["kind"] == "REJECTED"}
    assert reasons[5].startswith("与第 4 行重复")
    assert "上级编码不对" in reasons[6]
    assert "电话" in reasons[7]
    assert "日期" in reasons[7]
    assert "没有名为" in reasons[8]
    done = services.sheet_apply(actor=law.township, sheet=first)
    assert {unit.code for unit in GridUnit.objects.all()} == {"GT", "GT-1"}
    assert list(GridUnit.objects.get(code="GT").towns.all()) == [law.town]
    assert GridDuty.objects.get(name="李四").phone == "13800000000"
    assert GridDuty.objects.get(name="李四").since == date(2026, 1, 1)
    with pytest.raises(WrongState):
        services.sheet_apply(actor=law.township, sheet=done)
    again = services.sheet_receive(actor=law.township, upload=sheet(*ROWS), name="网格.csv")
    assert (again.counts["NEW"], again.counts["CHANGED"], again.counts["UNCHANGED"]) == (0, 0, 2)
    moved = ["GT-1", "", "", "", "", "李四", "网格员", "13900000000", "", "2099-12-31"]
    third = services.sheet_receive(actor=law.township, upload=sheet(moved), name="网格.csv")
    assert third.counts["CHANGED"] == 1
    services.sheet_apply(actor=law.township, sheet=third)
    kept = GridDuty.objects.get(name="李四")
    assert (kept.phone, kept.since, kept.until) == ("13900000000", date(2026, 1, 1), date(2099, 12, 31))
    assert GridDuty.objects.count() == 2


def test_a_township_imports_its_own_grids_only(law: World) -> None:
    strange = ["LM", "街道", "龙门街道", "", "龙门街道", "张三", "负责人", "", "", ""]
    row = services.sheet_receive(actor=law.township, upload=sheet(strange), name="x.csv")
    assert "不在本辖区" in row.rows[0]["reasons"][0]
    for upload, words in (
        (sheet(["1"], heads=["甲", "乙"]), "没有找到表头"),
        (sheet(), "没有内容"),
        (ContentFile(b"", name="x.csv"), "空的"),
    ):
        with pytest.raises(Unlawful, match=words):
            services.sheet_receive(actor=law.township, upload=upload, name="x.csv")
    with pytest.raises(NotAllowed):
        services.sheet_receive(actor=law.partner, upload=sheet(strange), name="x.csv")


def test_the_sheet_pages(law: World, sign_in: SignIn) -> None:
    desk = sign_in(law.township)
    assert desk.get("/desk/grids/sheets/template/").status_code == 200
    assert desk.post("/desk/grids/sheets/new/", {"upload": sheet(*ROWS)}).status_code == 302
    row = GridSheet.objects.get()
    page = f"/desk/grids/sheets/{row.uid}/"
    assert "确认导入（2 行）" in desk.get(page).content.decode()
    assert "与第 4 行重复" in desk.get(f"{page}?tab=REJECTED").content.decode()
    assert desk.get(f"{page}rows/").status_code == 200
    assert sign_in(law.neighbour_officer).post(f"{page}apply/").status_code == 404
    assert desk.post(f"{page}apply/").status_code == 302
    assert "导入完成" in desk.get(page).content.decode()
    other = services.sheet_receive(actor=law.township, upload=sheet(*ROWS), name="y.csv")
    assert "没有需要写入的内容" in desk.get(f"/desk/grids/sheets/{other.uid}/").content.decode()
    assert desk.post(f"/desk/grids/sheets/{other.uid}/drop/").status_code == 302
