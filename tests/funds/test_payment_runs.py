"""Payments let go together: ticked, summed, confirmed once, each by itself and once, the refused ones told why."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent, JobState
from funds import ledger, selectors, services
from funds.models import (
    EscrowAccount,
    Instruction,
    PaymentRun,
    PaymentRunItem,
    PaymentStage,
    Refund,
    ReleaseBatch,
)
from funds.services import payment_runs
from institutions.models import Institution
from tests.conftest import World
from tests.funds.paying import active, at, balance, custody, settlement, taught
from tests.funds.test_releases import DAY

SignIn = Callable[[Any], Client]
NOW = at(DAY)


@pytest.fixture
def account(law: World, place: Institution) -> EscrowAccount:
    """¥3,000 each of four families; the first has used 4 lessons."""
    row = custody(law, place)
    settlement(law, place)
    contracts = [active(law, place, phone=f"1380000000{n}", student=f"学员{n}") for n in range(4)]
    for lesson in taught(law, contracts[0], 4):
        services.lesson_confirm(actor=law.system, lesson=lesson, at=at(DAY, 8))
    return row


def approved(law: World, account: EscrowAccount) -> list[Refund]:
    """Refunds of three families, decided, not yet started."""
    found = []
    for contract in account.contracts.order_by("pk")[1:4]:
        row = services.refund_apply(actor=law.clerk, contract=contract, ground="FAMILY", at=NOW)
        row = services.refund_agree(actor=law.institution_user, refund=row, at=NOW)
        found.append(services.refund_approve(actor=law.head, refund=row, at=NOW))
    return found


@pytest.fixture
def waiting(law: World, account: EscrowAccount) -> list[Refund]:
    """One release built by the clerk and three refunds."""
    services.release_build(actor=law.clerk, account=account, at=NOW)
    return approved(law, account)


def picks(actor: Any, stage: str = "") -> dict[PaymentStage, set[UUID]]:
    found: dict[PaymentStage, set[UUID]] = {}
    for row in selectors.waiting_payments(actor, stage=stage):
        found.setdefault(PaymentStage(row["stage"]), set()).add(row["uid_"])
    return found


def picked(law: World, actor: Any = None) -> PaymentRun:
    actor = actor or law.head
    return services.payments_pick(actor=actor, picks=picks(actor), at=NOW)


def went(law: World, run: PaymentRun) -> PaymentRun:
    services.payments_start(actor=run.created_by, run=run, at=NOW)
    return services.payments_run(run_id=run.pk, at=NOW)


def outcomes(run: PaymentRun) -> list[tuple[str, str]]:
    return [(item.stage, item.state) for item in run.items.order_by("seq")]


@pytest.mark.django_db
def test_all_that_waits_goes_with_one_confirmation(
    law: World, account: EscrowAccount, waiting: list[Refund]
) -> None:
    run = picked(law)
    assert (run.count, run.fen, run.status) == (4, 940_000, "DRAFT")
    assert not Instruction.objects.exists()
    with pytest.raises(WrongState, match="还没有确认"):
        services.payments_run(run_id=run.pk, at=NOW)
    done = went(law, run)
    assert done.status == "DONE"
    assert {state for _, state in outcomes(done)} == {"STARTED"}
    assert Instruction.objects.filter(status="PENDING").count() == 4
    numbers = list(Instruction.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 4
    assert set(Refund.objects.values_list("status", flat=True)) == {"PAYING"}
    assert ReleaseBatch.objects.get().approved_by == law.head
    told = AuditEvent.objects.get(verb="funds.payments_end")
    assert (told.changes["started"], told.changes["refused"], told.changes["fen"]) == (
        [0, 4], [0, 0], [0, 940_000],
    )  # fmt: skip
    assert AuditEvent.objects.filter(verb="funds.instruction_prepare").count() == 4
    assert done.job is not None
    assert (done.job.state, done.job.message) == (JobState.DONE, "已办理 4 笔，合计 9,400.00 元")
    assert not list(selectors.waiting_payments(law.head))
    assert ledger.verify() is None


@pytest.mark.django_db
def test_instructions_are_sent_together_too(
    law: World, account: EscrowAccount, waiting: list[Refund]
) -> None:
    went(law, picked(law))
    chosen = picks(law.clerk, "INSTRUCTION")
    run = services.payments_pick(actor=law.clerk, picks=chosen, at=NOW)
    assert (run.count, run.fen) == (4, 940_000)
    went(law, run)
    assert set(Instruction.objects.values_list("status", flat=True)) == {"SENT"}


@pytest.mark.django_db
def test_one_refused_stops_no_other(law: World, account: EscrowAccount, waiting: list[Refund]) -> None:
    run = picked(law)
    services.refund_pay(actor=law.head, refund=waiting[1], at=NOW)
    release = ReleaseBatch.objects.get()
    services.release_hold(actor=law.officer, batch=release, reason="先核实课时", at=NOW)
    done = went(law, run)
    states = {item.subject_uid: (item.state, item.reason) for item in done.items.all()}
    assert states[release.uid][0] == states[waiting[1].uid][0] == "REFUSED"
    assert "暂缓" in states[release.uid][1]
    assert [states[waiting[n].uid] for n in (0, 2)] == [("STARTED", "")] * 2
    assert Instruction.objects.count() == 3
    assert done.job is not None
    assert done.job.message == "已办理 2 笔，合计 6,000.00 元；没有办理 2 笔"


@pytest.mark.django_db
def test_who_built_a_release_lets_none_of_the_batch_go(law: World, account: EscrowAccount) -> None:
    services.release_build(actor=law.head, account=account, at=NOW)
    rows = list(selectors.waiting_payments(law.head))
    assert [selectors.why_not_payment(law.head, row) for row in rows] == ["由您本人生成，须由另一人批准"]
    assert [selectors.why_not_payment(law.leader, row) for row in rows] == [""]
    done = went(law, picked(law))
    assert outcomes(done) == [("RELEASE", "REFUSED")]
    assert "另一人" in done.items.get().reason
    assert not Instruction.objects.exists()
    assert outcomes(went(law, picked(law, law.leader))) == [("RELEASE", "STARTED")]


@pytest.mark.django_db
def test_a_batch_gives_no_right_that_its_author_has_not(
    law: World, account: EscrowAccount, waiting: list[Refund]
) -> None:
    for person in (law.institution_user, law.partner, law.legal):
        with pytest.raises(NotAllowed):
            services.payments_pick(actor=person, picks=picks(law.head), at=NOW)
    done = went(law, services.payments_pick(actor=law.clerk, picks=picks(law.clerk), at=NOW))
    assert {state for _, state in outcomes(done)} == {"REFUSED"}
    assert not Instruction.objects.exists()
    run = picked(law)
    with pytest.raises(NotAllowed, match="本人确认"):
        services.payments_start(actor=law.leader, run=run, at=NOW)
    with pytest.raises(Unlawful, match="没有勾选"):
        services.payments_pick(actor=law.neighbour_leader, picks=picks(law.head), at=NOW)
    assert not selectors.payment_runs_visible(law.leader).filter(pk=run.pk).exists()
    assert not selectors.payment_runs_visible(law.neighbour_leader).exists()


@pytest.mark.django_db
def test_a_changed_amount_is_not_let_go(law: World, account: EscrowAccount, waiting: list[Refund]) -> None:
    run = picked(law)
    PaymentRunItem.objects.filter(run=run, subject_uid=waiting[0].uid).update(amount_fen=299_999)
    done = went(law, run)
    item = done.items.get(subject_uid=waiting[0].uid)
    assert (item.state, "金额有变动" in item.reason) == ("REFUSED", True)
    waiting[0].refresh_from_db()
    assert (waiting[0].status, Instruction.objects.count()) == ("APPROVED", 3)


@pytest.mark.django_db
def test_more_than_a_run_takes_is_refused_before(
    law: World, account: EscrowAccount, waiting: list[Refund], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("funds.services.payment_runs.AT_ONCE", 3)
    with pytest.raises(Unlawful, match="一次最多 3 笔，现在勾选了 4 笔"):
        picked(law)
    assert not PaymentRun.objects.exists()


@pytest.mark.django_db
def test_a_worker_that_breaks_off_goes_on_where_it_was(
    law: World, account: EscrowAccount, waiting: list[Refund]
) -> None:
    run = services.payments_start(actor=law.head, run=picked(law), at=NOW)
    first = run.items.order_by("seq").first()
    assert first is not None
    payment_runs._one(law.head, first.pk, NOW)
    assert PaymentRun.objects.get(pk=run.pk).status == "RUNNING"
    done = services.payments_run(run_id=run.pk, at=NOW)
    assert (done.status, Instruction.objects.count()) == ("DONE", 4)
    again = services.payments_run(run_id=run.pk, at=NOW)
    assert (again.status, Instruction.objects.count()) == ("DONE", 4)
    assert AuditEvent.objects.filter(verb="funds.payments_end").count() == 1


@pytest.mark.django_db
def test_a_run_whose_worker_died_is_taken_up_again(
    law: World, account: EscrowAccount, waiting: list[Refund]
) -> None:
    run = services.payments_start(actor=law.head, run=picked(law), at=NOW)
    assert services.payments_resume(now=NOW + timedelta(minutes=5)) == 0
    assert services.payments_resume(now=NOW + timedelta(hours=1)) == 1
    run.refresh_from_db()
    assert (run.status, Instruction.objects.count()) == ("DONE", 4)
    assert services.payments_resume(now=NOW + timedelta(hours=2)) == 0


@pytest.mark.django_db
def test_a_fault_of_one_is_told_and_stops_no_other(
    law: World, account: EscrowAccount, waiting: list[Refund], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(actor: Any, uid: UUID, moment: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(payment_runs.WORK, PaymentStage.RELEASE, broken)
    done = went(law, picked(law))
    refused = done.items.get(state="REFUSED")
    assert (refused.stage, "系统出错" in refused.reason) == ("RELEASE", True)
    assert Instruction.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_pressed_and_run_by_four_at_once_starts_each_once(
    law: World, account: EscrowAccount, waiting: list[Refund]
) -> None:
    """Four threads press and run the same confirmation, two of them a second one with the same ticks."""
    runs = [picked(law), picked(law)]
    gate = threading.Barrier(4)
    ends: list[str] = []

    def press(run: PaymentRun) -> None:
        try:
            gate.wait()
            services.payments_start(actor=law.head, run=run, at=NOW)
            ends.append(services.payments_run(run_id=run.pk, at=NOW).status)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(runs[n % 2],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(ends) == 4
    assert Instruction.objects.count() == 4
    assert Instruction.objects.values("subject_uid").distinct().count() == 4
    items = PaymentRunItem.objects.all()
    assert items.filter(state="STARTED").count() == items.filter(state="REFUSED").count() == 4
    assert items.filter(state="STARTED").values("subject_uid").distinct().count() == 4
    assert not items.filter(reason__contains="系统出错").exists()
    assert set(PaymentRun.objects.values_list("status", flat=True)) == {"DONE"}
    assert balance("ESCROW_BANK", account) == 1_200_000
    assert ledger.verify() is None


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, (response.status_code, response.content[-800:].decode())
    return str(response.content.decode())


@pytest.mark.django_db
def test_on_the_desk_from_ticks_to_the_result(
    law: World, account: EscrowAccount, waiting: list[Refund], sign_in: SignIn
) -> None:
    client = sign_in(law.head)
    listed = text(client.get(reverse("funds:payment_list")))
    assert listed.count('name="pick"') == 4
    assert "拨付待批准" in listed
    assert text(client.get(reverse("funds:payment_list"), {"stage": "REFUND"})).count('name="pick"') == 3
    assert text(client.get(reverse("funds:payment_list"), {"q": waiting[0].number})).count('name="pick"') == 1
    export = client.get(reverse("funds:payment_list"), {"export": "csv"})
    assert b"".join(export).decode().count("退费待发起") == 3
    ticked = [f"REFUND:{row.uid}" for row in waiting[:2]]
    answer = client.post(reverse("funds:payment_pick"), {"pick": [*ticked, "REFUND:none", "X:1"]})
    page = text(client.get(answer.url))
    assert "确认办理 2 笔" in page
    assert "6,000.00" in page
    started = client.post(f"{answer.url}start/", follow=True)
    assert "正在逐笔办理" in text(started)
    services.payments_run(run_id=PaymentRun.objects.get().pk)
    done = text(client.get(answer.url))
    assert "已办理 2 笔，合计 6,000.00 元" in done
    assert done.count("TF") >= 2
    runs = reverse("funds:payment_run_list")
    assert "2 笔" in text(client.get(runs, {"q": waiting[0].number}))
    assert "没有符合条件的记录" in text(client.get(runs, {"refused": "on"}))
    assert sign_in(law.institution_user).get(answer.url).status_code in {302, 403, 404}
    assert sign_in(law.neighbour_leader).get(answer.url).status_code == 404


@pytest.mark.django_db
def test_all_of_a_narrowed_list(
    law: World, account: EscrowAccount, waiting: list[Refund], sign_in: SignIn
) -> None:
    client = sign_in(law.head)
    answer = client.post(f"{reverse('funds:payment_pick')}?stage=REFUND", {"all": "1"})
    assert "确认办理 3 笔" in text(client.get(answer.url))
    empty = client.post(f"{reverse('funds:payment_pick')}?q=没有这家", {"all": "1"}, follow=True)
    assert "没有勾选还在等待的付款" in text(empty)
