"""Screens of suspected sites, and what the desk is told beside a clue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.world import institutions_make
from complaints.models import ClueLink, SiteChange, SiteStatus, SuspectedSite
from complaints.selectors import sites as selectors
from institutions.models import Institution
from tests.complaints.test_sites import ROOM, four, home, homes, put
from tests.conftest import World
from tests.test_query_counts import ground_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]


def page(site: SuspectedSite, step: str = "") -> str:
    if step:
        return reverse("complaints:suspectedsite_step", kwargs={"uid": site.uid, "name": step})
    return reverse("complaints:suspectedsite_detail", kwargs={"uid": site.uid})


def test_a_site_is_found_read_merged_split_and_undone(
    world: World, reference_data: None, sign_in: SignIn
) -> None:
    clues = four(world)
    first, second = home(clues[0]), home(clues[2])
    client = sign_in(world.head)
    listed = client.get(reverse("complaints:site_list"), {"q": "阳光花园", "clues": "2"})
    assert listed.status_code == 200
    assert listed.content.decode().count("阳光花园3栋") >= 2
    assert client.get(reverse("complaints:site_list"), {"q": clues[0].number}).context["total"] == 1
    exported = client.get(reverse("complaints:site_list"), {"export": "csv"})
    assert "共 2 行" in b"".join(exported.streaming_content).decode()  # type: ignore[attr-defined]
    shown = client.get(page(first)).content.decode()
    assert "同一户（501 室）" in shown
    assert "没有合并、拆分" in shown
    body = {"other": second.pk, "reason": "打通"}
    assert client.post(page(first, "merge"), body).status_code == 302
    assert len(homes()) == 1
    assert client.post(page(first, "split"), {"clues": [clues[0].pk], "reason": ""}).status_code == 422
    assert client.post(page(first, "split"), {"clues": [clues[0].pk], "reason": "不是"}).status_code == 302
    for change in SiteChange.objects.order_by("-pk"):
        address = reverse("complaints:change_undo", kwargs={"uid": change.uid})
        assert client.get(address).status_code == 200
        assert client.post(address, {"reason": "看错"}).status_code == 302
    assert len(homes()) == 2
    assert "已撤销" in client.get(page(first)).content.decode()
    link = ClueLink.objects.order_by("-points")[0]
    reject = reverse("complaints:link_step", kwargs={"uid": link.uid, "name": "reject"})
    assert "合计" in client.get(reject).content.decode()
    assert client.post(reject, {"reason": "对门"}).status_code == 302


def test_states_by_form(world: World, reference_data: None, sign_in: SignIn) -> None:
    clue = put(world, ROOM, longitude=109.88, latitude=31.08, accuracy_m=20.0)
    client = sign_in(world.officer)
    assert client.post(reverse("complaints:site_open", kwargs={"uid": clue.uid})).status_code == 302
    site = home(clue)
    assert "site-map" in client.get(page(site)).content.decode()
    assert client.post(page(site, "watch"), {"review_on": "2099-01-01", "reason": "再看"}).status_code == 302
    assert client.get(page(site, "confirm")).status_code == 200
    assert client.post(page(site, "dismiss"), {"reason": "空房"}).status_code == 302
    site.refresh_from_db()
    assert site.status == SiteStatus.DISMISSED
    assert not list(selectors.review_work(world.officer, clue.received_at.date()))
    put(world, ROOM)
    work = list(selectors.review_work(world.officer, clue.received_at.date()))
    assert [item.title for item in work] == ["已排除的培训点又有新线索"]


@pytest.mark.parametrize("name", ["neighbour_officer", "township", "partner", "institution_user"])
def test_nobody_else_opens_a_site(world: World, reference_data: None, sign_in: SignIn, name: str) -> None:
    site = home(four(world)[0])
    client = sign_in(getattr(world, name))
    assert client.get(page(site)).status_code in {403, 404}
    assert client.post(page(site, "dismiss"), {"reason": "x"}).status_code in {403, 404}


def test_what_stands_around_a_clue(world: World, reference_data: None) -> None:
    institutions_make(ground_of(world), 1)
    Institution.objects.update(name="青柚子艺术培训中心", address="平湖西路12号2楼", phone="023-57680000")
    known = Institution.objects.get()
    first = put(world, "平湖西路12号", subject_name="青柚子托管")
    second = put(world, "平湖西路12号2楼", party_contact="电话 57680000")
    told = selectors.suggestions(world.head, second)
    assert [item.target for item in told.institutions] == [known]
    assert "同一门牌（平湖西路12 号） +50" in told.institutions[0].reasons
    assert [item.target for item in told.clues] == [first]
    assert told.clues[0].is_same_site
    assert told.site == home(first)
    shown = render_to_string("complaints/_suggestions.html", {"suggestions": told, "clue": second})
    assert known.name in shown
    assert first.number in shown
    assert selectors.suggestions(world.neighbour_officer, second).clues == []
    assert selectors.suggestions(world.township, second).is_empty


def test_a_site_page_asks_no_more_with_more_clues(
    world: World, reference_data: None, sign_in: SignIn
) -> None:
    clues = [put(world, ROOM) for _ in range(2)]
    client, counts = sign_in(world.head), []
    for _ in range(2):
        client.get(page(home(clues[0])))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(page(home(clues[0])))
        counts.append(len([q for q in asked.captured_queries if "SAVEPOINT" not in q["sql"]]))
        clues += [put(world, ROOM) for _ in range(6)]
    assert counts[0] == counts[1]
