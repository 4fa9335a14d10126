"""Releases: built by turn, let go by a second person, never out of families' money."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile

from casework.errors import Blocked, NotAllowed, Unlawful
from casework.evidence.services import evidence_receive
from funds import selectors, services
from funds.models import Contract, EscrowAccount, ReleaseBatch
from institutions.models import Institution
from tests.conftest import World
from tests.fieldwork.phones import picture as jpeg
from tests.funds.paying import STARTS, active, at, balance, custody, earn, settlement, taught

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 27)


@pytest.fixture
def earned(law: World, place: Institution) -> EscrowAccount:
    """¥3,000 paid, 4 of 30 lessons confirmed."""
    row = custody(law, place)
    settlement(law, place)
    for lesson in taught(law, active(law, place), 4):
        services.lesson_confirm(actor=law.system, lesson=lesson, at=at(DAY, 8))
    return row


def through(world: World, batch: ReleaseBatch) -> ReleaseBatch:
    batch = services.release_approve(actor=world.head, batch=batch, at=at(DAY))
    assert batch.instruction is not None
    row = services.instruction_send(actor=world.clerk, instruction=batch.instruction, at=at(DAY))
    services.instruction_post(
        actor=world.clerk, instruction=row, booked_on=DAY, bank_serial="1", at=at(DAY, 23)
    )
    return ReleaseBatch.objects.get(pk=batch.pk)


def test_from_lessons_to_the_settlement_account(law: World, earned: EscrowAccount) -> None:
    batch = services.release_build(actor=law.clerk, account=earned, at=at(DAY))
    assert (batch.amount_fen, batch.lesson_count, batch.status) == (40_000, 4, "BUILT")
    done = through(law, batch)
    assert (done.status, done.paid_on) == ("PAID", DAY)
    assert done.instruction is not None
    assert done.instruction.payee_account_tail == "2222"
    assert balance("ESCROW_BANK", earned) == 260_000
    with pytest.raises(Blocked, match="没有已确认、未拨付的课时"):
        services.release_build(actor=law.clerk, account=earned, at=at(DAY))


def test_the_next_batch_counts_the_lessons_since_the_paid_one(law: World, earned: EscrowAccount) -> None:
    through(law, services.release_build(actor=law.clerk, account=earned, at=at(DAY)))
    contract = Contract.objects.get()
    later = DAY + timedelta(days=7)
    for lesson in taught(law, contract, 2, day=DAY):
        services.lesson_confirm(actor=law.system, lesson=lesson, at=at(later, 8))
    batch = services.release_build(actor=law.clerk, account=earned, at=at(later))
    assert (batch.amount_fen, batch.lesson_count) == (20_000, 2)


def test_who_builds_does_not_approve(law: World, earned: EscrowAccount) -> None:
    batch = services.release_build(actor=law.head, account=earned, at=at(DAY))
    with pytest.raises(Blocked, match="另一人"):
        services.release_approve(actor=law.head, batch=batch, at=at(DAY))
    with pytest.raises(NotAllowed):
        services.release_approve(actor=law.institution_user, batch=batch, at=at(DAY))
    assert services.release_approve(actor=law.leader, batch=batch, at=at(DAY)).status == "APPROVED"


def test_a_held_batch_shows_its_reason_and_goes_on(law: World, earned: EscrowAccount) -> None:
    batch = services.release_build(actor=law.clerk, account=earned, at=at(DAY))
    batch = services.release_hold(actor=law.officer, batch=batch, reason="家长集中投诉，核实中")
    with pytest.raises(Blocked, match="已有拨付批次在办"):
        services.release_build(actor=law.clerk, account=earned, at=at(DAY))
    batch = services.release_resume(actor=law.officer, batch=batch)
    assert through(law, batch).status == "PAID"


def test_a_failed_release_leaves_the_money(law: World, earned: EscrowAccount) -> None:
    batch = services.release_approve(
        actor=law.head, batch=services.release_build(actor=law.clerk, account=earned, at=at(DAY)), at=at(DAY)
    )
    services.instruction_void(actor=law.clerk, instruction=batch.instruction, reason="户名不符")
    batch.refresh_from_db()
    assert (batch.status, batch.reason) == ("FAILED", "户名不符")
    assert services.release_build(actor=law.clerk, account=earned, at=at(DAY)).amount_fen == 40_000


def test_without_a_verified_settlement_account_nothing_leaves(law: World, place: Institution) -> None:
    row = custody(law, place)
    earn(law, active(law, place), 1)
    with pytest.raises(Blocked, match="结算账户"):
        services.release_build(actor=law.clerk, account=row)
    with pytest.raises(Unlawful, match="户名须是机构本身"):
        services.settlement_propose(
            actor=law.clerk, institution=place, account_name="张三", bank_name="行", number="6222000011112222"
        )
    with pytest.raises(Unlawful, match="监管账户"):
        services.settlement_propose(
            actor=law.clerk,
            institution=place,
            account_name=place.name,
            bank_name="行",
            number="5002370071000001",
        )


def test_cycles_and_months(law: World, earned: EscrowAccount) -> None:
    through(law, services.release_build(actor=law.clerk, account=earned, at=at(DAY)))
    earn(law, active(law, earned.institution, student="李"), 50_000)
    for mode, next_on in (("PER_CYCLE", DAY + timedelta(days=7)), ("MONTHLY", date(2026, 12, 1))):
        earned.release_mode = mode
        due = selectors.release_due(earned, DAY)
        assert (due.next_on, due.is_open) == (next_on, False)
        assert selectors.release_due(earned, next_on).is_open
    earned.release_mode = "PER_LESSON"
    assert selectors.release_due(earned, DAY).is_open


def test_staged_release_is_applied_for_and_capped(law: World, place: Institution) -> None:
    row = custody(law, place)
    settlement(law, place)
    EscrowAccount.objects.filter(pk=row.pk).update(release_mode="STAGED")
    row.refresh_from_db()
    contract = active(law, place, lessons=6, price_fen=60_000, list_price_fen=60_000)
    lessons = taught(law, contract, 4)
    services.lesson_confirm(actor=law.system, lesson=lessons[0], at=at(DAY))
    with pytest.raises(Blocked, match="须由机构申请"):
        services.release_build(actor=law.clerk, account=row, at=at(DAY))
    with pytest.raises(Blocked, match="没有到可以拨付的进度"):
        services.release_apply(actor=law.institution_user, account=row, note="", at=at(DAY))
    services.lesson_confirm(actor=law.system, lesson=lessons[1], at=at(DAY))
    batch = services.release_apply(actor=law.institution_user, account=row, note="已上三分之一", at=at(DAY))
    assert (batch.amount_fen, batch.is_applied) == (18_000, True)
    through(law, batch)
    for lesson in lessons[2:]:
        services.lesson_confirm(actor=law.system, lesson=lesson, at=at(DAY))
    batch = services.release_apply(actor=law.institution_user, account=row, note="", at=at(DAY))
    assert batch.amount_fen == 18_000


def test_manual_release_needs_paper_and_four_eyes(law: World, earned: EscrowAccount) -> None:
    with pytest.raises(Unlawful, match="已确认消课"):
        services.release_manual(
            actor=law.clerk, account=earned, amount_fen=40_001, decision_no="巫教资〔2026〕3号", note=""
        )
    batch = services.release_manual(
        actor=law.clerk, account=earned, amount_fen=10_000, decision_no="巫教资〔2026〕3号", note="工资急用"
    )
    with pytest.raises(Blocked, match="扫描件"):
        services.release_approve(actor=law.head, batch=batch)
    evidence_receive(
        actor=law.clerk, subject=batch, upload=ContentFile(jpeg(), name="决定.jpg"), caption="决定"
    )
    done = through(law, batch)
    assert done.status == "PAID"
    assert done.instruction is not None
    assert done.instruction.kind == "MANUAL_RELEASE"


def test_due_batches_of_the_county(law: World, earned: EscrowAccount) -> None:
    assert services.releases_build_due(actor=law.clerk, at=at(DAY)) == (1, 0)
    assert services.releases_build_due(actor=law.clerk, at=at(DAY)) == (0, 1)


def test_disputed_lessons_are_not_in_it_and_are_told(law: World, earned: EscrowAccount) -> None:
    from funds.models import Contract

    lesson = taught(law, Contract.objects.get(), 1, STARTS + timedelta(days=9))[0]
    services.lesson_dispute(actor=law.system, lesson=lesson, words="没上课")
    batch = services.release_build(actor=law.clerk, account=earned, at=at(DAY))
    assert batch.amount_fen == 40_000
    assert any("1 课时家长有异议" in words for words in batch.findings)
