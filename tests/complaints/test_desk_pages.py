"""The screens of the desk: who opens them, from the form to the end, and what a stranger meets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casework.models import AuditEvent
from complaints import desk, services
from complaints.models import Clue, RoutingRule, SealedReport, Verification
from institutions.models import Institution
from tests.complaints import making
from tests.conftest import World
from tests.inspections.making import photo

pytestmark = pytest.mark.django_db

LIST = "/desk/clues/"
LISTS = (
    LIST,
    f"{LIST}?status=OPEN&due=LATE&q=小区&channel=SNAP",
    f"{LIST}?due=NONE",
    f"{LIST}?solved=NONE&fixed=0",
    f"{LIST}?export=csv",
    f"{LIST}?export=xlsx&kind=UNLICENSED",
    f"{LIST}statistics/",
    f"{LIST}statistics/?since=2025-02-01&until=2025-01-01",
    f"{LIST}statistics/?export=csv",
)
OUTSIDE = {"institution_user": 403, "neighbour_institution_user": 403}


def page_of(row: Clue, step: str = "") -> str:
    return f"{LIST}{row.uid}/{step + '/' if step else ''}"


def test_lists_by_persona(law: World, sign_in: Any) -> None:
    making.assigned(law)
    for name, user in law.personas.items():
        wanted = OUTSIDE.get(name, 200 if user.may("complaints.clue_view") else 403)
        client = sign_in(user)
        for path in LISTS:
            assert client.get(path).status_code == wanted, (name, path)
    assert Client().get(f"/b/wushan{LIST}").status_code == 302


def test_a_clue_opens_inside_and_hides_outside(law: World, sign_in: Any) -> None:
    clue = making.assigned(law, organ=law.market)
    for user in (law.officer, law.head, law.leader, law.supervisor, law.market_officer):
        assert sign_in(user).get(page_of(clue)).status_code == 200
        assert sign_in(user).get(page_of(clue, "print")).status_code == 200
    for user in (law.neighbour_officer, law.neighbour_leader, law.partner, law.township):
        client = sign_in(user)
        assert client.get(page_of(clue)).status_code == 404
        assert client.post(page_of(clue, "start")).status_code == 404
    assert sign_in(law.institution_user).get(page_of(clue)).status_code == 403


def test_a_caller_goes_behind_the_wall(law: World, sign_in: Any) -> None:
    client = sign_in(law.officer)
    assert client.get(f"{LIST}new/").status_code == 200
    values = {
        "channel": "PHONE",
        "kind": "UNLICENSED",
        "text": "我叫韦晓岚，楼上补课",
        "region": law.town.pk,
        "name": "韦晓岚",
        "phone": "13900001234",
        "with_receipt": "on",
        "photos": [photo()],
    }
    answer = client.post(f"{LIST}new/", values, follow=True)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "查询码" in body
    clue = Clue.objects.get()
    kept = str(Clue.objects.filter(pk=clue.pk).values()[0]) + str(list(AuditEvent.objects.values()))
    assert "韦晓岚" not in kept
    assert "13900001234" not in kept
    assert SealedReport.objects.count() == 1
    assert clue.is_real_name
    assert "韦晓岚" not in sign_in(law.head).get(page_of(clue)).content.decode()
    assert client.post(f"{LIST}new/", {**values, "text": " "}).status_code == 422


def test_a_clue_from_assignment_to_the_end(law: World, shed: Institution, sign_in: Any) -> None:
    clue = making.clue(law)
    head, officer = sign_in(law.head), sign_in(law.officer)
    assert sign_in(law.officer).get(page_of(clue, "assign")).status_code == 403
    assert head.get(page_of(clue, "assign")).status_code == 200
    done = head.post(page_of(clue, "assign"), {"organ": law.education.pk, "assignee": law.officer.pk})
    assert done.status_code == 302
    assert officer.post(page_of(clue, "start")).status_code == 302
    edit = {"kind": "UNLICENSED", "region": law.town.pk, "place_text": "3栋", "institution": shed.pk}
    assert officer.post(page_of(clue, "edit"), edit).status_code == 302
    when = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    look = {"way": "ON_SITE", "looked_at": when, "looked_by": "执法甲", "facts": "无人", "photos": [photo()]}
    assert officer.post(page_of(clue, "verify"), look).status_code == 302
    assert officer.post(page_of(clue, "message"), {"text": "请问是几楼？"}).status_code == 302
    early = {"outcome": "", "outcome_note": "x", "public_answer": "y"}
    assert officer.post(page_of(clue, "close"), early).status_code == 422
    end = {"outcome": "NOT_FOUND", "outcome_note": "两次到场无人", "public_answer": "核查未发现培训"}
    assert officer.post(page_of(clue, "close"), end).status_code == 302
    body = officer.get(page_of(clue)).content.decode()
    for words in ("核查未发现", "请问是几楼", "现场核查", "分派"):
        assert words in body
    assert head.get(page_of(clue, "reopen")).status_code == 200
    assert officer.get(page_of(clue, "nonsense")).status_code == 404


def test_every_step_page_opens(law: World, shed: Institution, sign_in: Any) -> None:
    clue = making.verified(law, institution=shed)
    officer, head = sign_in(law.officer), sign_in(law.head)
    for step in (
        "close",
        "verify",
        "ask",
        "pause",
        "request_visit",
        "edit",
        "merge",
        "message",
        "case",
        "place",
    ):
        assert officer.get(page_of(clue, step)).status_code == 200, step
    for step in ("reassign", "extend", "reject"):
        assert head.get(page_of(clue, step)).status_code == 200, step
    assert officer.get(page_of(clue, "start")).status_code == 405


def test_giving_back_leads_to_the_list(law: World, sign_in: Any) -> None:
    clue = making.assigned(law, organ=law.market)
    client = sign_in(law.market_officer)
    answer = client.post(page_of(clue, "give_back"), {"reason": "不属本单位职责"}, follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"].endswith(LIST)


def test_a_request_to_look_is_taken_back(law: World, sign_in: Any) -> None:
    clue = making.assigned(law)
    day = timezone.localdate()
    ask = services.verification_ask(actor=law.officer, clue=clue, asked="是否上课", due_on=day)
    client = sign_in(law.officer)
    path = f"{LIST}looks/{ask.uid}/drop/"
    assert client.get(path).status_code == 200
    assert sign_in(law.neighbour_officer).get(path).status_code == 404
    assert client.post(path, {"reason": "已自行核查"}).status_code == 302
    assert Verification.objects.get().status == "DROPPED"
    assert client.get(path).status_code == 404


def test_routing_rules_are_kept_by_the_head(law: World, sign_in: Any) -> None:
    head = sign_in(law.head)
    values = {"kind": "", "region": law.town.pk, "organ": law.market.pk, "note": "就近", "is_active": "on"}
    assert head.post(f"{LIST}rules/new/", values).status_code == 302
    assert head.post(f"{LIST}rules/new/", values).status_code == 422
    rule = RoutingRule.objects.get()
    assert "就近" in head.get(f"{LIST}rules/").content.decode()
    path = f"{LIST}rules/{rule.uid}/"
    assert head.post(path, {**values, "note": "改", "version": rule.version}).status_code == 302
    assert head.post(path, {**values, "note": "又改", "version": rule.version}).status_code == 422
    assert sign_in(law.officer).get(f"{LIST}rules/").status_code == 403
    assert sign_in(law.neighbour_officer).get(path).status_code == 404
    clue = making.clue(law)
    assert "建议由" in head.get(page_of(clue, "assign")).content.decode()


def test_worklists_and_the_file_of_a_place(law: World, shed: Institution, sign_in: Any) -> None:
    making.clue(law, is_quarantined=True)
    making.clue(law, institution=shed)
    making.assigned(law, at=timezone.now() - timedelta(days=40))
    closed = making.closed(law)
    services.reporter_reopen_ask(clue=closed, text="又开了")
    hand = making.assigned(law)
    today = timezone.localdate()
    services.verification_ask(actor=law.officer, clue=hand, asked="是否上课", due_on=today)
    for key, _, items, permission in desk.WORKLISTS:
        assert law.head.may(permission)
        rows = list(items(law.head, today))
        assert rows, key
        assert all(row.url for row in rows)
    assert not list(desk.mine(law.partner, today))
    assert "在办线索" in sign_in(law.head).get("/desk/").content.decode()
    body = sign_in(law.officer).get(f"/desk/institutions/{shed.uid}/").content.decode()
    assert "线索" in body


def test_the_number_of_queries_does_not_grow(
    law: World, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(law.head)
    for _ in range(12):
        making.assigned(law)
    client.get(LIST)
    with django_assert_max_num_queries(20):
        client.get(LIST)
    with django_assert_max_num_queries(20):
        client.get(f"{LIST}statistics/")
