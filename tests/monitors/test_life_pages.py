"""Pages of monitors: desk, the monitor's own, the public's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.demo.watchers import id_number
from monitors import services
from monitors.models import CandidateNotice, Monitor, Squad
from tests.conftest import World
from tests.inspections.making import make_place
from tests.monitors import making

SignIn = Callable[[Any], Any]


def test_from_the_proposal_to_the_card_by_hand(law: World, sign_in: SignIn) -> None:
    clerk, head = sign_in(law.clerk), sign_in(law.head)
    values = {
        "source": "RECOMMENDED", "name": "程知夏", "id_number": id_number(1), "region": law.town.pk,
        "category": "PARENT", "recommender": "示例社区", "nominated_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert clerk.post("/desk/monitors/new/", values).status_code == 302
    monitor = Monitor.objects.get()
    page = f"/desk/monitors/{monitor.uid}/"
    assert head.get(page).status_code == 200
    assert id_number(1) not in head.get(page).content.decode()
    assert head.post(f"{page}qualify/", {"note": "符合条件"}).status_code == 302
    assert clerk.post(f"{page}no-ties/").status_code == 302
    assert clerk.post(f"{page}photo/", {"upload": making.portrait(1)}).status_code == 302
    notice = {
        "title": "公示", "candidates": [monitor.pk], "contact": "电话", "starts_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert head.post("/desk/monitors/notices/new/", notice).status_code == 302
    row = CandidateNotice.objects.get()
    public = sign_in(law.institution_user)
    assert "程知夏" in public.get(f"/monitors/notices/{row.uid}/").content.decode()
    blocked = head.get(page).content.decode()
    assert "公示到" in blocked
    CandidateNotice.objects.update(
        starts_on=timezone.localdate() - timedelta(days=20), ends_on=timezone.localdate() - timedelta(days=1)
    )
    assert public.get(f"/monitors/notices/{row.uid}/").status_code == 404
    today = timezone.localdate()
    term = {"number": 1, "starts_on": today.isoformat(), "ends_on": (today + timedelta(days=364)).isoformat()}
    assert head.post(f"{page}appoint/", term).status_code == 302
    monitor.refresh_from_db()
    assert monitor.status == "APPOINTED"
    listed = public.get("/monitors/").content.decode()
    assert "程知夏" in listed
    assert monitor.card_no in listed
    assert "示例社区" not in listed
    assert str(monitor.birth_on.year) not in listed
    opened = clerk.post(f"{page}account/", {"username": "jiandu-01"})
    assert opened.status_code == 200
    assert opened.headers["Cache-Control"] == "no-store"
    monitor.refresh_from_db()
    assert monitor.user is not None


def test_a_refusal_appears_on_the_form(law: World, sign_in: SignIn) -> None:
    client = sign_in(law.clerk)
    values = {
        "source": "BY_ELECTION", "name": "某某", "id_number": "123", "region": law.town.pk, "category": "PARENT",
        "nominated_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    answer = client.post("/desk/monitors/new/", values)
    assert answer.status_code == 422
    assert "补选须选择" in answer.content.decode()
    answer = client.post("/desk/monitors/new/", {**values, "source": "APPLICATION"})
    assert answer.status_code == 422
    assert "18 位" in answer.content.decode()


def test_registers_filter_and_export(law: World, sign_in: SignIn) -> None:
    making.appointed(law, 1)
    making.nominated(law, 2)
    client = sign_in(law.head)
    page = client.get("/desk/monitors/?serving=on").content.decode()
    assert "监督员1" in page
    assert "监督员2" not in page
    sheet = b"".join(client.get("/desk/monitors/?export=csv").streaming_content).decode()
    assert "共 2 行" in sheet
    assert id_number(1) not in sheet
    for name in ("notices", "squads", "trainings", "manuals", "assessments"):
        assert client.get(f"/desk/monitors/{name}/").status_code == 200


def test_a_monitors_own_pages(law: World, sign_in: SignIn) -> None:
    place = make_place(law)
    person = making.appointed(law, 1)
    user = making.with_account(law, person, "mon1")
    manual = services.manual_publish(
        actor=law.clerk, title="手册", text="只看不查", effective_on=timezone.localdate()
    )
    client = sign_in(user)
    assert "阅读并确认" in client.get("/portal/").content.decode()
    assert person.card_no in client.get("/portal/monitor/").content.decode()
    assert "我已读" in client.get(f"/portal/monitor/manuals/{manual.uid}/").content.decode()
    client.post(f"/portal/monitor/manuals/{manual.uid}/")
    assert person.manual_receipts.filter(manual=manual).exists()
    answer = client.post("/portal/monitor/ties/new/", {"institution": place.pk, "kind": "JOB"})
    assert answer.status_code == 302
    assert person.ties.get().institution == place
    assert client.get("/desk/").status_code == 403
    assert client.get("/desk/monitors/").status_code == 403
    assert sign_in(law.institution_user).get("/portal/monitor/").status_code == 403


def test_a_squad_is_set_up_by_hand(law: World, sign_in: SignIn) -> None:
    client = sign_in(law.clerk)
    assert (
        client.post(
            "/desk/monitors/squads/new/", {"name": "城区", "towns": [law.town.pk], "is_active": "on"}
        ).status_code
        == 302
    )
    squad = Squad.objects.get()
    values = {
        "name": "城区一队",
        "towns": [law.town.pk, law.town2.pk],
        "is_active": "on",
        "version": squad.version,
    }
    assert client.post(f"/desk/monitors/squads/{squad.uid}/", values).status_code == 302
    assert squad.towns.count() == 2
    assert sign_in(law.neighbour_officer).get(f"/desk/monitors/squads/{squad.uid}/").status_code == 404


@pytest.mark.parametrize("persona", ["partner", "institution_user"])
def test_others_stay_outside(law: World, sign_in: SignIn, persona: str) -> None:
    assert sign_in(law.personas[persona]).get("/desk/monitors/").status_code == 403
