"""The desk's and the institution's screens of lists."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from blacklist import desk, services
from blacklist.models import ListBatch, ListEntry
from casework.indicators import Period, Scope, compute
from institutions.models import Institution
from tests.blacklist.making import (
    BLACK,
    PDF,
    at,
    black_draft,
    black_published,
    make_institution,
    white_published,
)
from tests.conftest import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture(autouse=True)
def _today():  # type: ignore[no-untyped-def]
    with time_machine.travel(at("2026-11-22"), tick=False):
        yield


def test_a_batch_from_the_form_to_the_public_page(
    world: World, place: Institution, unlicensed: Institution, sign_in: Any
) -> None:
    officer = sign_in(world.officer)
    form = {"list_kind": "WHITE", "title": "2026年白名单", "basis": "实施条例"}
    created = officer.post("/desk/lists/batches/new/", form)
    batch = ListBatch.objects.get()
    home = f"/desk/lists/batches/{batch.uid}/"
    assert created.status_code == 302
    text = officer.get(home).content.decode()
    assert place.name in text
    assert "无办学许可证，也未登记" in officer.get(f"{home}?tab=refused").content.decode()
    row = batch.candidates.get(institution=place)
    officer.post(f"{home}choose/", {"shown": row.pk, "version": batch.version})
    row.refresh_from_db()
    assert not row.is_included
    refused = officer.post(f"{home}submit/", follow=True).content.decode()
    assert "没有勾选任何机构" in refused
    officer.post(f"{home}choose/", {"shown": row.pk, "included": row.pk})
    officer.post(f"{home}submit/")
    assert sign_in(world.officer2).post(f"{home}approve/").status_code == 403
    sign_in(world.head).post(f"{home}approve/")
    shown = sign_in(world.leader).post(f"{home}publish/", follow=True).content.decode()
    assert "已公布" in shown
    assert "巫教培白名单〔2026〕1号" in shown
    assert place.name in officer.get("/lists/white/").content.decode()


def test_a_stale_tick_is_refused(world: World, place: Institution, sign_in: Any) -> None:
    batch = services.batch_create(actor=world.officer, title="第一批", basis="实施条例")
    row = batch.candidates.get(institution=place)
    client = sign_in(world.officer)
    answer = client.post(
        f"/desk/lists/batches/{batch.uid}/choose/",
        {"shown": row.pk, "version": batch.version - 1},
        follow=True,
    )
    assert "有人修改过它" in answer.content.decode()
    row.refresh_from_db()
    assert row.is_included


def test_a_black_entry_from_the_form_to_the_reply_and_back(
    world: World, place: Institution, sign_in: Any
) -> None:
    Institution.objects.filter(pk=place.pk).update(organisation=world.institution_org)
    officer, head = sign_in(world.officer), sign_in(world.head)
    assert place.name in officer.get("/desk/lists/entries/new/?q=启航").content.decode()
    bad = officer.post(f"/desk/lists/entries/new/{place.uid}/", {"planned_end_on": "2026-01-01"})
    assert bad.status_code == 422
    assert "公布截止日须晚于今天" in bad.content.decode()
    upload = SimpleUploadedFile("笔录.pdf", PDF, "application/pdf")
    officer.post(f"/desk/lists/entries/new/{place.uid}/", {**BLACK, "evidence": upload})
    entry = ListEntry.objects.get()
    home = f"/desk/lists/entries/{entry.uid}/"
    assert "证据 1 件" in officer.get(home).content.decode()
    portal = sign_in(world.institution_user)
    assert portal.get(f"/portal/lists/{entry.uid}/").status_code == 404
    officer.post(f"{home}notify/")
    own = portal.get(f"/portal/lists/{entry.uid}/").content.decode()
    assert "提出陈述申辩" in own
    assert "无证开展学科类培训" in own
    assert [item.due_on for item in desk.portal_work(world.institution_user, date(2026, 11, 22))] == [
        date(2026, 11, 27)
    ]
    portal.post(f"/portal/lists/{entry.uid}/", {"text": "已整改"})
    assert "已整改" in head.get(f"{home}review/").content.decode()
    with time_machine.travel(at("2026-12-05"), tick=False):
        done = sign_in(world.head).post(f"{home}review/", {"outcome": "REJECTED", "note": "复查仍在经营"})
        assert done.status_code == 302
        shown = sign_in(world.leader).post(f"{home}publish/", follow=True).content.decode()
        assert "已列入黑名单" in shown
        late = sign_in(world.institution_user).get(f"/portal/lists/{entry.uid}/").content.decode()
        assert "提交陈述申辩" not in late
        early = sign_in(world.leader).post(f"{home}remove/", {"kind": "CORRECTED", "reason": "已整改"})
        assert early.status_code == 422
        assert "最早可于 2027-01-11 移出" in early.content.decode()
    entry.refresh_from_db()
    assert entry.status == "PUBLISHED"


PAGES = [
    "/desk/lists/",
    "/desk/lists/entries/",
    "/desk/lists/entries/?q=启航&kind=WHITE&on=2026-10-01",
    "/desk/lists/entries/?export=csv",
    "/desk/lists/entries/?export=xlsx",
    "/desk/lists/batches/",
    "/desk/lists/batches/?export=xlsx",
]


def test_pages_by_persona(world: World, place: Institution, sign_in: Any) -> None:
    white_published(world)
    expected = {"admin": 403, "institution_user": 403, "neighbour_institution_user": 403}
    for path in PAGES:
        for name, user in world.personas.items():
            assert sign_in(user).get(path).status_code == expected.get(name, 200), (name, path)
        assert Client().get(path).status_code == 302


def test_neighbours_and_other_departments_find_no_entry(
    world: World, place: Institution, sign_in: Any
) -> None:
    batch = white_published(world)
    entry = batch.entries.get()
    for user, status in (
        (world.neighbour_officer, 404),
        (world.partner, 404),
        (world.market_officer, 404),
        (world.township, 200),
        (world.supervisor, 200),
        (world.institution_user, 403),
    ):
        assert sign_in(user).get(f"/desk/lists/entries/{entry.uid}/").status_code == status, user
    assert sign_in(world.neighbour_institution_user).get(f"/portal/lists/{entry.uid}/").status_code == 404


def test_work_list_proposes_to_remove_lapsed_licences(world: World, place: Institution) -> None:
    from institutions.services import states_roll

    white_published(world)
    assert not [
        item for item in desk.desk_work(world.leader, date(2026, 11, 22)) if "许可证失效" in item.title
    ]
    states_roll(actor=world.system, today=date(2027, 9, 1))
    items = [item for item in desk.desk_work(world.leader, date(2027, 9, 1)) if "许可证失效" in item.title]
    assert [item.institution for item in items] == [place.name]


def test_figures_and_indicators(world: World, place: Institution, unlicensed: Institution) -> None:
    white_published(world)
    black_published(world, unlicensed)
    kpi = next(iter(desk.list_figures(world.leader, date(2026, 11, 22))))
    assert kpi.value == "1 · 1"
    scope = Scope(world.bureau)
    october = Period(date(2026, 10, 1), date(2026, 11, 1))
    september = Period(date(2026, 9, 1), date(2026, 10, 1))
    assert compute("white_batches", scope, september) == 1
    assert compute("white_batches", scope, october) == 0
    assert (compute("white_n", scope, october), compute("black_n", scope, october)) == (1, 1)
    assert compute("black_n", scope, september) == 0


def test_evidence_opens_for_staff_only(world: World, place: Institution, sign_in: Any) -> None:
    from casework.models import EvidenceFile

    black_draft(world, place)
    evidence = EvidenceFile.objects.get()
    url = f"/desk/evidence/{evidence.uid}/"
    assert sign_in(world.officer2).get(url).status_code == 200
    assert sign_in(world.neighbour_officer).get(url).status_code == 404


def test_a_second_place_can_be_ticked_away(world: World, place: Institution) -> None:
    other = make_institution(world, "示例另一家", licence_no="教民9")
    batch = services.batch_create(actor=world.officer, title="第一批", basis="实施条例")
    keep = batch.candidates.get(institution=place)
    services.batch_choose(actor=world.officer, batch=batch, included=[keep.pk])
    batch.refresh_from_db()
    services.batch_redraw(actor=world.officer, batch=batch)
    assert not batch.candidates.get(institution=other).is_included
    assert batch.candidates.get(institution=place).is_included
