"""The room's pages as people use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from casework.models import AuditEvent, EvidenceFile
from funds import selectors, services
from funds.models import Bank, DepositMovement, EntryKind, EscrowAccount
from institutions.models import Institution
from tests.conftest import World
from tests.fieldwork.phones import picture as jpeg
from tests.funds.making import DAY, account, deposited, proposed
from tests.funds.paying import NOON, SIGNED, custody, settlement, signed

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
LISTS = ("overview", "account_list", "deposit_list", "movement_list", "freeze_list", "rates", "bank_list")


def text(response: Any) -> str:
    assert response.status_code in {200, 422}, response.status_code
    return str(response.content.decode())


def test_from_bank_to_money_on_the_screens(law: World, place: Institution, sign_in: SignIn) -> None:
    clerk, head = sign_in(law.clerk), sign_in(law.head)
    clerk.post(
        reverse("funds:bank_create"), {"name": "示例农商银行", "branch": "巫峡支行", "is_active": "on"}
    )
    bank = Bank.objects.get()
    fields = {
        "institution": place.pk, "kind": "DEPOSIT", "bank": bank.pk, "release_mode": "NONE",
        "agreement_no": "巫教资监〔2026〕9号", "agreement_from": "2026-11-20", "freeze_clause": "第八条",
    }  # fmt: skip
    assert clerk.post(reverse("funds:account_create"), fields).status_code == 302
    row = EscrowAccount.objects.get()
    assert row.account_name == place.name

    def step(client: Client, name: str, **values: Any) -> Any:
        return client.post(reverse("funds:account_step", kwargs={"uid": row.uid, "name": name}), values)

    assert "完整账号" in text(step(clerk, "open", number="1234****9876", opened_on="2026-11-20"))
    assert step(clerk, "open", number="5002370072000001", opened_on="2026-11-20").status_code == 302
    step(clerk, "file", filed_on="2026-11-20")
    step(head, "verify")
    row.refresh_from_db()
    assert row.status == "VERIFIED"
    paper = ContentFile(jpeg(), name="回单.jpg")
    values = {
        "account": row.pk, "direction": "IN", "amount_fen": "100000.00", "booked_on": "2026-11-20",
        "reference": "0001", "paper": paper,
    }  # fmt: skip
    assert clerk.post(reverse("funds:movement_create"), values).status_code == 302
    movement = DepositMovement.objects.get()
    assert EvidenceFile.objects.filter(subject_uid=movement.uid).exists()
    head.post(reverse("funds:movement_step", kwargs={"uid": movement.uid, "name": "post"}))
    assert selectors.account_balance(row) == 10_000_000
    page = text(head.get(reverse("funds:account_detail", kwargs={"uid": row.uid})))
    assert "100,000.00" in page
    assert "5002370072000001" not in page
    assert "存入保证金" in page


@pytest.mark.parametrize("amount", ["-1", "0", "0.001", "1000000000000000", "abc"])
def test_bad_amounts_are_refused_at_the_form(
    law: World, place: Institution, sign_in: SignIn, amount: str
) -> None:
    row = account(law, place)
    values = {
        "account": row.pk, "direction": "IN", "amount_fen": amount, "booked_on": "2026-11-20", "reference": "1",
    }  # fmt: skip
    assert sign_in(law.clerk).post(reverse("funds:movement_create"), values).status_code == 422
    assert not DepositMovement.objects.exists()


def test_every_page_opens_with_rows_and_exports(law: World, place: Institution, sign_in: SignIn) -> None:
    row = account(law, place)
    freeze = services.freeze_propose(actor=law.officer, account=row, reason="负责人失联")
    movement = deposited(law, row, 12_345)
    proposed(law, row, 5, "0002")
    services.requirement_set(
        actor=law.head, institution=place, formula="CYCLE", since=DAY, students=3, monthly_fen=7
    )
    head = sign_in(law.head)
    for name in LISTS:
        assert place.name in text(head.get(reverse(f"funds:{name}"))) or name in {
            "rates",
            "bank_list",
            "overview",
        }
        if name != "overview":
            assert head.get(reverse(f"funds:{name}") + "?export=xlsx").status_code == 200
    for name, uid in (
        ("account_detail", row.uid), ("freeze_detail", freeze.uid), ("movement_detail", movement.uid),
        ("deposit_place", place.uid), ("bank_change", row.bank.uid), ("requirement_set", place.uid),
        ("account_number", row.uid),
    ):  # fmt: skip
        text(head.get(reverse(f"funds:{name}", kwargs={"uid": uid})))
    for name in ("agree", "begin_closing", "paper", "freeze"):
        text(head.get(reverse("funds:account_step", kwargs={"uid": row.uid, "name": name})))
    assert "123.45" in text(head.get(reverse("institutions:institution_detail", args=[place.uid])))
    assert (
        head.get(reverse("funds:account_step", kwargs={"uid": row.uid, "name": "nothing"})).status_code == 404
    )


def test_filters(law: World, place: Institution, sign_in: SignIn) -> None:
    row = account(law, place)
    freeze = services.freeze_propose(actor=law.officer, account=row, reason="负责人失联")
    services.freeze_approve(actor=law.head, freeze=freeze)
    services.requirement_set(actor=law.head, institution=place, formula="FIXED", since=DAY)
    head = sign_in(law.head)

    def found(name: str, query: str) -> bool:
        return f">{place.name}</a>" in text(head.get(reverse(f"funds:{name}") + query))

    assert found("account_list", "?frozen=on")
    assert not found("account_list", "?late=on")
    assert found("account_list", "?q=0001")
    assert not found("account_list", "?kind=CUSTODY")
    assert found("deposit_list", "?state=SHORT")
    assert not found("deposit_list", "?state=ENOUGH")
    assert not found("deposit_list", "?state=UNSET")
    assert found("freeze_list", "?status=APPROVED")


def test_the_whole_number_is_shown_once_with_a_reason(
    law: World, place: Institution, sign_in: SignIn
) -> None:
    row = account(law, place)
    url = reverse("funds:account_number", kwargs={"uid": row.uid})
    response = sign_in(law.officer).post(url, {"reason": "与银行核对"})
    assert "5002370072000001" in text(response)
    assert response.headers["Cache-Control"] == "no-store"
    assert sign_in(law.clerk).get(url).status_code == 403


def test_payees_numbers_are_opened_with_a_reason(law: World, place: Institution, sign_in: SignIn) -> None:
    custody(law, place)
    own = settlement(law, place)
    contract = signed(law, place)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=300_000, booked_on=SIGNED, key="b", via=EntryKind.PAY_DIRECT,
        payer_account="6222 0000 1234 5678", at=NOON,
    )  # fmt: skip
    officer, clerk = sign_in(law.officer), sign_in(law.clerk)
    for name, detail, uid, number in (
        ("settlement_number", "settlement_detail", own.uid, "6222000011112222"),
        ("payer_number", "contract_detail", contract.uid, "6222000012345678"),
    ):
        url = reverse(f"funds:{name}", kwargs={"uid": uid})
        assert url in text(officer.get(reverse(f"funds:{detail}", kwargs={"uid": uid})))
        assert officer.post(url, {"reason": " "}).status_code == 422
        response = officer.post(url, {"reason": "办理付款"})
        assert number in text(response)
        assert response.headers["Cache-Control"] == "no-store"
        assert AuditEvent.objects.get(verb="funds.number_reveal", object_uid=uid).reason == "办理付款"
        assert clerk.get(url).status_code == 403
        assert sign_in(law.neighbour_officer).get(url).status_code == 404


def test_strangers(law: World, place: Institution, sign_in: SignIn) -> None:
    row = account(law, place)
    url = reverse("funds:account_detail", kwargs={"uid": row.uid})
    assert sign_in(law.neighbour_officer).get(url).status_code == 404
    assert sign_in(law.institution_user).get(url).status_code == 403
    assert sign_in(law.township).get(url).status_code == 200
    post = reverse("funds:account_step", kwargs={"uid": row.uid, "name": "drop"})
    assert sign_in(law.township).post(post, {"reason": "x"}).status_code == 403


def test_worklists_name_what_waits(law: World, place: Institution) -> None:
    from datetime import date

    from funds import registration

    row = account(law, place)
    services.freeze_propose(actor=law.officer, account=row, reason="失联")
    proposed(law, row, 5)
    today = date(2026, 11, 28)
    assert [item.title for item in registration.freeze_items(law.head, today)] == ["批准冻结账户"]
    assert list(registration.freeze_items(law.officer, today)) == []
    assert [item.title for item in registration.deposit_items(law.head, today)] == ["复核保证金存入"]
    assert list(registration.deposit_items(law.clerk, today)) == []
    assert list(registration.filing_items(law.head, today)) == []
