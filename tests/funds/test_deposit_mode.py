"""Institutions that keep fees themselves: the deposit stands for them, refunds come from them or from it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from casework.errors import Blocked, Unlawful
from casework.models import PolicyValue
from funds import links, services
from funds.models import Contract, DailyCertificate, EntryKind, Refund
from funds.selectors.custody import custody_places
from funds.selectors.money import TRANSIT_KEY, position_of
from funds.selectors.runaways import cover_of
from institutions.models import Institution
from tests.conftest import World
from tests.funds.making import DAY, account, closed, deposited
from tests.funds.paying import NOON, SIGNED, at, balance, custody, drafted, signed, taught, white

pytestmark = pytest.mark.django_db
LATE = date(2026, 12, 1)


@pytest.fixture
def kept(law: World, place: Institution) -> Contract:
    """¥3,000 that the institution took itself, 3 of 30 lessons confirmed; ¥10,000 of deposit."""
    white(law, place)
    row = account(law, place)
    services.requirement_set(
        actor=law.head, institution=place, formula="DECISION", since=DAY, decided_fen=1_000_000, basis="决定"
    )
    deposited(law, row, 1_000_000)
    contract = services.contract_sign(actor=law.clerk, contract=drafted(law, place, mode="DEPOSIT"), at=NOON)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=300_000, booked_on=SIGNED, key="收据1",
        via=EntryKind.PAY_DEPOSIT_MODE, at=NOON,
    )  # fmt: skip
    contract.refresh_from_db()
    for lesson in taught(law, contract, 3):
        services.lesson_confirm(actor=law.system, lesson=lesson, at=at(LATE))
    contract.refresh_from_db()
    return contract


def decided(world: World, contract: Contract) -> Refund:
    row = services.refund_apply(actor=world.system, contract=contract, ground="INSTITUTION", at=at(LATE))
    row = services.refund_agree(actor=world.institution_user, refund=row, at=at(LATE))
    return services.refund_approve(actor=world.head, refund=row, at=at(LATE))


def test_the_claim_falls_with_lessons(law: World, kept: Contract) -> None:
    assert balance("CLAIM_ON_INST", kept.institution) == balance("CONTRACT_UNEARNED", kept) == 270_000
    assert balance("INST_RELEASABLE", kept.institution) == 0


def test_without_a_full_deposit_nothing_is_signed(law: World, place: Institution) -> None:
    white(law, place)
    with pytest.raises(Blocked, match="风险保证金账户"):
        services.contract_sign(actor=law.clerk, contract=drafted(law, place, mode="DEPOSIT"), at=NOON)


def test_one_way_of_charging(law: World, kept: Contract) -> None:
    custody(law, kept.institution)
    with pytest.raises(Unlawful, match="一家机构只能用一种收费方式"):
        services.contract_sign(actor=law.clerk, contract=drafted(law, kept.institution), at=NOON)
    with pytest.raises(Unlawful, match="不能这样入账"):
        services.payment_post(
            actor=law.clerk, contract=kept, fen=1, booked_on=SIGNED, key="x", via=EntryKind.PAY_DIRECT
        )


def test_the_institution_pays_back_itself(law: World, kept: Contract) -> None:
    row = decided(law, kept)
    with pytest.raises(Blocked, match="机构自收"):
        services.refund_pay(actor=law.head, refund=row)
    row = services.refund_paid_by_place(
        actor=law.clerk, refund=row, paid_on=LATE, reference="回单9", at=at(LATE)
    )
    assert (row.status, row.amount_fen) == ("PAID", 270_000)
    assert balance("CLAIM_ON_INST", kept.institution) == 0
    assert balance("REFUND_PAYABLE", kept) == 0


def test_the_deposit_pays_when_the_institution_does_not(law: World, kept: Contract) -> None:
    row = decided(law, kept)
    with pytest.raises(Blocked, match="另一人"):
        services.refund_paid_by_deposit(
            actor=law.head, refund=row, paid_on=LATE, reference="巫教资〔2026〕9号", at=at(LATE)
        )
    row = services.refund_paid_by_deposit(
        actor=law.leader, refund=row, paid_on=LATE, reference="巫教资〔2026〕9号", at=at(LATE)
    )
    assert row.status == "PAID"
    deposit = kept.institution.escrow_accounts.get(kind="DEPOSIT")
    assert balance("DEPOSIT_BANK", deposit) == balance("DEPOSIT_OBLIG", deposit) == 730_000
    assert balance("CLAIM_ON_INST", kept.institution) == 0


def test_the_deposit_pays_on_an_open_day_only(law: World, kept: Contract) -> None:
    row = decided(law, kept)
    deposit = kept.institution.escrow_accounts.get(kind="DEPOSIT")
    closed(law, deposit, LATE)
    with pytest.raises(Unlawful, match="这一天已结账"):
        services.refund_paid_by_deposit(
            actor=law.leader, refund=row, paid_on=LATE, reference="巫教资〔2026〕9号", at=at(LATE)
        )


def test_fees_kept_by_the_institution_are_no_custody(law: World, kept: Contract) -> None:
    """Claims under deposit-mode contracts, closed accounts and old money in transit do not enter the comparison."""
    services.contract_suspend(actor=law.officer, contract=kept, reason="改为托管")
    place = kept.institution
    custody(law, place)
    row = custody_places(law.head, SIGNED).get(pk=place.pk)
    assert (row.owed_fen, row.short_fen, row.transit_fen) == (0, 0, 0)


def test_old_money_in_transit_is_no_cover(law: World, place: Institution) -> None:
    custody(law, place)
    contract = signed(law, place)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=300_000, booked_on=SIGNED, key="q", via=EntryKind.PAY_CHANNEL
    )
    later = SIGNED + timedelta(days=60)
    assert custody_places(law.head, SIGNED).get(pk=place.pk).short_fen == 0
    assert custody_places(law.head, later).get(pk=place.pk).short_fen == 300_000
    for day in (SIGNED, later):
        services.certificates_make(actor=law.system, on=day, at=at(later))
    assert [day.gap_fen for day in DailyCertificate.objects.order_by("on")] == [0, 300_000]


def test_the_gap_of_a_certificate_is_kept_and_needs_no_term(law: World, place: Institution) -> None:
    custody(law, place)
    contract = signed(law, place)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=300_000, booked_on=SIGNED, key="q", via=EntryKind.PAY_CHANNEL
    )
    PolicyValue.objects.filter(key=TRANSIT_KEY).delete()
    services.certificates_make(actor=law.system, on=SIGNED, at=at(SIGNED, 23))
    day = DailyCertificate.objects.get()
    assert (day.owed_fen, day.transit_fen, day.gap_fen) == (300_000, 300_000, 300_000)
    page = Client().get(reverse("funds_public:family", kwargs={"token": links.token_of(contract.family)}))
    assert "比应保障家长的钱少" in page.content.decode()
    account = place.escrow_accounts.get(kind="CUSTODY")
    assert position_of(account, SIGNED).transit == 0
    assert custody_places(law.head, SIGNED).get(pk=place.pk).short_fen == 300_000
    assert cover_of(place, SIGNED).bare == 300_000


def test_money_in_transit_covers_alike_everywhere(law: World, place: Institution) -> None:
    custody(law, place)
    contract = signed(law, place)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=300_000, booked_on=SIGNED, key="q", via=EntryKind.PAY_CHANNEL
    )
    account = place.escrow_accounts.get(kind="CUSTODY")
    for day, fen in (
        (SIGNED - timedelta(days=1), 0), (SIGNED, 300_000), (SIGNED + timedelta(days=60), 0),
    ):  # fmt: skip
        assert position_of(account, day).transit == fen
        assert custody_places(law.head, day).get(pk=place.pk).transit_fen == fen
        cover = cover_of(place, day)
        assert (cover.transit, cover.by_custody, cover.bare) == (fen, fen, 300_000 - fen)
    assert cover_of(place, SIGNED).custody == 0
