"""Outgoing money: reserved, sent, posted once whichever word of the bank comes first."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from casework.errors import Blocked, DomainError, NotAllowed, Unlawful, WrongState
from funds import ledger, selectors, services
from funds.ledger import credit, debit
from funds.models import (
    AccountKind,
    Entry,
    EntryKind,
    EscrowAccount,
    Instruction,
    InstructionKind,
)
from funds.services import Payee
from institutions.models import Institution
from tests.conftest import World
from tests.funds.making import closed
from tests.funds.paying import NOON, SIGNED, active, balance, custody, earn

pytestmark = pytest.mark.django_db


def prepared(world: World, row: EscrowAccount, fen: int, **values: Any) -> Instruction:
    fields: dict[str, Any] = {
        "kind": InstructionKind.RELEASE, "payee": Payee("示例结算户"), "subject_uid": uuid4(),
        "prepared_by": world.clerk, **values,
    }  # fmt: skip
    return services.instruction_prepare(actor=world.head, account=row, amount_fen=fen, at=NOON, **fields)


def sent(world: World, row: EscrowAccount, fen: int) -> Instruction:
    return services.instruction_send(actor=world.clerk, instruction=prepared(world, row, fen), at=NOON)


@pytest.fixture
def earned(law: World, place: Institution) -> EscrowAccount:
    """¥3,000 paid, ¥1,000 of it earned."""
    row = custody(law, place)
    earn(law, active(law, place), 100_000)
    return row


def post(world: World, row: Instruction, serial: str = "") -> Instruction:
    return services.instruction_post(
        actor=world.clerk, instruction=row, booked_on=SIGNED, bank_serial=serial, at=NOON
    )


def test_pending_money_is_reserved(law: World, earned: EscrowAccount) -> None:
    prepared(law, earned, 60_000)
    with pytest.raises(Blocked, match=r"还可拨付 400\.00 元"):
        prepared(law, earned, 40_001)
    prepared(law, earned, 40_000)
    position = selectors.position_of(earned, SIGNED)
    assert (position.bank, position.pending_release, position.may_release) == (300_000, 100_000, 0)


@pytest.mark.parametrize("order", ["answer first", "statement first", "both twice"])
def test_posted_once_in_either_order(law: World, earned: EscrowAccount, order: str) -> None:
    row = sent(law, earned, 100_000)
    words = {"answer first": ["", "S1"], "statement first": ["S1", ""], "both twice": ["", "S1", "", "S1"]}
    for serial in words[order]:
        row = post(law, row, serial)
    assert (row.status, row.bank_serial) == ("POSTED", "S1")
    assert Entry.objects.filter(kind="RELEASE").count() == 1
    assert balance("ESCROW_BANK", earned) == 200_000
    assert balance("INST_RELEASABLE", earned.institution) == 0
    with pytest.raises(WrongState, match="重复支付"):
        post(law, row, "S2")


def test_a_serial_serves_one_instruction(law: World, earned: EscrowAccount) -> None:
    post(law, sent(law, earned, 50_000), "S1")
    with pytest.raises(WrongState, match="另一笔指令"):
        post(law, sent(law, earned, 50_000), "S1")


def test_an_unknown_outcome_stays_reserved_until_asked(law: World, earned: EscrowAccount) -> None:
    row = services.instruction_unknown(
        actor=law.clerk, instruction=sent(law, earned, 100_000), reason="银行接口超时"
    )
    with pytest.raises(Blocked):
        prepared(law, earned, 1)
    row = services.instruction_void(actor=law.clerk, instruction=row, reason="银行回复未支付")
    assert balance("ESCROW_BANK", earned) == 300_000
    with pytest.raises(WrongState):
        post(law, row, "S9")
    assert prepared(law, earned, 100_000).status == "PENDING"


def test_nothing_is_posted_that_was_not_sent(law: World, earned: EscrowAccount) -> None:
    with pytest.raises(WrongState):
        post(law, prepared(law, earned, 1))


def test_money_that_comes_back_is_owed_again(law: World, earned: EscrowAccount) -> None:
    row = post(law, sent(law, earned, 100_000), "S1")
    row = services.instruction_return(actor=law.clerk, instruction=row, booked_on=SIGNED, reason="账号有误")
    assert row.status == "RETURNED"
    assert balance("INST_RELEASABLE", earned.institution) == 100_000
    assert balance("ESCROW_BANK", earned) == 300_000


def test_a_typed_day_is_open_and_not_before_the_payment(law: World, earned: EscrowAccount) -> None:
    row = post(law, sent(law, earned, 50_000), "S1")

    def back(on: date) -> Instruction:
        return services.instruction_return(
            actor=law.clerk, instruction=row, booked_on=on, reason="账号有误", at=NOON + timedelta(days=3)
        )

    with pytest.raises(Unlawful, match="不能早于 2026-11-20"):
        back(SIGNED - timedelta(days=1))
    with pytest.raises(Unlawful, match="不能晚于今天"):
        back(SIGNED + timedelta(days=4))
    other = sent(law, earned, 50_000)
    closed(law, earned, SIGNED)
    with pytest.raises(Unlawful, match="这一天已结账"):
        post(law, other, "S2")
    with pytest.raises(Unlawful, match="这一天已结账"):
        back(SIGNED)
    assert back(SIGNED + timedelta(days=1)).status == "RETURNED"


def test_a_freeze_stops_what_was_not_sent(law: World, earned: EscrowAccount) -> None:
    row = prepared(law, earned, 10_000)
    freeze = services.freeze_propose(actor=law.officer, account=earned, reason="失联")
    services.freeze_approve(actor=law.head, freeze=freeze)
    with pytest.raises(Blocked, match="已冻结"):
        services.instruction_send(actor=law.clerk, instruction=row)
    with pytest.raises(Blocked, match="已冻结"):
        prepared(law, earned, 1)


def test_an_institution_lets_no_money_go(law: World, earned: EscrowAccount) -> None:
    with pytest.raises(NotAllowed):
        services.instruction_prepare(
            actor=law.institution_user, account=earned, kind=InstructionKind.RELEASE, amount_fen=1,
            payee=Payee("我"), subject_uid=uuid4(), prepared_by=law.clerk,
        )  # fmt: skip


def test_the_residual_rule_of_jiangsu(law: World, place: Institution) -> None:
    """An outflow without instruction eats what families are owed: then no release, however much was earned."""
    row = custody(law, place)
    contract = active(law, place)
    earn(law, contract, 100_000)
    assert prepared(law, row, 1_000).status == "PENDING"
    bank = ledger.account_of(kind=AccountKind.ESCROW_BANK, subject_uid=row.uid, institution=place)
    gone = ledger.account_of(kind=AccountKind.SUSPENSE_OUT, subject_uid=row.uid, institution=place)
    ledger.entry_post(
        actor=law.system, kind=EntryKind.OUT_UNMATCHED, key="s", booked_on=SIGNED,
        legs=(debit(gone, 60_000), credit(bank, 60_000)),
    )  # fmt: skip
    assert selectors.position_of(row, SIGNED).free_of_families == 39_000
    with pytest.raises(Blocked, match=r"余额会低于家长未消课和应退的 2,000\.00 元"):
        prepared(law, row, 39_001)
    assert prepared(law, row, 39_000).status == "PENDING"


def test_money_in_transit_is_not_paid_out(law: World, place: Institution) -> None:
    from tests.funds.paying import signed

    row = custody(law, place)
    contract = signed(law, place)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=300_000, booked_on=SIGNED, key="q", via=EntryKind.PAY_CHANNEL
    )
    contract.refresh_from_db()
    earn(law, contract, 100_000)
    with pytest.raises(Blocked, match=r"现可动用 0\.00 元"):
        prepared(law, row, 100_000)


@pytest.mark.django_db(transaction=True)
def test_two_releases_race_for_the_last_yuan(law: World, earned: EscrowAccount) -> None:
    """Two threads, real transactions: one gets the money, the other is told why not."""
    gate, outcomes = threading.Barrier(2), []

    def run() -> None:
        try:
            gate.wait()
            outcomes.append(prepared(law, earned, 100_000).status)
        except DomainError as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["Blocked", "PENDING"]
    assert Instruction.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_answer_and_statement_race(law: World, earned: EscrowAccount) -> None:
    row = sent(law, earned, 100_000)
    gate, outcomes = threading.Barrier(2), []

    def run(serial: str) -> None:
        try:
            gate.wait()
            outcomes.append(post(law, row, serial).status)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(serial,)) for serial in ("", "S1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes == ["POSTED", "POSTED"]
    assert Entry.objects.filter(kind="RELEASE").count() == 1
    assert balance("ESCROW_BANK", earned) == 200_000
