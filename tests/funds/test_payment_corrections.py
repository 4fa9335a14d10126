"""Payments taken back by reversal: two persons, the bank's line waits again, what moved on stays where it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.errors import Blocked, NotAllowed, Unlawful
from funds import bank_registration, ledger, selectors, services
from funds.models import (
    AccountDay,
    Contract,
    DailyCertificate,
    Entry,
    EntryKind,
    LinePosting,
    PaymentCorrection,
    SuspenseItem,
)
from institutions.models import Institution
from tests.conftest import World
from tests.funds import paying, test_invariants
from tests.funds.bank_making import NOON, day, deliver, sheet
from tests.funds.paying import SIGNED, active, balance, custody, paid, settlement, signed, taught
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db
REASON = "家长来电，钱是给另一份合同的"


def proposed(world: World, contract: Contract, which: int = 0) -> PaymentCorrection:
    payment = selectors.contract_payments(contract)[which]
    return services.correction_propose(
        actor=world.clerk, contract=contract, entry_uid=payment.entry.uid, reason=REASON, at=NOON
    )


def taken_back(world: World, contract: Contract, which: int = 0) -> PaymentCorrection:
    return services.correction_post(actor=world.officer, correction=proposed(world, contract, which), at=NOON)


def state(contract: Contract) -> tuple[str, int, int]:
    contract.refresh_from_db()
    return contract.status, contract.paid_fen, balance("CONTRACT_UNEARNED", contract)


def test_a_matched_transfer_goes_back_and_finds_the_right_contract(law: World, place: Institution) -> None:
    row = custody(law, place)
    wrong, right = signed(law, place), signed(law, place, student="李小红", phone="13800000002")
    deliver(law, row, sheet([(1, 300_000, "张大山", f"学费 {wrong.order_no}")]))
    assert state(wrong) == ("ACTIVE", 300_000, 300_000)
    correction = proposed(law, wrong)
    with pytest.raises(NotAllowed):
        services.correction_post(actor=law.clerk, correction=correction, at=NOON)
    done = services.correction_post(actor=law.officer, correction=correction, at=NOON)
    item = SuspenseItem.objects.get()
    assert (done.status, done.item, item.status, item.fen) == ("POSTED", item, "OPEN", 300_000)
    assert state(wrong) == ("SIGNED", 0, 0)
    assert (wrong.first_paid_on, balance("SUSPENSE_IN", row), balance("ESCROW_BANK", row)) == (
        None, 300_000, 300_000,
    )  # fmt: skip
    assert Entry.objects.get(uid=done.reversal_uid).reversal_of == done.entry_uid
    moved = services.suspense_propose(
        actor=law.clerk, item=item, way="CONTRACT", reason="核实", target_uid=right.uid,
        target_label=right.number,
    )  # fmt: skip
    services.suspense_confirm(actor=law.officer, item=moved, at=NOON)
    assert state(right) == ("ACTIVE", 300_000, 300_000)
    assert (balance("SUSPENSE_IN", row), LinePosting.objects.filter(undone_at__isnull=True).count()) == (0, 1)
    services.days_compare(account=row, until=day(1), at=NOON)
    assert AccountDay.objects.get(day=day(1)).state == "EVEN"
    assert ledger.verify() is None


def test_a_claimed_receipt_waits_again_under_its_own_item(law: World, place: Institution) -> None:
    row, contract = custody(law, place), signed(law, place)
    deliver(law, row, sheet([(1, 300_000, "张三")]))
    for _ in range(2):
        item = services.suspense_propose(
            actor=law.clerk, item=SuspenseItem.objects.get(), way="CONTRACT", reason="核实",
            target_uid=contract.uid, target_label=contract.number,
        )  # fmt: skip
        services.suspense_confirm(actor=law.officer, item=item, at=NOON)
        assert state(contract)[0] == "ACTIVE"
        last = len(selectors.contract_payments(contract)) - 1
        taken_back(law, contract, last)
        assert state(contract) == ("SIGNED", 0, 0)
        item.refresh_from_db()
        assert (item.status, item.entry_uid, balance("SUSPENSE_IN", row)) == ("OPEN", None, 300_000)
    assert [payment.stands for payment in selectors.contract_payments(contract)] == [False, False]
    assert ledger.verify() is None


def test_what_was_booked_twice_loses_the_one_without_a_line(law: World, place: Institution) -> None:
    row, contract = custody(law, place), signed(law, place)
    paid(law, contract, 100_000, "回执一", on=SIGNED)
    paid(law, contract, 100_000, "回执二", on=SIGNED + timedelta(days=1))
    done = taken_back(law, contract)
    assert (done.item, state(contract)) == (None, ("PARTLY_PAID", 100_000, 100_000))
    assert contract.first_paid_on == SIGNED + timedelta(days=1)
    assert (balance("ESCROW_BANK", row), balance("SUSPENSE_IN", row)) == (100_000, 0)


def test_the_route_of_a_refund_is_forgotten_with_the_payment(law: World, place: Institution) -> None:
    custody(law, place)
    contract = signed(law, place)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=300_000, booked_on=SIGNED, key="回执", at=NOON,
        via=EntryKind.PAY_DIRECT, payer_account="6222000099990000",
    )  # fmt: skip
    contract.refresh_from_db()
    assert contract.payer_account_tail == "0000"
    taken_back(law, contract)
    contract.refresh_from_db()
    assert (contract.payer_account_tail, contract.payer_account_digest) == ("", "")


def test_nobody_decides_an_own_proposal_and_a_refusal_moves_nothing(law: World, place: Institution) -> None:
    custody(law, place)
    contract = active(law, place)
    payment = selectors.contract_payments(contract)[0]
    with pytest.raises(Unlawful, match="写明理由"):
        services.correction_propose(
            actor=law.clerk, contract=contract, entry_uid=payment.entry.uid, reason=" "
        )
    with pytest.raises(Unlawful, match="没有这笔缴费"):
        services.correction_propose(actor=law.clerk, contract=contract, entry_uid=contract.uid, reason="x")
    mine = services.correction_propose(
        actor=law.officer, contract=contract, entry_uid=payment.entry.uid, reason=REASON
    )
    with pytest.raises(Blocked, match="另一人复核"):
        services.correction_post(actor=law.officer, correction=mine)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentCorrection.objects.update(
            status="REFUSED", refusal="x", decided_by=law.officer, decided_at=NOON
        )
    with pytest.raises(Unlawful, match="已经提出过更正"):
        proposed(law, contract)
    assert [item.title for item in bank_registration.correction_items(law.head, SIGNED)] == ["复核缴费更正"]
    assert list(bank_registration.correction_items(law.officer, SIGNED)) == []
    refused = services.correction_refuse(actor=law.head, correction=mine, reason="就是这份合同的")
    assert (refused.status, state(contract)) == ("REFUSED", ("ACTIVE", 300_000, 300_000))
    assert taken_back(law, contract).status == "POSTED"


def test_money_that_moved_on_is_not_taken_back(law: World, place: Institution) -> None:
    custody(law, place)
    contract = active(law, place)
    waiting = proposed(law, contract)
    lesson = taught(law, contract)[0]
    services.lesson_confirm(actor=law.system, lesson=lesson, at=NOON)
    with pytest.raises(Blocked, match=r"已随消课归机构，在监管的只有 2,900\.00 元"):
        services.correction_post(actor=law.officer, correction=waiting, at=NOON)
    other = active(law, place, student="李小红", phone="13800000002")
    refund = services.refund_apply(actor=law.system, contract=other, ground="FAMILY", at=NOON)
    with pytest.raises(Blocked, match=f"退费 {refund.number} 在办"):
        proposed(law, other)
    services.refund_withdraw(actor=law.system, refund=refund, at=NOON)
    services.contract_suspend(actor=law.officer, contract=other, reason="停课")
    with pytest.raises(Blocked, match="暂停"):
        proposed(law, other)
    assert state(other) == ("SUSPENDED", 300_000, 300_000)


def test_a_channel_payment_stays_once_it_was_settled(law: World, place: Institution) -> None:
    row, contract = custody(law, place), signed(law, place)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=300_000, booked_on=day(1), key="扫码1",
        via=EntryKind.PAY_CHANNEL, at=NOON,
    )  # fmt: skip
    deliver(law, row, sheet([(2, 300_000, "支付渠道")]))
    assert balance("CHANNEL_TRANSIT", place) == 0
    with pytest.raises(Blocked, match="已随渠道结算进入监管账户"):
        proposed(law, contract)


def test_a_channel_payment_in_transit_goes_back(law: World, place: Institution) -> None:
    custody(law, place)
    contract = signed(law, place)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=300_000, booked_on=SIGNED, key="扫码1",
        via=EntryKind.PAY_CHANNEL, at=NOON,
    )  # fmt: skip
    done = taken_back(law, contract)
    assert (done.item, state(contract)) == (None, ("SIGNED", 0, 0))
    assert balance("CHANNEL_TRANSIT", place) == 0


def test_a_closed_day_and_its_certificate_stay_and_show_the_correction(
    law: World, place: Institution, sign_in: Callable[[Any], Client]
) -> None:
    row, contract = custody(law, place), signed(law, place)
    deliver(law, row, sheet([(1, 300_000, "张大山", contract.order_no), (2, 5)]))
    services.days_compare(account=row, until=day(2), at=NOON)
    assert services.days_close_even(actor=law.clerk, accounts=[row], until=day(2)) == 2
    services.certificate_make(actor=law.system, institution=place, on=day(1), at=NOON)
    done = taken_back(law, contract)
    assert done.booked_on is not None
    assert done.booked_on > day(2)
    assert DailyCertificate.objects.get().owed_fen == 300_000
    closed = AccountDay.objects.get(day=day(1))
    assert (closed.is_closed, closed.book_fen, closed.state) == (True, 300_000, "EVEN")
    page = sign_in(law.clerk).get(reverse("funds:day_detail", kwargs={"uid": closed.uid})).content.decode()
    assert "这一天的账没有改，冲正记在之后" in page
    public = Client().get(reverse("funds_public:certificates", kwargs={"public_id": place.public_id}))
    assert "冲正一笔记错的缴费" in public.content.decode()
    services.certificate_make(actor=law.system, institution=place, on=done.booked_on, at=NOON)
    assert DailyCertificate.objects.get(on=done.booked_on).owed_fen == 0


def test_on_the_screen(law: World, place: Institution, sign_in: Callable[[Any], Client]) -> None:
    row, contract = custody(law, place), signed(law, place)
    deliver(law, row, sheet([(1, 300_000, "张大山", contract.order_no)]))
    clerk, officer = sign_in(law.clerk), sign_in(law.officer)
    entry = selectors.contract_payments(contract)[0].entry
    back = reverse("funds:payment_back", kwargs={"uid": contract.uid, "entry": entry.uid})
    home = reverse("funds:contract_detail", kwargs={"uid": contract.uid})
    first = clerk.get(home).content.decode()
    assert back in first
    assert "流水 2026-11-21 张** S00001" in first
    assert "张大山" not in first
    assert "更正缴费" in clerk.get(back).content.decode()
    assert clerk.post(back, {"reason": ""}).status_code == 422
    assert "请另一人复核" in clerk.post(back, {"reason": REASON}, follow=True).content.decode()
    correction = PaymentCorrection.objects.get()
    here = reverse("funds:correction_detail", kwargs={"uid": correction.uid})
    post = reverse("funds:correction_step", kwargs={"uid": correction.uid, "name": "post"})
    assert contract.number in officer.get(reverse("funds:correction_list")).content.decode()
    assert "复核冲正" in officer.get(here).content.decode()
    assert "已冲正" in officer.post(post, follow=True).content.decode()
    shown = clerk.get(home).content.decode()
    assert "更正已冲正" in shown
    assert "已签订待缴费" in shown
    for_partner = sign_in(law.partner).get(home)
    assert for_partner.status_code in {403, 404} or here not in for_partner.content.decode()
    missing = reverse("funds:payment_back", kwargs={"uid": contract.uid, "entry": contract.uid})
    assert clerk.get(missing).status_code == 404
    assert sign_in(law.institution_user).get(back).status_code in {302, 403, 404}


class History(test_invariants.History):
    """One that also takes payments back."""

    def do_correct(self, pick: int) -> None:
        row = self.contract(pick % len(self.contracts))
        found = selectors.contract_payments(row)
        if not found:
            return
        correction = services.correction_propose(
            actor=self.world.clerk, contract=row, entry_uid=found[pick % len(found)].entry.uid, reason=REASON,
            at=paying.at(self.day),
        )  # fmt: skip
        services.correction_post(actor=self.world.officer, correction=correction, at=paying.at(self.day))

    def check(self) -> None:
        super().check()
        for row in Contract.objects.filter(pk__in=[item.pk for item in self.contracts]):
            standing = [item.entry.amount_fen for item in selectors.contract_payments(row) if item.stands]
            assert sum(standing) == row.paid_fen


OPS = (*test_invariants.OPS, *["correct"] * 6, "pay", "pay_part", "channel")
STEPS = st.lists(st.tuples(st.sampled_from(OPS), st.integers(0, 5), st.booleans()), min_size=8, max_size=30)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large,
    ],
)  # fmt: skip
@given(steps=STEPS)
def test_rules_hold_whenever_payments_are_taken_back(law: World, steps: list[tuple[str, int, bool]]) -> None:
    try:
        with transaction.atomic():
            place = make_place(law, "示例更正培训中心", organisation=law.institution_org)
            account = custody(law, place)
            settlement(law, place)
            contracts = [
                signed(law, place, lessons=6, student=f"甲{index}", phone=f"1380000010{index}",
                       price_fen=100_001 + index, list_price_fen=100_001 + index)
                for index in range(2)
            ]  # fmt: skip
            history = History(law, place, account, contracts)
            for name, pick, again in steps:
                history.step(name, pick, again)
                history.check()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            assert ledger.verify() is None
            raise test_invariants.Undo
    except test_invariants.Undo:
        pass


def test_the_queue_says_which_contract_the_money_came_back_from(
    law: World, place: Institution, sign_in: Callable[..., Client]
) -> None:
    row = custody(law, place)
    wrong = signed(law, place)
    deliver(law, row, sheet([(1, 300_000, "张大山", f"学费 {wrong.order_no}")]))
    done = taken_back(law, wrong)
    assert done.item is not None
    page = sign_in(law.clerk).get(reverse("funds:suspense_detail", kwargs={"uid": done.item.uid}))
    text = page.content.decode()
    assert f"曾记入本合同，{done.booked_on:%Y-%m-%d} 已更正冲正" in text
    assert f"合同 {wrong.number}：{REASON}" in text
