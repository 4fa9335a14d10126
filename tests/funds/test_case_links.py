"""A penalty case takes its fee table from the ledger, and proposes a freeze that a head approves; refunds stay open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.errors import NotAllowed, Unlawful
from casework.models import AuditEvent
from casework.money import yuan
from funds import services
from funds.models import AccountFreeze, Contract
from funds.selectors.cases import case_contracts, case_paid, freezable_accounts
from institutions.models import Institution
from penalties.models import Case, FeeRow
from tests.conftest import World
from tests.funds import paying
from tests.penalties import making as cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def contracts(law: World, place: Institution) -> list[Contract]:
    cases.load_law(law)
    paying.custody(law, place)
    found = [paying.active(law, place, student=name) for name in ("张小明", "李小红")]
    for lesson in paying.taught(law, found[0], 5):
        services.lesson_confirm(actor=law.system, lesson=lesson, at=paying.at(lesson.taught_on, 20))
    return [Contract.objects.get(pk=row.pk) for row in found]


@pytest.fixture
def case(law: World, place: Institution, contracts: list[Contract]) -> Case:
    return cases.draft(law, institution=place, party_name=place.name)


def test_the_fee_table_is_fed_by_a_call_down(law: World, case: Case, contracts: list[Contract]) -> None:
    refund = services.refund_apply(actor=law.system, contract=contracts[1], ground="FAMILY", at=paying.NOON)
    refund = services.refund_agree(actor=law.institution_user, refund=refund, at=paying.NOON)
    refund = services.refund_approve(actor=law.head, refund=refund, at=paying.NOON)
    refund = services.refund_pay(actor=law.head, refund=refund, at=paying.NOON)
    assert refund.instruction is not None
    sent = services.instruction_send(actor=law.clerk, instruction=refund.instruction, at=paying.NOON)
    services.instruction_post(
        actor=law.clerk, instruction=sent, booked_on=paying.SIGNED, bank_serial="1", at=paying.NOON
    )
    assert services.case_fees_feed(actor=law.officer, case=case) == 2
    rows = list(FeeRow.objects.filter(case=case).order_by("position"))
    assert [(row.charged_fen, row.lessons_total, row.lessons_used, row.refunded_fen) for row in rows] == [
        (300_000, 30, 5, 0), (300_000, 30, 0, 300_000),
    ]  # fmt: skip
    assert rows[0].pupil_mask.startswith("张")
    assert contracts[0].number in rows[0].note
    assert AuditEvent.objects.get(verb="funds.case_fees_feed").changes["rows"] == [None, 2]
    assert services.case_fees_feed(actor=law.officer, case=case, until=paying.SIGNED) == 2
    assert FeeRow.objects.filter(case=case).count() == 2
    with pytest.raises(Unlawful, match="没有缴过费"):
        services.case_fees_feed(actor=law.officer, case=case, since=paying.SIGNED + timedelta(days=1))
    with pytest.raises(NotAllowed):
        services.case_fees_feed(actor=law.clerk, case=case)
    with pytest.raises(NotAllowed):
        services.case_fees_feed(actor=law.neighbour_officer, case=case)


def test_a_case_proposes_a_freeze_that_a_head_approves_on_the_screen(
    law: World, case: Case, contracts: list[Contract], sign_in: Callable[..., Client]
) -> None:
    page: Any = sign_in(law.officer)
    text = page.get(reverse("penalties:case_detail", kwargs={"uid": case.uid})).content.decode()
    assert f"/desk/funds/cases/{case.uid}/freeze/" in text
    assert f"/desk/funds/cases/{case.uid}/fees/" in text
    assert page.post(f"/desk/funds/cases/{case.uid}/fees/", {}).status_code == 302
    here = f"/desk/funds/cases/{case.uid}/freeze/"
    assert "第八条第二款" in page.get(here).content.decode()
    account = contracts[0].account
    assert account is not None
    form = {"account": account.pk, "reason": "涉嫌抽逃预收费", "clause": "第八条第二款"}
    assert page.post(here, form).status_code == 302
    freeze = AccountFreeze.objects.get()
    assert (freeze.status, freeze.clause, freeze.created_by) == ("PROPOSED", "第八条第二款", law.officer)
    assert page.post(f"/desk/funds/freezes/{freeze.uid}/approve/").status_code == 403
    head = sign_in(law.head)
    assert head.post(f"/desk/funds/freezes/{freeze.uid}/approve/").status_code == 302
    freeze.refresh_from_db()
    assert (freeze.status, freeze.approved_by) == ("APPROVED", law.head)
    refund = services.refund_apply(actor=law.system, contract=contracts[1], ground="FAMILY")
    refund = services.refund_agree(actor=law.institution_user, refund=refund)
    refund = services.refund_approve(actor=law.head, refund=refund)
    refund = services.refund_pay(actor=law.head, refund=refund)
    assert refund.instruction is not None
    assert services.instruction_send(actor=law.clerk, instruction=refund.instruction).status == "SENT"
    assert sign_in(law.neighbour_officer).get(here).status_code == 404


def test_the_page_counts_the_partys_paid_contracts_in_the_database(
    law: World, case: Case, contracts: list[Contract], sign_in: Callable[..., Client]
) -> None:
    assert case_paid(case) == (2, sum(row.paid_fen for row in contracts))
    assert [row.pk for row in case_contracts(case, since=paying.SIGNED)] == [row.pk for row in contracts]
    assert list(freezable_accounts(case)) == [contracts[0].account]
    page: Any = sign_in(law.officer)
    text = page.get(f"/desk/funds/cases/{case.uid}/fees/").content.decode()
    assert f"有 2 份缴过费的合同，共 {yuan(600_000)}" in text
    case.institution = None
    assert case_paid(case) == (0, 0)
    assert not case_contracts(case).exists()
    assert not freezable_accounts(case).exists()


def test_only_the_partys_own_account(law: World, case: Case) -> None:
    from tests.inspections.making import make_place

    other = paying.custody(law, make_place(law, "示例别家培训中心"), "5002370071000777")
    with pytest.raises(Unlawful, match="当事机构"):
        services.case_freeze_propose(actor=law.officer, case=case, account=other, reason="试")
