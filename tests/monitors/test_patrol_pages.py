"""Patrol pages on the phone and at the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitors import services
from monitors.models import Outing, PatrolTask, Stop
from tests.conftest import World
from tests.inspections.making import make_place
from tests.monitors import making

SignIn = Callable[[Any], Any]


@pytest.fixture
def ready(law: World) -> World:
    making.law_with_list(law)
    return law


def form_of(world: World, **values: Any) -> dict[str, Any]:
    """The stop form as a phone sends it."""
    filled = {f"a_{code}": value for code, value in making.answers(world).items()}
    return {
        "seen_name": "示例补习班", "place": "示例路1号", "spot_kind": "STREET", "cover": "CARE", "licence": "UNSEEN",
        "activity": "SUBJECT", "pupils": 8, "stage": "PRIMARY", "teachers": 1, **filled, **values,
    }  # fmt: skip


def test_a_whole_patrol_on_the_phone(ready: World, sign_in: SignIn) -> None:
    place = make_place(ready)
    first, second = making.appointed(ready, 1), making.appointed(ready, 2)
    client = sign_in(making.with_account(ready, first, "mon1"))
    assert "开始巡查" in client.get("/portal/patrols/").content.decode()
    alone = client.post("/portal/patrols/new/", {})
    assert alone.status_code == 422
    assert "一个人不能巡查" in alone.content.decode()
    assert client.post("/portal/patrols/new/", {"people": [second.pk]}).status_code == 302
    outing = Outing.objects.get()
    page = f"/portal/patrols/{outing.uid}/"
    found = client.get(f"{page}place/?q={place.name[:4]}").content.decode()
    assert f"?place={place.uid}" in found
    shown = client.get(f"{page}stop/?place={place.uid}").content.decode()
    assert shown.count("patrol-item") >= 43
    assert "下达" not in shown
    assert client.post(f"{page}stop/?place={place.uid}", form_of(ready)).status_code == 302
    bad = client.post(f"{page}stop/", form_of(ready, a_F4="NO"))
    assert bad.status_code == 422
    assert "请写明看到的情况" in bad.content.decode()
    sent = form_of(ready, a_F4="NO", n_F4="挂着托管的牌子在上数学课", photos=[making.portrait(3)])
    assert client.post(f"{page}stop/", sent).status_code == 302
    stop = Stop.objects.get(star_count=1)
    assert stop.clue
    assert stop.clue.kind == "DISGUISED"
    assert "已作为线索送出" in client.get(f"/portal/patrols/stops/{stop.uid}/").content.decode()
    later = timezone.localtime() + timedelta(hours=5)
    assert client.post(f"{page}submit/", {"ended_at": f"{later:%Y-%m-%dT%H:%M}"}).status_code == 422
    now = timezone.localtime()
    assert client.post(f"{page}submit/", {"ended_at": f"{now:%Y-%m-%dT%H:%M}"}).status_code == 302
    outing.refresh_from_db()
    assert outing.status == "SUBMITTED"
    desk = sign_in(ready.head)
    assert outing.number in desk.get("/desk/patrols/").content.decode()
    assert "挂着托管的牌子" in desk.get(f"/desk/patrols/stops/{stop.uid}/").content.decode()
    assert "监督员巡查" in desk.get(f"/desk/institutions/{place.uid}/").content.decode()
    assert sign_in(ready.neighbour_officer).get(f"/desk/patrols/{outing.uid}/").status_code == 404


def test_tasks_quota_and_unseen_places(ready: World, sign_in: SignIn) -> None:
    never, seen = (
        make_place(ready, "示例没看过"),
        make_place(ready, "示例刚看过", licence_no="教民150023770000002"),
    )
    first, second = making.appointed(ready, 1), making.appointed(ready, 2)
    squad = services.squad_save(actor=ready.clerk, name="城区小分队", towns=[ready.town])
    for person in (first, second):
        services.squad_assign(actor=ready.clerk, monitor=person, squad=squad)
    client = sign_in(ready.clerk)
    today = timezone.localdate().isoformat()
    values = {
        "title": "周末巡查",
        "squad": squad.pk,
        "starts_on": today,
        "ends_on": today,
        "slot": "REST_DAY",
    }
    assert client.post("/desk/patrols/tasks/new/", values).status_code == 302
    task = PatrolTask.objects.get()
    outing = services.outing_start(
        actor=ready.clerk,
        monitors=[first, second],
        task=task,
        started_at=timezone.now() - timedelta(minutes=5),
    )
    services.stop_record(actor=ready.clerk, outing=outing, sight=making.sight(ready, institution=seen))
    services.outing_submit(actor=ready.clerk, outing=outing)
    quota = client.get("/desk/patrols/quota/").content.decode()
    assert "每人每月 1 至 2 次" in quota
    assert "达到" in quota
    assert "这个月没有在聘的监督员" in client.get("/desk/patrols/quota/?month=2020-01").content.decode()
    rows = client.get("/desk/patrols/unseen/?days=30").content.decode()
    assert never.name in rows
    assert seen.name not in rows
    page = f"/desk/patrols/tasks/{task.uid}/"
    assert outing.number in client.get(page).content.decode()
    assert client.post(f"{page}finish/").status_code == 302
    for path in ("", "stops/", "tasks/", "quota/", "unseen/"):
        assert client.get(f"/desk/patrols/{path}?export=xlsx").status_code == 200
    assert sign_in(ready.partner).get("/desk/patrols/").status_code == 403


def test_a_township_is_led_nowhere_that_it_may_not_see(ready: World, sign_in: SignIn) -> None:
    here, there = making.appointed(ready, 1), making.appointed(ready, 2, region=ready.town2)
    outing = services.outing_start(
        actor=ready.clerk, monitors=[here, there], started_at=timezone.now() - timedelta(minutes=9)
    )
    far = make_place(ready, "示例远处", region=ready.town2)
    star = making.sight(ready, answers=making.answers(ready, A1="NO"), notes={"A1": "没有证照"})
    near = services.stop_record(actor=ready.clerk, outing=outing, sight=star)
    other = services.stop_record(actor=ready.clerk, outing=outing, sight=making.sight(ready, institution=far))
    services.outing_submit(actor=ready.clerk, outing=outing)
    client, desk = sign_in(ready.township), sign_in(ready.head)
    hidden = [
        f"/desk/monitors/notices/{here.notice.uid}/",
        f"/desk/patrols/stops/{other.uid}/",
        f"/desk/monitors/{there.uid}/",
        f"/desk/clues/{near.clue.uid}/",
    ]
    pages = [
        f"/desk/monitors/{here.uid}/",
        f"/desk/patrols/{outing.uid}/",
        f"/desk/patrols/stops/{near.uid}/",
    ]
    shown = "".join(client.get(page).content.decode() for page in pages)
    assert f"/desk/patrols/stops/{near.uid}/" in shown
    whole = "".join(desk.get(page).content.decode() for page in pages)
    for address in hidden:
        assert address not in shown
        assert address in whole
        assert client.get(address).status_code == 404
