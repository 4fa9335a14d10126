"""Refunds: the calculation with its working, silence, mediation, the original payer, never above the rest."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from casework.deadlines.services import deadline_extend
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import Deadline
from casework.money import yuan
from funds import services
from funds.models import Contract, Instruction, Refund
from funds.refunding import refund_working
from funds.selectors.contracts import contract_money
from funds.services import refunds
from funds.views.contracts import money_section
from institutions.models import Institution
from tests.conftest import World
from tests.funds.paying import STARTS, active, at, balance, custody, taught

pytestmark = pytest.mark.django_db
LATE = date(2026, 12, 1)  # past the seven days after payment on 20 November


@pytest.fixture
def used(law: World, place: Institution) -> Contract:
    """¥3,000 for 30 lessons, list price ¥3,600, ¥100 of material agreed; 5 lessons confirmed."""
    custody(law, place)
    contract = active(
        law, place, list_price_fen=360_000, deduction_fen=10_000, deduction_note="教材已领用，第七条"
    )
    for lesson in taught(law, contract, 5):
        services.lesson_confirm(actor=law.system, lesson=lesson, at=at(LATE))
    contract.refresh_from_db()
    return contract


def lines(contract: Contract, ground: str = "FAMILY", on: date = LATE) -> list[int]:
    return [fen for _, fen, _ in refund_working(contract, ground, on).lines]


def test_the_working_line_by_line(law: World, used: Contract) -> None:
    assert lines(used) == [300_000, -50_000, -10_000, 240_000]
    assert lines(used, "INSTITUTION") == [300_000, -50_000, 0, 250_000]
    used.used_at_list = True
    assert lines(used) == [300_000, -60_000, -10_000, 230_000]
    assert lines(used, "INSTITUTION") == [300_000, -50_000, 0, 250_000]
    words = [why for _, _, why in refund_working(used, "FAMILY", LATE).lines]
    assert "教材已领用" in words[2]


def test_seven_days_without_reason_and_before_the_first_lesson(law: World, used: Contract) -> None:
    assert lines(used, on=date(2026, 11, 27)) == [300_000, -50_000, 0, 250_000]
    assert lines(used, on=date(2026, 11, 28))[2] == -10_000
    fresh = active(law, used.institution, student="李", deduction_fen=10_000, deduction_note="教材")
    assert lines(fresh, on=date(2026, 12, 20)) == [300_000, 0, 0, 300_000]
    used.full_refund_lessons = 5
    assert lines(used)[2] == 0


def applied(world: World, contract: Contract, ground: str = "FAMILY", **values: Any) -> Refund:
    fields = {"actor": world.system, "at": at(LATE), **values}
    return services.refund_apply(contract=contract, ground=ground, statement="搬家", **fields)


def paid_back(world: World, refund: Refund, serial: str = "R1") -> Refund:
    paying = services.refund_pay(actor=world.head, refund=refund, at=at(LATE))
    assert paying.instruction is not None
    row = services.instruction_send(actor=world.clerk, instruction=paying.instruction, at=at(LATE))
    services.instruction_post(
        actor=world.clerk, instruction=row, booked_on=LATE, bank_serial=serial, at=at(LATE, 20)
    )
    return Refund.objects.get(pk=refund.pk)


def test_agreed_decided_paid(law: World, used: Contract) -> None:
    row = applied(law, used)
    assert (row.is_by_family, row.answer_due_on) == (True, date(2026, 12, 8))
    row = services.refund_agree(actor=law.institution_user, refund=row, at=at(LATE))
    row = services.refund_approve(actor=law.head, refund=row, at=at(LATE))
    assert (row.amount_fen, row.kept_fen) == (240_000, 10_000)
    assert balance("REFUND_PAYABLE", used) == 240_000
    assert balance("INST_RELEASABLE", used.institution) == 60_000
    assert balance("CONTRACT_UNEARNED", used) == 0
    done = paid_back(law, row)
    used.refresh_from_db()
    assert (done.status, used.status) == ("PAID", "REFUNDED")
    assert balance("ESCROW_BANK", used.account) == 60_000
    assert Instruction.objects.get().payee_digest == used.payer_digest


def test_silence_counts_as_consent_after_the_last_day(law: World, used: Contract) -> None:
    row = applied(law, used)
    assert (
        services.refunds_auto_agree(actor=law.system, today=date(2026, 12, 8), at=at(date(2026, 12, 8))) == 0
    )
    assert (
        services.refunds_auto_agree(actor=law.system, today=date(2026, 12, 9), at=at(date(2026, 12, 9))) == 1
    )
    assert (
        services.refunds_auto_agree(actor=law.system, today=date(2026, 12, 9), at=at(date(2026, 12, 9))) == 0
    )
    row.refresh_from_db()
    assert row.status == "AUTO_AGREED"
    with pytest.raises(WrongState):
        services.refund_refuse(actor=law.institution_user, refund=row, answer="不同意")


def test_mediation_may_change_the_amount_but_never_above_the_rest(law: World, used: Contract) -> None:
    row = applied(law, used)
    with pytest.raises(Unlawful):
        services.refund_refuse(actor=law.institution_user, refund=row, answer=" ")
    row = services.refund_refuse(actor=law.institution_user, refund=row, answer="已上课")
    with pytest.raises(WrongState):
        services.refund_approve(actor=law.head, refund=row, at=at(LATE))
    row = services.refund_mediate(actor=law.officer, refund=row)
    with pytest.raises(Unlawful, match="超过尚在监管"):
        services.refund_approve(actor=law.head, refund=row, amount_fen=250_001, decision="多退", at=at(LATE))
    with pytest.raises(Unlawful, match="写明理由"):
        services.refund_approve(actor=law.head, refund=row, amount_fen=245_000, at=at(LATE))
    row = services.refund_approve(
        actor=law.head, refund=row, amount_fen=245_000, decision="教材费各担一半", at=at(LATE)
    )
    assert (row.amount_fen, row.kept_fen) == (245_000, 5_000)


def test_rejected_with_a_reason(law: World, used: Contract) -> None:
    row = services.refund_refuse(actor=law.institution_user, refund=applied(law, used), answer="不同意")
    row = services.refund_mediate(actor=law.officer, refund=row)
    with pytest.raises(Unlawful):
        services.refund_reject(actor=law.head, refund=row, decision="")
    assert (
        services.refund_reject(actor=law.head, refund=row, decision="家长同意继续上课").status == "REJECTED"
    )
    assert applied(law, used).status == "APPLIED"


def test_lessons_that_wait_are_settled_first(law: World, used: Contract) -> None:
    lesson = taught(law, used, 1, STARTS + timedelta(days=7))[0]
    row = services.refund_agree(actor=law.institution_user, refund=applied(law, used), at=at(LATE))
    with pytest.raises(Blocked, match="1 课时等家长确认"):
        services.refund_approve(actor=law.head, refund=row, at=at(LATE))
    services.lesson_dispute(actor=law.system, lesson=lesson, words="没上")
    with pytest.raises(Blocked):
        services.refund_approve(actor=law.head, refund=row, at=at(LATE))
    services.lesson_cancel(actor=law.officer, lesson=lesson, decision="没有上课")
    assert services.refund_approve(actor=law.head, refund=row, at=at(LATE)).amount_fen == 240_000


def test_a_failed_payment_is_tried_again_under_a_new_number(law: World, used: Contract) -> None:
    row = services.refund_agree(actor=law.institution_user, refund=applied(law, used), at=at(LATE))
    row = services.refund_approve(actor=law.head, refund=row, at=at(LATE))
    paying = services.refund_pay(actor=law.head, refund=row, at=at(LATE))
    services.instruction_void(actor=law.clerk, instruction=paying.instruction, reason="付款账号已销户")
    row.refresh_from_db()
    assert (row.status, row.failure) == ("FAILED", "付款账号已销户")
    assert paid_back(law, row).status == "PAID"
    assert Instruction.objects.values_list("number", flat=True).distinct().count() == 2


def test_a_freeze_does_not_stop_refunds(law: World, used: Contract) -> None:
    assert used.account is not None
    freeze = services.freeze_propose(actor=law.officer, account=used.account, reason="失联")
    services.freeze_approve(actor=law.head, freeze=freeze)
    row = services.refund_agree(actor=law.institution_user, refund=applied(law, used), at=at(LATE))
    row = services.refund_approve(actor=law.head, refund=row, at=at(LATE))
    assert paid_back(law, row).status == "PAID"


def test_only_one_at_a_time_and_by_whom(law: World, used: Contract) -> None:
    row = applied(law, used, actor=law.clerk)
    assert not row.is_by_family
    with pytest.raises(Unlawful, match="已有退费申请在办"):
        applied(law, used)
    with pytest.raises(NotAllowed):
        applied(law, used, actor=law.institution_user)
    with pytest.raises(NotAllowed):
        services.refund_agree(actor=law.clerk, refund=row)
    with pytest.raises(NotAllowed):
        services.refund_agree(actor=law.neighbour_institution_user, refund=row)
    assert services.refund_withdraw(actor=law.system, refund=row).status == "WITHDRAWN"


def test_an_institution_that_is_closed_out_refunds_in_full(law: World, used: Contract) -> None:
    row = services.refund_agree(
        actor=law.institution_user, refund=applied(law, used, "INSTITUTION"), at=at(LATE)
    )
    row = services.refund_approve(actor=law.head, refund=row, at=at(LATE))
    assert (row.amount_fen, row.kept_fen) == (250_000, 0)


def test_figures_after_a_paid_refund_and_after_it_came_back(law: World, used: Contract) -> None:
    row = services.refund_agree(actor=law.institution_user, refund=applied(law, used), at=at(LATE))
    done = paid_back(law, services.refund_approve(actor=law.head, refund=row, at=at(LATE)))
    money = contract_money(Contract.objects.get(pk=used.pk))
    assert (money.refunded, money.earned, money.unearned) == (240_000, 60_000, 0)
    cells = money_section(Contract.objects.get(pk=used.pk))["rows"]
    told = {line[0]["text"]: line[1]["text"] for line in cells}
    assert (told["已消课和归机构"], told["已退"]) == (yuan(60_000), yuan(240_000))
    assert done.instruction is not None
    services.instruction_return(
        actor=law.clerk, instruction=done.instruction, booked_on=LATE, reason="账号有误", at=at(LATE, 21)
    )
    done.refresh_from_db()
    assert (done.status, done.paid_on) == ("FAILED", None)
    money = contract_money(Contract.objects.get(pk=used.pk))
    assert (money.refunded, money.refundable, money.earned) == (0, 240_000, 60_000)


def deadline(row: Refund) -> Deadline:
    return Deadline.objects.get(subject_uid=row.uid)


def test_a_withdrawn_application_has_no_running_term(law: World, used: Contract) -> None:
    row = applied(law, used)
    services.refund_withdraw(actor=law.system, refund=row, at=at(LATE))
    assert deadline(row).state == "CANCELLED"


def test_a_moved_term_is_the_refunds_too(law: World, used: Contract) -> None:
    row = applied(law, used)
    later = date(2026, 12, 20)
    deadline_extend(
        actor=law.system, subject_uid=row.uid, kind="FUND_REFUND_ANSWER", due_on=later, reason="停电"
    )
    row.refresh_from_db()
    assert row.answer_due_on == later
    assert services.refunds_auto_agree(actor=law.system, today=later, at=at(later)) == 0


def test_without_a_term_the_bureau_takes_it_up(law: World, used: Contract) -> None:
    row = applied(law, used)
    with pytest.raises(Blocked, match="机构答复期限到"):
        services.refund_mediate(actor=law.officer, refund=row)
    Refund.objects.filter(pk=row.pk).update(answer_due_on=None)
    assert services.refund_mediate(actor=law.officer, refund=row).status == "MEDIATION"


def test_one_failure_does_not_hold_up_other_refunds(
    law: World, used: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = applied(law, used)
    second = applied(law, active(law, used.institution, student="李", phone="13800000002"))
    whole = refunds.transition

    def broken(row: Refund, *args: Any, **values: Any) -> Any:
        if row.pk == first.pk:
            raise RuntimeError("坏行")
        return whole(row, *args, **values)

    monkeypatch.setattr(refunds, "transition", broken)
    failed: list[str] = []
    day = date(2026, 12, 20)
    assert services.refunds_auto_agree(actor=law.system, today=day, at=at(day), failed=failed) == 1
    second.refresh_from_db()
    assert (second.status, failed) == ("AUTO_AGREED", [first.number])
