"""The life of a supervised account, its freezes, and what it stops in the rooms below."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from casework import workflow
from casework.errors import Blocked, NotAllowed, StaleVersion, Unlawful, WrongState
from casework.models import AuditEvent, Deadline, DeadlineState
from funds import ledger, selectors, services
from funds.models import AccountFreeze, EscrowAccount
from institutions.models import Institution
from institutions.services import institution_close
from tests.conftest import World
from tests.funds.making import DAY, account, bank, deposited, planned, proposed
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db
NUMBER = "5002370072000001"


def test_from_agreement_to_payment(law: World, place: Institution) -> None:
    row = planned(law, place, "CUSTODY")
    row = services.account_open(actor=law.clerk, account=row, number="5002 3700 7200 0001", opened_on=DAY)
    assert row.number_masked == "**** **** 0001"
    assert row.filing_due_on is not None
    assert row.filing_due_on > DAY
    assert Deadline.objects.get(subject_uid=row.uid).amount == 5
    row = services.account_file(actor=law.clerk, account=row, filed_on=DAY)
    assert Deadline.objects.get(subject_uid=row.uid).state == DeadlineState.MET
    row = services.account_verify(actor=law.head, account=row)
    row = services.account_enable(actor=law.clerk, account=row, pay_enabled_on=DAY)
    assert row.status == "PAY_ENABLED"


def test_the_number_is_sealed_and_its_reading_is_told(law: World, place: Institution) -> None:
    row = account(law, place)
    assert NUMBER.encode() not in bytes(row.number_sealed)
    assert not AuditEvent.objects.filter(changes__icontains=NUMBER).exists()
    assert services.account_number_reveal(actor=law.officer, account=row, reason="与银行核对") == NUMBER
    assert AuditEvent.objects.filter(verb="funds.number_reveal", reason="与银行核对").exists()
    with pytest.raises(Unlawful, match="用途"):
        services.account_number_reveal(actor=law.officer, account=row, reason=" ")
    with pytest.raises(NotAllowed):
        services.account_number_reveal(actor=law.clerk, account=row, reason="看看")


@pytest.mark.parametrize("number", ["", "1234****9876", "1234567", "9" * 33, "账号"])
def test_a_masked_or_short_number_is_refused(law: World, place: Institution, number: str) -> None:
    with pytest.raises(Unlawful, match="完整账号"):
        services.account_open(actor=law.clerk, account=planned(law, place), number=number, opened_on=DAY)


def test_one_account_of_a_kind_and_one_owner_of_a_number(law: World, place: Institution) -> None:
    account(law, place)
    with pytest.raises(Unlawful, match="已有同种类"):
        planned(law, place)
    other = make_place(law, "示例另一家培训中心")
    with pytest.raises(Unlawful, match="另一个监管账户"):
        services.account_open(actor=law.clerk, account=planned(law, other), number=NUMBER, opened_on=DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        EscrowAccount.objects.filter(institution=place).update(status="PAY_ENABLED")


def test_refusals_on_the_way(law: World, place: Institution) -> None:
    bare = planned(law, place, agreement_no="")
    opened = services.account_open(actor=law.clerk, account=bare, number=NUMBER, opened_on=DAY)
    with pytest.raises(Blocked, match="协议的编号"):
        services.account_file(actor=law.clerk, account=opened, filed_on=DAY)
    services.account_agree(
        actor=law.clerk, account=opened, values={"agreement_no": "A1"}, version=opened.version
    )
    with pytest.raises(StaleVersion):
        services.account_agree(actor=law.clerk, account=opened, values={"agreement_no": "A2"}, version=1)
    for day, sentence in ((DAY - timedelta(days=1), "早于"), (DAY + timedelta(days=9999), "晚于今天")):
        with pytest.raises(Unlawful, match=sentence):
            services.account_file(actor=law.clerk, account=opened, filed_on=day)
    filed = services.account_file(actor=law.officer, account=opened, filed_on=DAY)
    with pytest.raises(Blocked, match="另一人核验"):
        services.account_verify(actor=law.officer, account=filed)
    verified = services.account_verify(actor=law.head, account=filed)
    with pytest.raises(Blocked, match="不需要开通支付"):
        services.account_enable(actor=law.clerk, account=verified, pay_enabled_on=DAY)
    with pytest.raises(WrongState):
        services.account_verify(actor=law.head, account=verified)


def test_a_bank_off_the_list_or_of_the_neighbour_takes_no_account(law: World, place: Institution) -> None:
    row = bank(law)
    services.bank_edit(actor=law.clerk, bank=row, values={"is_active": False}, version=row.version)
    with pytest.raises(Unlawful, match="名单"):
        planned(law, place)
    bank_of = {"name": "某行", "branch": "", "contact": "", "is_active": True}
    with pytest.raises(NotAllowed):
        services.bank_register(actor=law.township, values=bank_of)
    with pytest.raises(Unlawful, match="已经登记"):
        bank(law)


def test_closing_needs_notice_no_money_and_no_freeze(law: World, place: Institution) -> None:
    row = account(law, place)
    deposited(law, row, 500)
    closing = services.account_begin_closing(actor=law.head, account=row, reason="终止办学")
    assert closing.close_not_before is not None
    assert (closing.close_not_before - timezone.localdate()).days >= 30
    with pytest.raises(Blocked) as stopped:
        services.account_close(actor=law.leader, account=closing)
    assert [reason.sentence[:5] for reason in stopped.value.reasons] == ["销户公示期", "账户还有余"]
    back = proposed(law, closing, 500, "退1", direction="RETURN")
    services.movement_post(actor=law.head, movement=back)
    EscrowAccount.objects.filter(pk=row.pk).update(close_not_before=timezone.localdate())
    closed = services.account_close(actor=law.leader, account=closing)
    assert closed.status == "CLOSED"
    assert planned(law, place).status == "PLANNED"


def test_closing_is_called_off(law: World, place: Institution) -> None:
    row = services.account_begin_closing(actor=law.head, account=account(law, place), reason="换银行")
    row = services.account_keep(actor=law.head, account=row, reason="不换了")
    assert (row.status, row.close_not_before) == ("VERIFIED", None)


def test_a_mistaken_account_is_dropped_and_its_term_ends(law: World, place: Institution) -> None:
    row = services.account_open(actor=law.clerk, account=planned(law, place), number=NUMBER, opened_on=DAY)
    dropped = services.account_drop(actor=law.head, account=row, reason="登记错机构")
    assert dropped.status == "CLOSED"
    assert Deadline.objects.get(subject_uid=row.uid).state == DeadlineState.CANCELLED
    other = make_place(law, "示例另一家培训中心")
    assert (
        services.account_open(
            actor=law.clerk, account=planned(law, other), number=NUMBER, opened_on=DAY
        ).status
        == "OPENED"
    )


def test_a_freeze_holds_from_approval_until_it_is_lifted(law: World, place: Institution) -> None:
    row = account(law, place)
    deposited(law, row, 10_000_000)
    freeze = services.freeze_propose(actor=law.officer, account=row, reason="负责人失联")
    assert freeze.clause == "第八条第二款"
    back = proposed(law, row, 100, "退1", direction="RETURN")
    with pytest.raises(Unlawful, match="冻结在办"):
        services.freeze_propose(actor=law.officer, account=row, reason="再来")
    with pytest.raises(NotAllowed):
        services.freeze_approve(actor=law.officer, freeze=freeze)
    freeze = services.freeze_approve(actor=law.head, freeze=freeze)
    with pytest.raises(Blocked, match="已冻结，不能退还"):
        services.movement_post(actor=law.head, movement=back)
    with pytest.raises(Blocked, match="冻结在办"):
        services.account_begin_closing(actor=law.head, account=row, reason="销户")
    assert deposited(law, row, 7, "0002").status == "POSTED"
    freeze = services.freeze_activate(actor=law.officer, freeze=freeze, active_on=DAY, bank_receipt="NS1")
    freeze = services.freeze_lift(actor=law.leader, freeze=freeze, reason="已恢复办学")
    assert freeze.status == "LIFTED"
    assert services.movement_post(actor=law.head, movement=back).status == "POSTED"
    assert ledger.verify() is None


def test_nobody_approves_an_own_freeze(law: World, place: Institution) -> None:
    freeze = services.freeze_propose(actor=law.head, account=account(law, place), reason="失联")
    with pytest.raises(Blocked, match="另一人"):
        services.freeze_approve(actor=law.head, freeze=freeze)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountFreeze.objects.filter(pk=freeze.pk).update(
            status="APPROVED", approved_by=law.head, approved_at=timezone.now()
        )
    refused = services.freeze_refuse(actor=law.leader, freeze=freeze, reason="已联系上")
    assert refused.status == "REFUSED"


def test_without_a_clause_there_is_no_freeze(law: World, place: Institution) -> None:
    row = services.account_open(
        actor=law.clerk, account=planned(law, place, freeze_clause=""), number=NUMBER, opened_on=DAY
    )
    with pytest.raises(Unlawful, match="条款"):
        services.freeze_propose(actor=law.officer, account=row, reason="失联")
    assert (
        services.freeze_propose(actor=law.officer, account=row, reason="失联", clause="第九条").clause
        == "第九条"
    )


def test_an_institution_with_money_is_not_deregistered(law: World, place: Institution) -> None:
    row = account(law, place)
    deposited(law, row, 500)

    def close() -> Institution:
        return institution_close(
            actor=law.head, institution=place, reason="申请终止", on=timezone.localdate(),
            end_kind="LICENCE_CANCELLED", source_no="注1号",
        )  # fmt: skip

    with pytest.raises(Blocked, match=r"余额 5\.00 元，不能注销"):
        close()
    offer = next(o for o in workflow.available_transitions(law.head, place) if o.transition.name == "close")
    assert any(reason.gate == "funds" for reason in offer.reasons)
    closing = services.account_begin_closing(actor=law.head, account=row, reason="终止")
    back = proposed(law, closing, 500, "退1", direction="RETURN")
    with pytest.raises(Blocked, match="待复核"):
        close()
    services.movement_post(actor=law.head, movement=back)
    assert close().operating_state == "CLOSED"


def test_rates_by_township_have_numerator_and_denominator(law: World, place: Institution) -> None:
    make_place(law, "示例没有账户的培训中心")
    make_place(law, "示例龙门培训中心", region=law.town2)
    row = account(law, place, "CUSTODY")
    services.account_enable(actor=law.clerk, account=row, pay_enabled_on=DAY)
    found: Any = {line.name: line for line in selectors.rates_by_town(law.head)}
    assert (found["高唐街道"].places, found["高唐街道"].opened, found["高唐街道"].enabled) == (2, 1, 1)
    assert (found["龙门街道"].places, found["龙门街道"].filed) == (1, 0)
    assert selectors.rates_total(list(found.values())).places == 3
    assert selectors.rates_by_town(law.neighbour_officer) == []


def test_scope(law: World, place: Institution) -> None:
    row = account(law, place)
    services.freeze_propose(actor=law.officer, account=row, reason="失联")
    deposited(law, row, 1)
    for reads in (selectors.accounts_visible, selectors.freezes_visible, selectors.movements_visible):
        assert reads(law.head).count() == reads(law.supervisor).count() == 1  # type: ignore[operator]
        assert reads(law.institution_user).count() == 1  # type: ignore[operator]
        assert reads(law.neighbour_officer).count() == reads(law.neighbour_institution_user).count() == 0  # type: ignore[operator]
