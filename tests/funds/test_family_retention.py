"""Families' data leaves contracts past their term; the money's record and its proofs stay."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.errors import Unlawful
from casework.evidence.services import evidence_receive
from casework.models import AuditEvent, EvidenceFile, PolicyValue
from complaints.models import RefundDispute
from funds import ledger, links, rules, services, tasks
from funds.models import Contract, Family, FamilyClearing, Instruction, InvoiceCase, Refund
from funds.selectors import retention as reads
from funds.services import case_links, certificates
from funds.services.retention import CLEARED
from institutions.models import Institution
from tests.conftest import World
from tests.funds.paying import SIGNED, active, at, custody, drafted, paid, signed

pytestmark = pytest.mark.django_db
LATE = date(2026, 12, 1)
KEPT_UNTIL = date(2029, 12, 1)
AFTER = date(2029, 12, 2)
PHONE = "13800000001"


@pytest.fixture
def refunded(law: World, place: Institution) -> Contract:
    """Paid, proved by a certificate, refunded in full on 1 December 2026."""
    custody(law, place)
    contract = active(law, place)
    services.certificates_make(actor=law.system, on=SIGNED, at=at(SIGNED + timedelta(days=1)))
    refund_in_full(law, contract)
    contract.refresh_from_db()
    assert (contract.status, contract.ended_on) == ("REFUNDED", LATE)
    return contract


def refund_in_full(world: World, contract: Contract, serial: str = "R1") -> Refund:
    row = services.refund_apply(
        actor=world.system, contract=contract, ground="FAMILY", statement="搬家", at=at(LATE)
    )
    row = services.refund_agree(actor=world.institution_user, refund=row, at=at(LATE))
    row = services.refund_approve(actor=world.head, refund=row, at=at(LATE))
    paying = services.refund_pay(actor=world.head, refund=row, at=at(LATE)).instruction
    assert paying is not None
    sent = services.instruction_send(actor=world.clerk, instruction=paying, at=at(LATE))
    services.instruction_post(
        actor=world.clerk, instruction=sent, booked_on=LATE, bank_serial=serial, at=at(LATE, 20)
    )
    return row


def stopped(world: World, place: Institution, **values: Any) -> Contract:
    """Terminated unpaid on 20 November 2026."""
    row = signed(world, place, **values)
    return services.contract_terminate(actor=world.clerk, contract=row, reason="没有缴费", at=at(SIGNED))


def cleared(world: World, on: date = AFTER) -> FamilyClearing | None:
    return services.families_clear(actor=world.system, bureau=world.bureau, today=on, at=at(on, 4))


def test_names_and_numbers_go_and_the_money_stays_provable(law: World, refunded: Contract) -> None:
    entries = list(ledger_entries())
    day = certificates.DailyCertificate.objects.get(on=SIGNED)
    proof = services.claim_proof(family=refunded.family, contract=refunded)
    token = links.token_of(refunded.family)
    assert cleared(law, KEPT_UNTIL) is None
    run = cleared(law)
    assert run is not None
    assert (run.contracts_n, run.families_n, run.payments_n) == (1, 1, 1)
    assert (run.rule, run.term, run.ended_before) == (
        rules.RETENTION, {"amount": 3, "unit": "YEAR"}, date(2026, 12, 2),
    )  # fmt: skip
    row = Contract.objects.get(pk=refunded.pk)
    assert row.student_masked == CLEARED
    assert not any(bytes(part) for part in (row.student_sealed, row.payer_account_sealed))
    assert not any((row.payer_masked, row.payer_digest, row.payer_account_digest, row.payer_account_tail))
    assert row.student_digest != refunded.student_digest
    family = Family.objects.get(pk=refunded.family_id)
    assert not bytes(family.name_sealed)
    assert not bytes(family.phone_sealed)
    assert (family.name_masked, family.phone_tail) == (CLEARED, "")
    assert links.family_by(token, law.bureau) is None
    paying = Instruction.objects.get(contract=row)
    assert (paying.payee_masked, paying.payee_digest, paying.amount_fen) == (CLEARED, "", 300_000)
    assert (row.price_fen, row.paid_fen, row.order_no) == (300_000, 300_000, refunded.order_no)
    assert ledger.verify(law.bureau) is None
    assert list(ledger_entries()) == entries
    day.refresh_from_db()
    assert services.claim_proof(family=family, contract=row) == proof
    assert cleared(law) is None


def ledger_entries() -> Any:
    from funds.models import Entry

    return Entry.objects.order_by("pk").values_list("uid", "digest")


def test_the_run_is_audited_and_names_nobody(law: World, refunded: Contract) -> None:
    run = cleared(law)
    assert run is not None
    event = AuditEvent.objects.get(verb="funds.families_clear")
    assert event.object_uid == run.uid
    assert "保存期限" in event.reason
    assert event.changes["rows_sha256"] == [None, run.rows_sha256]
    assert "张" not in str(event.changes)
    with pytest.raises(DatabaseError), transaction.atomic():
        FamilyClearing.objects.update(contracts_n=9)


def test_a_family_stays_until_its_last_contract_goes(law: World, refunded: Contract) -> None:
    running = active(law, refunded.institution, student="张小明妹妹")
    assert running.family_id == refunded.family_id
    run = cleared(law)
    assert run is not None
    assert (run.contracts_n, run.families_n) == (1, 0)
    assert Family.objects.get(pk=running.family_id).phone_tail == PHONE[-4:]
    running.refresh_from_db()
    assert bytes(running.student_sealed)


def test_a_cleared_family_takes_no_contract_and_the_telephone_is_a_new_family(
    law: World, refunded: Contract
) -> None:
    cleared(law)
    fresh = drafted(law, refunded.institution)
    assert fresh.family_id != refunded.family_id
    with pytest.raises(IntegrityError, match="has been cleared"), transaction.atomic():
        Contract.objects.filter(pk=fresh.pk).update(family=refunded.family_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.filter(pk=refunded.pk).update(payer_masked="张*")


def test_what_is_open_holds_it_back_and_says_why(law: World, refunded: Contract) -> None:
    dispute = RefundDispute.objects.create(
        **root_of(refunded), number="巫教退〔2026〕1号", institution=refunded.institution,
        party_name=refunded.institution.name, reason="已退未到账", claimed_on=LATE,
    )  # fmt: skip
    assert cleared(law) is None
    term = reads.retention(law.bureau, AFTER)
    assert term is not None
    [held] = reads.clearing_held(reads.contracts_of(law.admin), term)
    assert reads.held_by(held) == ["机构退费纠纷未结"]
    RefundDispute.objects.filter(pk=dispute.pk).update(
        status="WITHDRAWN", ended_at=at(LATE), end_reason="已和解"
    )
    assert cleared(law) is not None


def root_of(row: Contract) -> dict[str, Any]:
    return {
        "bureau": row.bureau, "region": row.region, "region_path": row.region_path,
        "created_by": row.created_by,
    }  # fmt: skip


def test_running_contracts_and_money_left_are_never_taken(law: World, place: Institution) -> None:
    custody(law, place)
    contract = active(law, place)
    assert cleared(law, date(2040, 1, 1)) is None
    Contract.objects.filter(pk=contract.pk).update(status="TERMINATED", ended_on=LATE)  # with money on it
    assert cleared(law, date(2040, 1, 1)) is None
    paying = paid(law, signed(law, place, student="李", phone="13800000002"), 100)
    with pytest.raises(IntegrityError, match="funds_contract_cleared"), transaction.atomic():
        Contract.objects.filter(pk=paying.pk).update(clearing=1)


def test_the_term_is_the_regions_own(law: World, refunded: Contract) -> None:
    PolicyValue.objects.filter(key=rules.RETENTION).update(value={"amount": 60, "unit": "MONTH"})
    assert cleared(law) is None
    PolicyValue.objects.filter(key=rules.RETENTION).update(value={"amount": 90, "unit": "WORKING_DAY"})
    assert cleared(law, date(2040, 1, 1)) is None
    PolicyValue.objects.filter(key=rules.RETENTION).delete()
    assert cleared(law, date(2040, 1, 1)) is None
    assert Family.objects.get(pk=refunded.family_id).phone_tail


def test_papers_go_and_later_readers_are_told(law: World, refunded: Contract) -> None:
    paper = evidence_receive(
        actor=law.clerk, subject=refunded, caption="合同扫描件",
        upload=ContentFile(b"%PDF-1.4 contract", name="contract.pdf"),
    )  # fmt: skip
    run = cleared(law)
    assert run is not None
    assert run.files_n == 1
    assert EvidenceFile.objects.get(pk=paper.pk).stored_as == ""
    row = Contract.objects.get(pk=refunded.pk)
    with pytest.raises(Unlawful, match="已按保存期限清除"):
        services.family_reveal(actor=law.officer, contract=row, reason="核对")
    assert case_links._line(row, 300_000, LATE).pupil == CLEARED


def test_a_run_that_broke_off_goes_on(
    law: World, place: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    custody(law, place)
    rows = [stopped(law, place, student=f"甲{n}", phone=f"1380000002{n}") for n in range(5)]
    monkeypatch.setattr("funds.services.retention.AT_ONCE", 2)
    first = cleared(law)
    assert first is not None
    assert first.contracts_n == 2
    monkeypatch.setattr(tasks.timezone, "now", lambda: datetime.fromisoformat("2029-12-02T03:40:00+08:00"))
    assert tasks.clear_families() == "清除 3 份合同的家长和学员信息"
    assert not Contract.objects.filter(pk__in=[row.pk for row in rows], clearing__isnull=True).exists()
    assert [run.contracts_n for run in FamilyClearing.objects.order_by("pk")] == [2, 2, 1]


def test_one_bureaus_trouble_holds_up_no_other(law: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def clear(*, bureau: Any, **_: Any) -> None:
        asked.append(bureau.pk)
        if len(asked) == 1:
            raise DatabaseError

    monkeypatch.setattr(services, "families_clear", clear)
    with pytest.raises(RuntimeError, match="未完成 1 件"):
        tasks.clear_families()
    assert len(asked) > 1


def test_an_administrator_sees_what_went_what_comes_and_what_waits(
    law: World, refunded: Contract, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpaid = stopped(law, refunded.institution, student="李", phone="13800000002")
    run = cleared(law, date(2029, 11, 30))
    assert run is not None
    client = sign_in(law.admin)
    page = client.get(reverse("funds:clearing_list")).content.decode()
    assert "合同结束后 3 年" in page
    assert "个人信息保护法" in page
    detail = client.get(reverse("funds:clearing_detail", kwargs={"uid": run.uid})).content.decode()
    assert unpaid.number in detail
    assert run.rows_sha256 in detail
    monkeypatch.setattr("funds.views.retention.timezone.localdate", lambda *_: date(2029, 11, 15))
    due = reverse("funds:clearing_due")
    assert refunded.number not in client.get(due).content.decode()
    soon = client.get(due, {"ahead": "30"}).content.decode()
    assert refunded.number in soon
    assert "2029-12-01" in soon
    assert client.get(reverse("funds:clearing_held")).status_code == 200
    assert Contract.objects.get(pk=refunded.pk).clearing_id is None
    clerk = sign_in(law.clerk)
    assert clerk.get(due).status_code == 403
    shown = clerk.get(reverse("funds:contract_detail", kwargs={"uid": unpaid.uid})).content.decode()
    assert "已按保存期限清除" in shown
    assert "电话尾号" not in shown


def test_more_contracts_cost_no_more_statements(
    law: World, place: Institution, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    custody(law, place)
    client = sign_in(law.admin)
    counts: dict[str, list[int]] = {"clearing_due": [], "clearing_held": [], "clearing_detail": []}
    for some in (1, 3):
        taken, due, held = ([stopped(law, place, student="甲") for _ in range(some)] for _ in range(3))
        Contract.objects.filter(pk__in=[row.pk for row in due + held]).update(ended_on=SIGNED + timedelta(1))
        for row in held:
            InvoiceCase.objects.create(
                **root_of(row), institution=place, contract=row, kind="AMOUNT", sentence="不符"
            )
        run = cleared(law, date(2029, 11, 21))
        assert run is not None
        assert run.contracts_n == some
        for name, rows in (("clearing_due", due), ("clearing_held", held), ("clearing_detail", taken)):
            url = reverse(f"funds:{name}", kwargs={"uid": run.uid} if rows is taken else {})
            with monkeypatch.context() as later:
                later.setattr("funds.views.retention.timezone.localdate", lambda *_: AFTER)
                client.get(url)
                with CaptureQueriesContext(connection) as asked:
                    page = client.get(url).content.decode()
            assert all(row.number in page for row in rows)
            counts[name].append(len(asked))
    assert all(one == many for one, many in counts.values())
