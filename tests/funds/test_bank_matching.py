"""Lines and facts meet once, whichever comes first, however often, and whatever dies in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.crypto import blind_index
from casework.errors import Unlawful
from funds import ledger, services
from funds.ledger import credit, debit
from funds.models import (
    AccountKind,
    Entry,
    EntryKind,
    EscrowAccount,
    Instruction,
    InstructionKind,
    LinePosting,
    StatementLine,
    SuspenseItem,
)
from funds.services import Payee
from funds.services.custody_matching import _has_part, _may_be, _names
from institutions.models import Institution
from tests.conftest import World
from tests.funds.bank_making import NOON, deliver, sheet
from tests.funds.making import DAY
from tests.funds.paying import active, balance, custody, earn, paid, signed
from tests.funds.test_ledger_histories import TOUGH, Crash, crash_after

pytestmark = pytest.mark.django_db
SENT_AT = datetime.combine(DAY, datetime.min.time(), NOON.tzinfo)


def sent(world: World, row: EscrowAccount, fen: int, **values: Any) -> Instruction:
    fields: dict[str, Any] = {
        "kind": InstructionKind.RELEASE, "payee": Payee("示例结算户"), "subject_uid": uuid4(),
        "prepared_by": world.clerk, **values,
    }  # fmt: skip
    prepared = services.instruction_prepare(
        actor=world.head, account=row, amount_fen=fen, at=SENT_AT, **fields
    )
    return services.instruction_send(actor=world.clerk, instruction=prepared, at=SENT_AT)


def how(fen: int) -> str:
    return LinePosting.objects.get(fen=fen, undone_at__isnull=True).matched_by


@pytest.fixture
def earned(law: World, place: Institution) -> EscrowAccount:
    """¥3,000 paid by a transfer that the statement has shown, ¥2,000 of it earned."""
    row = custody(law, place)
    earn(law, active(law, place), 200_000)
    assert deliver(law, row, sheet([(0, 300_000)])).state == "DONE"
    assert how(300_000) == "UNIQUE"
    return row


def test_a_payment_finds_its_contract_by_order_number_or_payer(law: World, place: Institution) -> None:
    row = custody(law, place)
    first, second = signed(law, place), signed(law, place, number="HT-B", student="李小红")
    paid(law, second, 100_000)
    file = deliver(
        law, row, sheet([(0, 100_000), (1, 300_000, "", f"订单{first.order_no}"), (1, 5, "", "不明")])
    )
    assert file.state == "DONE"
    assert [how(fen) for fen in (100_000, 300_000, 5)] == ["UNIQUE", "INSTRUCTION", "NONE"]
    first.refresh_from_db()
    assert (first.status, first.paid_fen) == ("ACTIVE", 300_000)
    assert balance("CONTRACT_UNEARNED", first) == 300_000
    assert balance("SUSPENSE_IN", row) == 5
    assert balance("ESCROW_BANK", row) == 400_005
    assert ledger.verify() is None


def test_the_amount_alone_never_books_a_payment(law: World, place: Institution) -> None:
    row = custody(law, place)
    contract = signed(law, place)
    deliver(law, row, sheet([(1, 300_000)]))
    contract.refresh_from_db()
    assert (contract.paid_fen, how(300_000)) == (0, "NONE")


@pytest.mark.parametrize("order", ["statement first", "answer first", "unknown"])
def test_an_instruction_is_posted_once_in_either_order(law: World, earned: EscrowAccount, order: str) -> None:
    row = sent(law, earned, 70_000)
    if order == "unknown":
        row = services.instruction_unknown(actor=law.clerk, instruction=row, reason="超时", at=SENT_AT)
    if order == "answer first":
        services.instruction_post(actor=law.clerk, instruction=row, booked_on=DAY, at=NOON)
    deliver(law, earned, sheet([(1, -70_000, "", f"拨付{row.number}")], 300_000, first=7))
    again = services.instruction_post(actor=law.clerk, instruction=row, booked_on=DAY, at=NOON)
    assert (again.status, how(-70_000)) == ("POSTED", "INSTRUCTION")
    assert Entry.objects.filter(kind="RELEASE").count() == 1
    assert balance("ESCROW_BANK", earned) == 230_000


def test_without_any_text_the_only_instruction_of_the_amount_is_it(law: World, earned: EscrowAccount) -> None:
    sent(law, earned, 70_000)
    sent(law, earned, 10_000)
    sent(law, earned, 10_000)
    deliver(law, earned, sheet([(1, -70_000), (1, -10_000)], 300_000, first=7))
    assert (how(-70_000), how(-10_000)) == ("UNIQUE", "NONE")
    assert balance("SUSPENSE_OUT", earned) == 10_000


def test_money_to_another_payee_is_never_the_only_instruction_of_the_amount(
    law: World, earned: EscrowAccount
) -> None:
    payee = Payee("示例结算户", blind_index("示例结算户"), blind_index("6222000011112222"))
    row = sent(law, earned, 70_000, payee=payee)
    deliver(law, earned, sheet([(1, -70_000, "某某装修公司")], 300_000, first=7))
    row.refresh_from_db()
    assert (row.status, how(-70_000)) == ("SENT", "NONE")
    assert balance("SUSPENSE_OUT", earned) == 70_000
    line = StatementLine.objects.get(fen=-70_000)
    for payer, number, fits in (
        ("示例结算户", "6222000099998888", False), ("", "6222000011112222", True), ("", "", True),
        ("示例*户", "6222****2222", True), ("另一户", "6222****2222", False),
    ):  # fmt: skip
        line.payer, line.payer_account = payer, number
        assert _may_be(row, line) is fits


def test_an_instruction_sent_weeks_ago_needs_more_than_its_amount(law: World, earned: EscrowAccount) -> None:
    sent(law, earned, 70_000)
    named = sent(law, earned, 10_000)
    deliver(law, earned, sheet([(16, -70_000), (16, -10_000, "", named.number)], 300_000, first=7))
    assert (how(-70_000), how(-10_000)) == ("NONE", "INSTRUCTION")


def test_a_second_payment_of_one_instruction_is_an_outflow_without_one(
    law: World, earned: EscrowAccount
) -> None:
    row = sent(law, earned, 70_000)
    words = f"拨付{row.number}"
    deliver(law, earned, sheet([(1, -70_000, "", words), (1, -70_000, "", words)], 300_000, first=7))
    assert balance("SUSPENSE_OUT", earned) == 70_000
    assert SuspenseItem.objects.get(fen=-70_000).status == "OPEN"


def test_money_sent_back_by_the_payees_bank_is_owed_again(law: World, earned: EscrowAccount) -> None:
    row = sent(law, earned, 70_000)
    moves = [(1, -70_000, "", row.number), (2, 70_000, "示例结算户", f"退汇 {row.number}")]
    deliver(law, earned, sheet(moves, 300_000, first=7))
    row.refresh_from_db()
    assert row.status == "RETURNED"
    assert balance("INST_RELEASABLE", earned.institution) == 200_000
    assert how(70_000) == "INSTRUCTION"


def test_a_settlement_of_the_channel_clears_what_was_in_transit(law: World, place: Institution) -> None:
    row = custody(law, place)
    contract = signed(law, place)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=300_000, booked_on=DAY, key="订单1", via=EntryKind.PAY_CHANNEL,
        at=NOON,
    )  # fmt: skip
    deliver(law, row, sheet([(3, 300_000, "某某支付有限公司")]))
    assert how(300_000) == "UNIQUE"
    assert balance("CHANNEL_TRANSIT", place) == 0
    assert balance("ESCROW_BANK", row) == 300_000


def test_a_settlement_that_names_the_order_is_not_booked_as_a_second_payment(
    law: World, place: Institution
) -> None:
    row = custody(law, place)
    contract = signed(law, place)
    services.payment_post(
        actor=law.clerk, contract=contract, fen=100_000, booked_on=DAY, key="订单1", via=EntryKind.PAY_CHANNEL,
        at=NOON,
    )  # fmt: skip
    words = f"缴费单号{contract.order_no}"
    deliver(law, row, sheet([(2, 100_000, "", words), (3, 100_000, "", words)]))
    contract.refresh_from_db()
    kinds = Entry.objects.filter(kind__in=["SETTLE_IN", "PAY_DIRECT"]).order_by("booked_on")
    assert list(kinds.values_list("kind", flat=True)) == ["SETTLE_IN", "PAY_DIRECT"]
    assert (contract.paid_fen, balance("CHANNEL_TRANSIT", place)) == (200_000, 0)


def test_a_serial_is_compared_with_whole_parts_of_a_key() -> None:
    assert _has_part("bank/2026-11-20/12", "12")
    assert not _has_part("bank/2026-11-20/12", "1")
    assert not _has_part("bank/2026-11-20/12", "")
    assert _names("付款 订单1，谢谢", "订单1")
    assert not _names("付款 订单12", "订单1")


def test_a_named_entry_is_found_among_many_of_the_same_amount(law: World, place: Institution) -> None:
    row = custody(law, place)
    for number in range(22):
        each = signed(law, place, student=f"学员{number}", subject=f"科目{number}")
        paid(law, each, 100_000, key=f"银行/X{number:03d}X")
    deliver(law, row, sheet([(0, 100_000, "", "银行/X021X")]))
    named = Entry.objects.get(key="银行/X021X")
    assert (how(100_000), LinePosting.objects.get().entry_uid) == ("PARTY", named.uid)


@dataclass(frozen=True)
class Day:
    """What happens on a day: payments and releases, whether the answer comes before the statement, crashes."""

    paid: int
    released: int
    is_named: bool
    answers_first: bool
    stray: int
    crashes_after: int


DAYS = st.lists(
    st.builds(
        Day,
        paid=st.sampled_from([0, 1, 2]),
        released=st.sampled_from([0, 1, 2]),
        is_named=st.booleans(),
        answers_first=st.booleans(),
        stray=st.sampled_from([0, 0, 7, -9]),
        crashes_after=st.sampled_from([0, 0, 3, 17, 40, 90]),
    ),
    min_size=1,
    max_size=4,
)


@settings(TOUGH, max_examples=12)
@given(days=DAYS)
def test_random_histories_of_answers_statements_and_crashes(
    law: World, place: Institution, days: list[Day]
) -> None:
    with transaction.atomic():
        row = custody(law, place)
        earn(law, active(law, place), 200_000)
        shown = 300_000
        deliver(law, row, sheet([(0, 300_000)]))
        count = 1
        for number, now in enumerate(days, start=1):
            moves = _day(law, row, place, now, number)
            if not moves:
                continue
            data = sheet([(number, *move) for move in moves], shown, first=count + 1)
            _hand_in(law, row, data, now.crashes_after)
            count += len(moves)
            shown += sum(move[0] for move in moves)
            assert balance("ESCROW_BANK", row) == shown
        assert StatementLine.objects.count() == count
        assert LinePosting.objects.filter(undone_at__isnull=True).count() == count
        assert LinePosting.objects.values("entry_uid").distinct().count() == count
        held = {kind: balance(kind, row) for kind in ("SUSPENSE_IN", "SUSPENSE_OUT")}
        strays = [now.stray for now in days]
        assert held == {
            "SUSPENSE_IN": sum(f for f in strays if f > 0),
            "SUSPENSE_OUT": -sum(f for f in strays if f < 0),
        }
        assert Instruction.objects.exclude(status="POSTED").count() == 0
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert ledger.verify() is None
        transaction.set_rollback(True)


def _day(law: World, row: EscrowAccount, place: Institution, now: Day, number: int) -> list[tuple[Any, ...]]:
    moves: list[tuple[Any, ...]] = []
    for turn in range(now.paid):
        contract = signed(law, place, student=f"学员{number}{turn}", subject=f"科目{number}{turn}")
        moves.append((300_000, "", f"缴费{contract.order_no}"))
    for turn in range(now.released):
        fen = 1_000 + 10 * number + turn  # amounts differ, so that they are found without any text
        order = sent(law, row, fen)
        if now.answers_first:
            services.instruction_post(
                actor=law.clerk, instruction=order, booked_on=DAY.replace(day=DAY.day + number), at=NOON
            )
        moves.append((-fen, "", order.number if now.is_named else ""))
    if now.stray:
        moves.append((now.stray, "路人", "不明"))
    return moves


def _hand_in(law: World, row: EscrowAccount, data: bytes, crashes_after: int) -> None:
    try:
        with crash_after(crashes_after):
            deliver(law, row, data)
    except Crash:
        pass
    for _ in range(2):
        deliver(law, row, data, "再传一次.csv")
        for file in row.statements.filter(state__in=["RECEIVED", "POSTING"]):
            services.statement_take(file_id=file.pk, at=NOON)


def test_work_interrupted_between_lines_is_finished_by_the_next_run(law: World, place: Institution) -> None:
    row = custody(law, place)
    data = sheet([(1, fen) for fen in range(1, 8)])
    crashes = 0
    for statements in (45, 5, 9, 14, 22, 35, 50, 70, 95):
        try:
            with crash_after(statements):
                if not row.statements.exists():
                    deliver(law, row, data)
                for file in row.statements.filter(state__in=["RECEIVED", "POSTING"]):
                    services.statement_take(file_id=file.pk, at=NOON)
        except Crash:
            crashes += 1
    assert crashes > 3
    for file in row.statements.filter(state__in=["RECEIVED", "POSTING"]):
        services.statement_take(file_id=file.pk, at=NOON)
    assert deliver(law, row, data).state == "REFUSED"
    assert balance("SUSPENSE_IN", row) == balance("ESCROW_BANK", row) == 28
    assert LinePosting.objects.count() == SuspenseItem.objects.count() == 7


def test_a_stray_entry_of_the_clerk_is_the_lines_own(law: World, place: Institution) -> None:
    row = custody(law, place)
    bank = ledger.account_of(kind=AccountKind.ESCROW_BANK, subject_uid=row.uid, institution=place)
    claim = ledger.account_of(kind=AccountKind.CLAIM_ON_INST, subject_uid=place.uid, institution=place)
    earned = ledger.account_of(kind=AccountKind.INST_RELEASABLE, subject_uid=place.uid, institution=place)
    for kind, legs in (
        (EntryKind.OUT_JUDGED, (debit(claim, 500), credit(earned, 500))),
        (EntryKind.CLAIM_PAID, (debit(bank, 500), credit(claim, 500))),
    ):
        ledger.entry_post(actor=law.head, kind=kind, key="补足1", legs=legs, booked_on=DAY)
    deliver(law, row, sheet([(1, 500)]))
    assert how(500) == "UNIQUE"
    assert balance("ESCROW_BANK", row) == 500


def test_an_answer_after_the_statement_is_joined_to_its_line(law: World, earned: EscrowAccount) -> None:
    """The clerk noted the sending late: the line went to suspense, then the answer posted the instruction."""
    deliver(law, earned, sheet([(1, -70_000), (2, -10_000)], 300_000, first=7))
    assert balance("SUSPENSE_OUT", earned) == 80_000
    answered, at_bank = sent(law, earned, 70_000), sent(law, earned, 10_000)
    services.instruction_post(actor=law.clerk, instruction=answered, booked_on=DAY, at=NOON)
    assert balance("ESCROW_BANK", earned) == 150_000
    for fen in (-70_000, -10_000):
        item = SuspenseItem.objects.get(fen=fen)
        found = services.booked_candidates(item)
        assert len(found) == 1
        proposed = services.suspense_propose(
            actor=law.clerk, item=item, way="BOOKED", reason="与银行核对", target_uid=found[0].uid,
            target_label=found[0].label,
        )  # fmt: skip
        done = services.suspense_confirm(actor=law.officer, item=proposed, at=NOON)
        assert (done.status, how(fen)) == ("RESOLVED", "MANUAL")
        with pytest.raises(Unlawful, match="不能直接撤销"):
            services.suspense_undo(actor=law.leader, item=done, reason="x")
    at_bank.refresh_from_db()
    assert at_bank.status == "POSTED"
    assert balance("ESCROW_BANK", earned) == 220_000
    assert balance("SUSPENSE_OUT", earned) == 0
    services.days_compare(account=earned, until=DAY + timedelta(days=2), at=NOON)
    assert list(earned.days.order_by("day").values_list("state", flat=True)) == ["UNEVEN", "EVEN", "EVEN"]
    assert ledger.verify() is None


def test_a_chosen_entry_that_was_taken_meanwhile_is_refused(law: World, earned: EscrowAccount) -> None:
    deliver(law, earned, sheet([(1, -10_000), (1, -10_000)], 300_000, first=7))
    row = sent(law, earned, 10_000)
    proposals = [
        services.suspense_propose(
            actor=law.clerk,
            item=item,
            way="BOOKED",
            reason="核对",
            target_uid=row.uid,
            target_label=row.number,
        )
        for item in SuspenseItem.objects.filter(fen=-10_000)
    ]
    services.suspense_confirm(actor=law.officer, item=proposals[0], at=NOON)
    with pytest.raises(Unlawful, match="已经用于别的流水"):
        services.suspense_confirm(actor=law.officer, item=proposals[1], at=NOON)
