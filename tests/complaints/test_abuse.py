"""Automated reports: the work, the limits, the lane apart, and a list that stays usable."""

from __future__ import annotations

import base64
import json
import secrets
import time

import altcha
import pytest
from django.core.cache import cache
from django.db import connection

from casework.models import AuditEvent, Deadline
from complaints import limits, services, work
from complaints.models import Clue, ClueStatus
from complaints.services import ClueReport, clue_register
from tests.complaints.door import WORDS, Phone
from tests.conftest import World

pytestmark = pytest.mark.django_db
FLOOD_SHORT, FLOOD = 200, 2000


@pytest.fixture(autouse=True)
def ready(world: World, reference_data: None) -> None:
    cache.clear()


def answer_of(world: World) -> str:
    challenge = altcha.Challenge.from_dict(work.challenge(world.bureau))
    solution = altcha.solve_challenge(challenge)
    return altcha.Payload(challenge, solution).to_base64()


def test_a_challenge_gives_one_pass_and_a_pass_one_report(world: World) -> None:
    answer = answer_of(world)
    given = work.redeem(world.bureau, answer)
    assert given
    assert work.redeem(world.bureau, answer) == ""
    assert work.is_pass(world.bureau, given)
    assert work.spend(world.bureau, given)
    assert not work.spend(world.bureau, given)


def test_work_of_another_bureau_or_with_an_easier_sum_is_refused(world: World) -> None:
    assert work.redeem(world.neighbour, answer_of(world)) == ""
    eased = json.loads(base64.b64decode(answer_of(world)))
    eased["challenge"]["parameters"]["keyPrefix"] = ""
    assert work.redeem(world.bureau, base64.b64encode(json.dumps(eased).encode()).decode()) == ""
    wrong = json.loads(base64.b64decode(answer_of(world)))
    wrong["solution"]["counter"] += 1
    assert work.redeem(world.bureau, base64.b64encode(json.dumps(wrong).encode()).decode()) == ""


@pytest.mark.parametrize(
    "text", ["", "x", "bnVsbA==", "W10=", "e30=", base64.b64encode(b'{"challenge":1}').decode()]
)
def test_nonsense_gives_no_pass(world: World, text: str) -> None:
    assert work.redeem(world.bureau, text) == ""


def test_late_work_gives_no_pass(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answer_of(world)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + work.CHALLENGE_SECONDS + 5)
    assert work.redeem(world.bureau, answer) == ""


def test_a_device_that_reports_too_often_is_set_apart() -> None:
    phone = Phone()
    for number in range(limits.REPORT_DEVICE.most + 1):
        phone.report(text=f"{WORDS} 第{'甲乙丙丁戊己庚辛'[number]}处")
    states = list(Clue.objects.order_by("pk").values_list("status", flat=True))
    assert states == [ClueStatus.RECEIVED] * limits.REPORT_DEVICE.most + [ClueStatus.QUARANTINED]


def test_a_flood_from_one_address_is_refused_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REPORT_ADDRESS_HARD", limits.Limit("report-address-hard", 3, 3600))
    codes = [Phone().send(text=f"{WORDS}{'甲乙丙丁戊'[number]}").status_code for number in range(5)]
    assert codes == [200, 200, 200, 429, 429]


def test_copies_traps_and_links_are_marked() -> None:
    for number in range(limits.SAME_WORDS.most + 1):
        Phone(address=f"203.0.113.{number}").report(text=f"{WORDS} {number}")
    assert list(Clue.objects.order_by("pk").values_list("is_spam_suspect", flat=True)) == [False] * 3 + [True]
    Phone(address="203.0.114.1").report(website="http://x.example", text="另外的一件事，四楼有人补课。")
    Phone(address="203.0.114.2").report(text="看 http://a.cn http://b.cn http://c.cn 就知道")
    assert list(Clue.objects.order_by("-pk").values_list("is_spam_suspect", flat=True)[:2]) == [True, True]
    assert not Clue.objects.filter(is_spam_suspect=True).exclude(status=ClueStatus.QUARANTINED).exists()


def test_digests_change_with_the_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Asking:
        META = {"REMOTE_ADDR": "203.0.113.5", "HTTP_USER_AGENT": "x"}

    first = limits.sender_of(Asking())
    assert first == limits.sender_of(Asking())
    monkeypatch.setattr(limits.timezone, "localdate", lambda: __import__("datetime").date(2030, 1, 2))
    assert limits.sender_of(Asking()).address != first.address


def test_addresses_behind_the_proxy_and_networks_of_ipv6(settings: object) -> None:
    settings.TRUSTED_PROXIES = 1  # type: ignore[attr-defined]

    def sender(forwarded: str) -> limits.Sender:
        return limits.sender_of(
            type("R", (), {"META": {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}})
        )

    assert sender("1.2.3.4").address == sender("9.9.9.9, 1.2.3.4").address
    assert sender("2001:db8::1").address == sender("2001:db8::ffff:2").address
    assert sender("2001:db8::1").address != sender("2001:db8:0:1::1").address


def test_busy_hours_ask_for_more_work(world: World) -> None:
    assert Phone().client.get("/report/challenge/").json()["parameters"]["keyPrefix"] == "00"
    for _ in range(limits.REPORT_BUREAU.most + 2):
        limits.passes(limits.REPORT_BUREAU, str(world.bureau.pk))
    assert Phone().client.get("/report/challenge/").json()["parameters"]["keyPrefix"] == "000"


@pytest.mark.prove
def test_two_thousand_automated_reports_leave_the_register_usable(
    world: World, sign_in: object, record_property: object
) -> None:
    record_property("automated reports a minute", flooded(world, sign_in, FLOOD))  # type: ignore[operator]


def test_automated_reports_leave_the_register_usable(world: World, sign_in: object) -> None:
    flooded(world, sign_in, FLOOD_SHORT)


def test_a_flood_without_work_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REPORT_BUREAU_HARD", limits.Limit("report-bureau-hard", 2, 60))
    phones = [Phone(address=f"198.51.100.{n}") for n in range(4)]
    assert [phone.send(text=f"{'甲乙丙丁'[n]}楼").status_code for n, phone in enumerate(phones)] == [
        200,
        200,
        429,
        429,
    ]
    Phone(address="198.51.100.77").report(text="做过验证的照收。")


def flooded(world: World, sign_in: object, flood: int) -> float:
    """The flood goes through the service as the door sends it on; true reports come before, between and after."""
    true_ones = [
        Phone(address=f"198.51.100.{n}").report(text=f"{'甲乙丙'[n]}栋有人无证办班，周末上课。")
        for n in range(3)
    ]
    started = time.perf_counter()
    for number in range(flood):
        report = ClueReport(
            channel="SNAP", kind="OTHER", text=f"刷屏内容{number}", is_spam_suspect=number % 10 != 0
        )
        clue_register(
            actor=world.system, bureau=world.bureau, report=report, with_receipt=True, is_quarantined=True
        )
    took = time.perf_counter() - started
    late = Phone(address="198.51.100.9").report(text="丁栋的托管班在教英语。")
    assert Clue.objects.counted().count() == 4
    assert Deadline.objects.count() == 4
    assert Clue.objects.get(number__endswith="4号").text == "丁栋的托管班在教英语。"
    assert all(Phone(address="198.51.100.8").track(code).status_code == 200 for code in (*true_ones, late))
    head = sign_in(world.head)  # type: ignore[operator]
    started = time.perf_counter()
    page = head.get("/desk/clues/quarantine/")
    assert page.status_code == 200
    assert time.perf_counter() - started < 2
    assert "疑似灌水" in page.content.decode()
    assert services.quarantine_reject_suspects(actor=world.head, reason="自动灌水") == flood * 9 // 10
    assert AuditEvent.objects.filter(verb="complaints.quarantine_reject").count() == 1
    assert Clue.objects.filter(status=ClueStatus.QUARANTINED).count() == flood // 10
    return flood / took * 60


def test_quarantine_lets_true_ones_in(world: World, sign_in: object) -> None:
    Phone().send()
    clue = Clue.objects.get()
    head = sign_in(world.head)  # type: ignore[operator]
    assert head.post(f"/desk/clues/quarantine/{clue.uid}/pass/").status_code == 302
    clue.refresh_from_db()
    assert (clue.status, bool(clue.number)) == (ClueStatus.RECEIVED, True)
    assert (
        sign_in(world.neighbour_officer).post(f"/desk/clues/quarantine/{clue.uid}/pass/").status_code == 404
    )  # type: ignore[operator]
    assert sign_in(world.township).get("/desk/clues/quarantine/").status_code == 403  # type: ignore[operator]


def test_the_same_answer_for_wrong_and_unknown_codes(django_assert_num_queries: object) -> None:
    phone = Phone()
    good = phone.report()
    unknown = good[:-2] + "00"
    pages = []
    for code in (unknown, "12345", "abc", secrets.token_hex(30)[:40]):
        response = phone.track(code)
        assert response.status_code == 422
        pages.append("没有找到。请核对 16 位查询码" in response.content.decode())
    assert all(pages)


def test_guessing_codes_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TRACK_ADDRESS", limits.Limit("track-address", 3, 600))
    phone = Phone()
    assert [phone.track("1" * 16).status_code for _ in range(5)] == [422, 422, 422, 429, 429]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM axes_accessattempt")
        assert cursor.fetchone() == (0,)
