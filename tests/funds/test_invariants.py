"""Random histories of a custody account: whatever is done, repeated or told twice, rules 1 to 9 of the design hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.errors import DomainError
from funds import ledger, selectors, services
from funds.models import (
    CONFIRMED,
    AccountKind,
    Contract,
    Entry,
    EntryKind,
    EscrowAccount,
    Instruction,
    LedgerAccount,
    Lesson,
    Refund,
    ReleaseBatch,
)
from institutions.models import Institution
from tests.conftest import World
from tests.funds.paying import SIGNED, STARTS, at, balance, custody, settlement, signed
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db
OPS = (
    "pay", "pay", "pay_part", "channel", "teach", "teach", "teach", "confirm", "confirm", "dispute", "uphold",
    "cancel", "night", "build", "approve", "send", "post", "post_twice", "void", "unknown", "return", "freeze",
    "apply", "agree", "refuse", "mediate", "decide", "refund_pay", "suspend", "resume", "withdraw",
)  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(OPS), st.integers(0, 5), st.booleans()), min_size=8, max_size=30)


class Undo(Exception):
    """The history is over; nothing of it stays."""


@dataclass
class History:
    """One institution through its days; each step picks something that stands there."""

    world: World
    place: Institution
    account: EscrowAccount
    contracts: list[Contract]
    day: date = STARTS
    slots: dict[int, int] = field(default_factory=dict)

    def step(self, name: str, pick: int, again: bool) -> None:
        """Try one thing, perhaps twice; a refusal of the rules is fine, anything else is not."""
        for _ in range(2 if again else 1):
            try:
                with transaction.atomic():
                    getattr(self, f"do_{name}")(pick)
            except DomainError:
                pass
        self.day += timedelta(days=1)

    def one(self, rows: Any, pick: int) -> Any:
        """The pick-th row; a missing one is refused like a rule."""
        found = list(rows.order_by("pk"))
        if not found:
            raise DomainError("没有")
        return found[pick % len(found)]

    def contract(self, pick: int) -> Contract:
        return Contract.objects.get(pk=self.contracts[pick % len(self.contracts)].pk)

    def pay(self, pick: int, fen: int, via: EntryKind) -> None:
        row = self.contract(pick)
        services.payment_post(
            actor=self.world.clerk, contract=row, fen=fen or row.open_fen, booked_on=self.day,
            key=f"{row.pk}/{self.day}/{via}", via=via, at=at(self.day), payer_account="6222000099990000",
        )  # fmt: skip

    def do_pay(self, pick: int) -> None:
        self.pay(pick, 0, EntryKind.PAY_DIRECT)

    def do_pay_part(self, pick: int) -> None:
        self.pay(pick, 33_333, EntryKind.PAY_DIRECT)

    def do_channel(self, pick: int) -> None:
        self.pay(pick, 0, EntryKind.PAY_CHANNEL)

    def do_teach(self, pick: int) -> None:
        rows = [services.Taught(self.contract(pick), self.day, slot, is_absent=pick == 4) for slot in (1, 2)]
        services.lessons_declare(actor=self.world.clerk, institution=self.place, rows=rows, at=at(self.day))

    def do_confirm(self, pick: int) -> None:
        row = self.one(Lesson.objects.filter(institution=self.place), pick)
        services.lesson_confirm(actor=self.world.system, lesson=row, at=at(self.day))

    def do_dispute(self, pick: int) -> None:
        row = self.one(Lesson.objects.filter(institution=self.place, status="TAUGHT"), pick)
        services.lesson_dispute(actor=self.world.system, lesson=row, words="没上", at=at(self.day))

    def do_uphold(self, pick: int) -> None:
        row = self.one(Lesson.objects.filter(institution=self.place, status="DISPUTED"), pick)
        services.lesson_uphold(actor=self.world.officer, lesson=row, decision="上了", at=at(self.day))

    def do_cancel(self, pick: int) -> None:
        row = self.one(Lesson.objects.filter(institution=self.place, status="DISPUTED"), pick)
        services.lesson_cancel(actor=self.world.officer, lesson=row, decision="没上", at=at(self.day))

    def do_night(self, pick: int) -> None:
        self.day += timedelta(days=9)
        services.lessons_auto_confirm(actor=self.world.system, today=self.day, at=at(self.day))
        services.refunds_auto_agree(actor=self.world.system, today=self.day, at=at(self.day))

    def do_build(self, pick: int) -> None:
        services.release_build(actor=self.world.clerk, account=self.account, at=at(self.day))

    def do_approve(self, pick: int) -> None:
        row = self.one(ReleaseBatch.objects.filter(account=self.account, status="BUILT"), pick)
        services.release_approve(actor=self.world.head, batch=row, at=at(self.day))

    def paper(self, pick: int) -> Instruction:
        found: Instruction = self.one(Instruction.objects.filter(account=self.account), pick)
        return found

    def do_send(self, pick: int) -> None:
        row = self.one(Instruction.objects.filter(account=self.account, status="PENDING"), pick)
        services.instruction_send(actor=self.world.clerk, instruction=row, at=at(self.day))

    def do_post(self, pick: int) -> None:
        row = self.paper(pick)
        serial = "" if pick % 2 else f"S{row.pk}"
        services.instruction_post(
            actor=self.world.clerk, instruction=row, booked_on=self.day, bank_serial=serial, at=at(self.day)
        )

    def do_post_twice(self, pick: int) -> None:
        row = self.paper(pick)
        for serial in ("", f"S{row.pk}") if pick % 2 else (f"S{row.pk}", ""):
            services.instruction_post(
                actor=self.world.clerk,
                instruction=row,
                booked_on=self.day,
                bank_serial=serial,
                at=at(self.day),
            )

    def do_void(self, pick: int) -> None:
        services.instruction_void(actor=self.world.clerk, instruction=self.paper(pick), reason="未付")

    def do_unknown(self, pick: int) -> None:
        services.instruction_unknown(actor=self.world.clerk, instruction=self.paper(pick), reason="超时")

    def do_return(self, pick: int) -> None:
        services.instruction_return(
            actor=self.world.clerk,
            instruction=self.paper(pick),
            booked_on=self.day,
            reason="退汇",
            at=at(self.day),
        )

    def do_freeze(self, pick: int) -> None:
        if pick:
            raise DomainError("少冻结")
        row = services.freeze_propose(actor=self.world.officer, account=self.account, reason="失联")
        services.freeze_approve(actor=self.world.head, freeze=row)

    def do_apply(self, pick: int) -> None:
        ground = "FAMILY" if pick % 2 else "INSTITUTION"
        services.refund_apply(
            actor=self.world.system, contract=self.contract(pick), ground=ground, at=at(self.day)
        )

    def refund(self, pick: int) -> Refund:
        found: Refund = self.one(Refund.objects.filter(contract__in=self.contracts), pick)
        return found

    def do_agree(self, pick: int) -> None:
        services.refund_agree(actor=self.world.system, refund=self.refund(pick), at=at(self.day))

    def do_refuse(self, pick: int) -> None:
        services.refund_refuse(
            actor=self.world.system, refund=self.refund(pick), answer="不", at=at(self.day)
        )

    def do_mediate(self, pick: int) -> None:
        services.refund_mediate(actor=self.world.officer, refund=self.refund(pick), at=at(self.day))

    def do_decide(self, pick: int) -> None:
        fen = 12_345 if pick == 3 else None
        services.refund_approve(
            actor=self.world.head, refund=self.refund(pick), amount_fen=fen, decision="协商", at=at(self.day)
        )

    def do_refund_pay(self, pick: int) -> None:
        services.refund_pay(actor=self.world.head, refund=self.refund(pick), at=at(self.day))

    def do_withdraw(self, pick: int) -> None:
        services.refund_withdraw(actor=self.world.system, refund=self.refund(pick), at=at(self.day))

    def do_suspend(self, pick: int) -> None:
        services.contract_suspend(actor=self.world.officer, contract=self.contract(pick), reason="停")

    def do_resume(self, pick: int) -> None:
        services.contract_resume(actor=self.world.officer, contract=self.contract(pick))

    def check(self) -> None:
        """Rules 2 to 7 and 9 of funds.md §8.5, each from the rows."""
        for row in Contract.objects.filter(pk__in=[item.pk for item in self.contracts]):
            self.check_contract(row)
        position = selectors.position_of(self.account, self.day)
        sums = {
            row["kind"]: row["fen"]
            for row in LedgerAccount.objects.filter(institution=self.place)
            .values("kind")
            .annotate(fen=Sum("balance_fen"))
        }
        held = sum(
            sums.get(kind, 0) for kind in ("ESCROW_BANK", "CHANNEL_TRANSIT", "SUSPENSE_OUT", "CLAIM_ON_INST")
        )
        owed = sum(
            sums.get(kind, 0)
            for kind in ("CONTRACT_UNEARNED", "INST_RELEASABLE", "REFUND_PAYABLE", "SUSPENSE_IN", "OPENING")
        )
        assert held == owed
        families = sums.get("CONTRACT_UNEARNED", 0) + sums.get("REFUND_PAYABLE", 0)
        assert sums.get("ESCROW_BANK", 0) + sums.get("CHANNEL_TRANSIT", 0) >= families
        assert position.pending_release <= position.releasable
        assert position.available_bank >= 0
        for paper in Instruction.objects.filter(account=self.account):
            entries = Entry.objects.filter(key=paper.number, kind=paper.kind).count()
            assert entries == (1 if paper.status in {"POSTED", "RETURNED"} else 0)
            if paper.kind == "REFUND_PAY":
                assert paper.contract is not None
                assert paper.payee_digest == paper.contract.payer_digest
            else:
                assert paper.payee_account_tail == "2222"

    def check_contract(self, row: Contract) -> None:
        unearned, payable = balance("CONTRACT_UNEARNED", row), balance("REFUND_PAYABLE", row)
        assert 0 <= unearned <= row.paid_fen <= row.price_fen
        lessons = Lesson.objects.filter(contract=row, status__in=CONFIRMED)
        worth = int(lessons.aggregate(fen=Sum("fen"))["fen"] or 0)
        assert worth == row.earned(row.used)
        assert lessons.count() == row.used + row.bonus_used
        decided = Refund.objects.filter(contract=row, decided_at__isnull=False).exclude(status="REJECTED")
        kept = int(decided.aggregate(fen=Sum("kept_fen"))["fen"] or 0)
        back = int(decided.filter(status="PAID").aggregate(fen=Sum("amount_fen"))["fen"] or 0)
        assert row.paid_fen - worth - kept - back == unearned + payable


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(steps=STEPS)
def test_rules_hold_over_any_history(law: World, steps: list[tuple[str, int, bool]]) -> None:
    try:
        with transaction.atomic():
            place = make_place(law, "示例历史培训中心", organisation=law.institution_org)
            account = custody(law, place)
            settlement(law, place)
            terms: dict[str, Any] = {"lessons": 6, "deduction_fen": 777, "deduction_note": "教材"}
            contracts = [
                signed(law, place, **terms, student=f"甲{index}", phone=f"1380000010{index}",
                       price_fen=100_001 + index, list_price_fen=100_001 + index)
                for index in range(3)
            ]  # fmt: skip
            history = History(law, place, account, contracts)
            for name, pick, again in steps:
                history.step(name, pick, again)
                history.check()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            assert ledger.verify() is None
            raise Undo
    except Undo:
        pass


def test_the_year_of_shishi(law: World) -> None:
    """668 releases of ¥380,128 and 350 refunds of ¥993,992 go through one ledger to the fen (funds.md §2 no. 13)."""
    place = make_place(law, "示例石狮培训中心")
    account = custody(law, place)
    releases = [380_128_00 // 668 + (1 if index < 380_128_00 % 668 else 0) for index in range(668)]
    refunds = [993_992_00 // 350 + (1 if index < 993_992_00 % 350 else 0) for index in range(350)]
    assert (sum(releases), sum(refunds)) == (380_128_00, 993_992_00)
    books = {
        str(kind): ledger.account_of(kind=kind, subject_uid=subject, institution=place)
        for kind, subject in (
            (AccountKind.ESCROW_BANK, account.uid), (AccountKind.CONTRACT_UNEARNED, place.uid),
            (AccountKind.INST_RELEASABLE, place.uid), (AccountKind.REFUND_PAYABLE, place.uid),
        )
    }  # fmt: skip
    total = sum(releases) + sum(refunds)

    def post(kind: str, key: str, debit: str, credit: str, fen: int) -> None:
        ledger.entry_post(
            actor=law.system, kind=EntryKind(kind), key=key, booked_on=SIGNED,
            legs=(ledger.debit(books[debit], fen), ledger.credit(books[credit], fen)),
        )  # fmt: skip

    post("PAY_DIRECT", "in", "ESCROW_BANK", "CONTRACT_UNEARNED", total)
    post("CONSUME", "lessons", "CONTRACT_UNEARNED", "INST_RELEASABLE", sum(releases))
    post("REFUND_APPROVE", "refunds", "CONTRACT_UNEARNED", "REFUND_PAYABLE", sum(refunds))
    for index, fen in enumerate(releases):
        post("RELEASE", f"BF{index}", "INST_RELEASABLE", "ESCROW_BANK", fen)
    for index, fen in enumerate(refunds):
        post("REFUND_PAY", f"TF{index}", "REFUND_PAYABLE", "ESCROW_BANK", fen)
    for index in (0, 667):
        post("RELEASE", f"BF{index}", "INST_RELEASABLE", "ESCROW_BANK", releases[index])
    assert all(ledger.balance(row) == 0 for row in books.values())
    assert Entry.objects.filter(kind="RELEASE").aggregate(fen=Sum("amount_fen"))["fen"] == 380_128_00
    assert Entry.objects.filter(kind="REFUND_PAY").aggregate(fen=Sum("amount_fen"))["fen"] == 993_992_00
    assert Entry.objects.filter(kind="RELEASE").count() == 668
