"""Signals that machines of banks, courts and registers push: judged like a sheet's rows, each registered once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.errors import Unlawful
from casework.models import AuditEvent
from funds import services
from funds.models import FundSignal, MachineKey
from institutions.models import Institution
from tests.conftest import World
from tests.funds.machines import Machine
from tests.funds.making import account

PUSH, CLEAR = "/api/v1/signals/", "/api/v1/signals/clear/"
pytestmark = pytest.mark.django_db


def court(law: World, **more: Any) -> Machine:
    values = {"office": "示例县人民法院", "source": "COURT", **more}
    return Machine(*services.key_issue(actor=law.admin, **values))


def one(known: Institution, reference: str = "（2026）渝0237民初1号", **more: Any) -> dict[str, Any]:
    day = timezone.localdate() - timedelta(days=3)
    return {
        "place": known.name, "kind": "追索劳动报酬", "reference": reference, "happened_on": day.isoformat(), **more,
    }  # fmt: skip


def test_a_court_tells_and_a_repeat_changes_nothing(law: World, place: Institution) -> None:
    machine = court(law)
    told = machine.tell(PUSH, one(place, summary="拖欠 4 名教师工资"), one(place, "2", kind="LAWSUIT"))
    assert told.status_code == 200, told.content.decode()
    assert [(row["number"], row["result"]) for row in told.json()] == [(1, "NEW"), (2, "NEW")]
    first, second = FundSignal.objects.order_by("pk")
    assert (first.institution, first.source, first.kind) == (place, "COURT", "WAGE")
    assert (first.summary, second.kind) == ("拖欠 4 名教师工资", "LAWSUIT")
    assert first.key == machine.key
    events = AuditEvent.objects.filter(verb="funds.signal_register")
    assert events.count() == 2
    again = machine.tell(PUSH, one(place))
    assert (again.status_code, again.json()[0]["result"]) == (200, "SAME")
    assert (FundSignal.objects.count(), events.count()) == (2, 2)


def test_each_item_stands_for_itself(law: World, place: Institution) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    told = court(law).tell(
        PUSH,
        one(place, "1"),
        one(place, "1"),
        one(place, "3", place="没有的培训学校"),
        one(place, "4", kind="随便写"),
        one(place, "5", happened_on=tomorrow.isoformat()),
        one(place, "6", happened_on="三月"),
        one(place, "7", place="", uscc="91500000000000000X"),
    )
    assert told.status_code == 422
    assert [row["result"] for row in told.json()] == ["NEW", *["REJECTED"] * 6]
    words = ["".join(row["reasons"]) for row in told.json()]
    for word, said in zip(
        ("同一条信号", "没有“没有的", "不认识", "在今天之后", "不是日期", "没有统一社会"),
        words[1:],
        strict=True,
    ):
        assert word in said
    assert FundSignal.objects.get().reference == "1"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe", b"{}", b"[]", b"[1]", b"null", b'[{"place": "x"}]', b"[" * 100_000,
        b'[{"kind": {"a": 1}, "reference": [], "happened_on": null}]',
        b"[" + b",".join([b'{"kind": "WAGE", "reference": "1", "happened_on": "2026-01-01"}'] * 501) + b"]",
    ],
)  # fmt: skip
def test_what_is_no_list_of_signals_is_refused_whole(law: World, body: bytes) -> None:
    refused = court(law).send(PUSH, body)
    assert refused.status_code == 400, refused.content.decode()
    assert not FundSignal.objects.exists()


def test_too_long_and_unsigned_requests_are_refused(law: World, place: Institution) -> None:
    machine = court(law)
    assert machine.send(PUSH, b"[" + b" " * 1024 * 1024 + b"]").status_code == 409
    assert machine.send(PUSH, b"[]", secret="wrong").status_code == 403
    assert Client().post(PUSH, "[]", content_type="application/json").status_code == 403
    services.key_revoke(actor=law.admin, key=machine.key, reason="更换系统")
    assert machine.tell(PUSH, one(place)).status_code == 403


def test_only_the_sources_own_signals_are_cleared(law: World, place: Institution) -> None:
    machine, register = court(law), court(law, office="示例县市场监督管理局", source="REGISTRY")
    machine.tell(PUSH, one(place))
    today = timezone.localdate()
    done = {
        "kind": "WAGE", "reference": one(place)["reference"], "cleared_on": today.isoformat(), "note": "调解书已履行",
    }  # fmt: skip
    foreign = register.tell(CLEAR, done)
    assert (foreign.status_code, foreign.json()[0]["result"]) == (422, "REJECTED")
    future = machine.tell(CLEAR, {**done, "cleared_on": (today + timedelta(days=1)).isoformat()})
    assert "不能晚于今天" in future.json()[0]["reasons"][0]
    early = machine.tell(CLEAR, {**done, "cleared_on": (today - timedelta(days=9)).isoformat()})
    assert early.status_code == 422
    cleared = machine.tell(CLEAR, done, {**done, "reference": "没有"})
    assert [row["result"] for row in cleared.json()] == ["NEW", "REJECTED"]
    row = FundSignal.objects.get()
    assert (row.cleared_on, row.cleared_note) == (today, "调解书已履行")
    assert machine.tell(CLEAR, done).json()[0]["result"] == "SAME"
    again = machine.tell(PUSH, one(place)).json()[0]
    assert again["result"] == "REJECTED"
    assert "登记消除" in again["reasons"][0]


def test_offices_of_one_source_neither_block_nor_clear_each_others_signals(
    law: World, place: Institution
) -> None:
    first, second = (court(law, office=f"房东{name}", source="LANDLORD") for name in ("甲", "乙"))
    told = one(place, "2026-01", kind="RENT")
    for machine in (first, second):
        assert machine.tell(PUSH, told).json()[0]["result"] == "NEW"
    done = {
        "kind": "RENT", "reference": "2026-01", "cleared_on": timezone.localdate().isoformat(), "note": "已缴清",
    }  # fmt: skip
    assert first.tell(CLEAR, done).json()[0]["result"] == "NEW"
    assert list(FundSignal.objects.filter(cleared_on__isnull=True).values_list("key", flat=True)) == [
        second.key.pk
    ]
    fresh = court(law, office="房东乙", source="LANDLORD")
    assert fresh.tell(PUSH, told).json()[0]["result"] == "SAME"
    assert fresh.tell(CLEAR, done).json()[0]["result"] == "NEW"


def test_what_the_desk_registered_is_known_to_a_machine_and_not_its_to_clear(
    law: World, place: Institution
) -> None:
    told = one(place)
    values = {
        "kind": "WAGE", "source": "COURT", "reference": told["reference"], "summary": "来函告知",
        "happened_on": timezone.localdate() - timedelta(days=3),
    }  # fmt: skip
    services.signal_register(actor=law.clerk, institution=place, values=values)
    machine = court(law)
    assert machine.tell(PUSH, told).json()[0]["result"] == "SAME"
    done = {
        "kind": "WAGE", "reference": told["reference"], "cleared_on": timezone.localdate().isoformat(), "note": "结案",
    }  # fmt: skip
    refused = machine.tell(CLEAR, done).json()[0]
    assert "请通知教育局消除" in refused["reasons"][0]


def test_a_court_hands_in_no_statements_and_a_bank_tells_as_bank(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    refused = court(law).send("/api/v1/bank/statements/?account=1&profile=x", b"data")
    assert refused.status_code == 403
    assert "只能推送风险信号" in refused.json()["detail"]
    bank = Machine(*services.key_issue(actor=law.admin, bank=row.bank))
    assert bank.tell(PUSH, one(place, kind="账户被冻结", source="COURT")).status_code == 200
    assert FundSignal.objects.get().source == "BANK"


def test_the_neighbours_places_are_unknown(law: World, place: Institution) -> None:
    law.admin.bureau, law.admin.organisation = law.neighbour, law.neighbour_officer.organisation
    law.admin.save()
    refused = court(law).tell(PUSH, one(place))
    assert refused.status_code == 422
    assert "机构库里没有" in refused.json()[0]["reasons"][0]


def test_a_key_has_one_holder(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    wrongs: tuple[dict[str, Any], ...] = (
        {}, {"office": "示例县人民法院"}, {"source": "COURT"}, {"bank": row.bank, "source": "COURT"},
        {"bank": row.bank, "office": "示例县人民法院"},
    )  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(Unlawful):
            services.key_issue(actor=law.admin, **wrong)
    key = court(law).key
    with pytest.raises(IntegrityError), transaction.atomic():
        MachineKey.objects.filter(pk=key.pk).update(office="")
    second = court(law).key
    key.refresh_from_db()
    assert key.ends_at is not None
    assert second.ends_at is None


def test_pages(law: World, place: Institution, sign_in: Callable[..., Client]) -> None:
    page, address = sign_in(law.admin), reverse("funds:key_issue")
    for given, word in (
        ({}, "请选择银行，或者在下面写明其他单位"),
        ({"office": "示例县人民法院"}, "请选择这个单位推送的信号记作哪个来源"),
    ):
        refused = page.post(address, given)
        assert refused.status_code == 422
        assert word in refused.content.decode()
    shown = page.post(address, {"office": "示例县人民法院", "source": "COURT"}).content.decode()
    assert "风险信号（法院）" in shown
    assert "示例县人民法院" in page.get(reverse("funds:key_list")).content.decode()
    Machine(*services.key_issue(actor=law.admin, office="示例县人民法院", source="COURT")).tell(
        PUSH, one(place)
    )
    listed = sign_in(law.clerk).get(reverse("funds:signal_list")).content.decode()
    assert "接口推送" in listed


@pytest.mark.django_db(transaction=True)
def test_the_same_signal_from_two_requests_at_once_is_registered_once(law: World, place: Institution) -> None:
    issued = court(law)
    machines = [Machine(issued.key, issued.secret) for _ in range(4)]
    for at, machine in enumerate(machines):
        machine.count = at * 10
    answers: list[Any] = []

    def push(machine: Machine) -> None:
        answers.append(machine.tell(PUSH, one(place)))
        connection.close()

    threads = [threading.Thread(target=push, args=(machine,)) for machine in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {200, 422}
    assert FundSignal.objects.count() == 1
