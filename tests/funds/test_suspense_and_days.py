"""Suspense worked by two persons; days compared, explained, closed for ever; months confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import EvidenceFile
from funds import ledger, services
from funds.ledger import credit, debit
from funds.models import AccountDay, AccountKind, Entry, EntryKind, EscrowAccount, LinePosting, SuspenseItem
from funds.services import closing
from funds.services.day_sweep import balances_of_day
from institutions.models import Institution
from tests.conftest import World
from tests.fieldwork.phones import picture as jpeg
from tests.funds.bank_making import NOON, day, deliver, sheet
from tests.funds.making import account, deposited, proposed
from tests.funds.paying import balance, custody, signed

pytestmark = pytest.mark.django_db


def item(fen: int) -> SuspenseItem:
    return SuspenseItem.objects.get(fen=fen)


def propose(world: World, fen: int, way: str, **values: object) -> SuspenseItem:
    return services.suspense_propose(
        actor=world.clerk,
        item=item(fen),
        way=way,
        reason="已与付款人电话核实",
        **values,  # type: ignore[arg-type]
    )


def test_a_receipt_is_claimed_for_a_contract_by_two_persons(law: World, place: Institution) -> None:
    row = custody(law, place)
    contract = signed(law, place)
    deliver(law, row, sheet([(1, 300_000, "张三")]))
    with pytest.raises(Unlawful, match="选择对应的合同"):
        propose(law, 300_000, "CONTRACT")
    proposed = propose(law, 300_000, "CONTRACT", target_uid=contract.uid, target_label=contract.number)
    with pytest.raises(NotAllowed):
        services.suspense_confirm(actor=law.clerk, item=proposed)
    settled = services.suspense_confirm(actor=law.officer, item=proposed, at=NOON)
    contract.refresh_from_db()
    assert (settled.status, contract.status, balance("SUSPENSE_IN", row)) == ("RESOLVED", "ACTIVE", 0)
    with pytest.raises(Unlawful, match="办理退费"):
        services.suspense_undo(actor=law.head, item=settled, reason="认错了")


def test_nobody_confirms_an_own_proposal(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, 700)]))
    mine = services.suspense_propose(actor=law.officer, item=item(700), way="INTEREST", reason="银行结息")
    with pytest.raises(Blocked, match="另一人"):
        services.suspense_confirm(actor=law.officer, item=mine)
    with pytest.raises(IntegrityError), transaction.atomic():
        SuspenseItem.objects.filter(pk=mine.pk).update(
            status="RESOLVED", decided_by=law.officer, decided_at=NOON, entry_uid=mine.uid
        )
    back = services.suspense_send_back(actor=law.head, item=mine, reason="不是利息")
    assert (back.status, back.way) == ("OPEN", "")


def test_a_settled_item_is_undone_by_reversal_and_settled_anew(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, 700)]))
    settled = services.suspense_confirm(actor=law.officer, item=propose(law, 700, "INTEREST"), at=NOON)
    assert balance("INST_RELEASABLE", place) == 700
    with pytest.raises(Blocked, match="另一人撤销"):
        services.suspense_undo(actor=services_head(law, settled), item=settled, reason="认错了", at=NOON)
    undone = services.suspense_undo(actor=law.leader, item=settled, reason="认错了", at=NOON)
    assert (undone.status, balance("SUSPENSE_IN", row), balance("INST_RELEASABLE", place)) == ("OPEN", 700, 0)
    again = services.suspense_confirm(actor=law.officer, item=propose(law, 700, "INTEREST"), at=NOON)
    assert (again.turn, balance("INST_RELEASABLE", place)) == (2, 700)
    assert ledger.verify() is None


def services_head(law: World, settled: SuspenseItem) -> object:
    """The head, made the one who confirmed."""
    SuspenseItem.objects.filter(pk=settled.pk).update(decided_by=law.head)
    return law.head


def test_a_return_is_posted_when_the_bank_shows_it(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, 900, "路人甲")]))
    going = services.suspense_confirm(actor=law.officer, item=propose(law, 900, "RETURN"), at=NOON)
    assert (going.status, balance("SUSPENSE_IN", row)) == ("RETURNING", 900)
    deliver(law, row, sheet([(3, -900, "路人甲")], 900, first=5))
    going.refresh_from_db()
    assert (going.status, balance("SUSPENSE_IN", row), balance("ESCROW_BANK", row)) == ("RESOLVED", 0, 0)
    assert Entry.objects.get(uid=going.entry_uid).kind == "IN_RETURNED"
    with pytest.raises(Unlawful, match="已经退回"):
        services.suspense_undo(actor=law.leader, item=going, reason="x")


def test_a_return_goes_only_to_the_name_it_came_from(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, 900, "路人甲")]))
    going = services.suspense_confirm(actor=law.officer, item=propose(law, 900, "RETURN"), at=NOON)
    deliver(law, row, sheet([(3, -900, "某某装修公司")], 900, first=5))
    going.refresh_from_db()
    assert (going.status, balance("SUSPENSE_OUT", row)) == ("RETURNING", 900)
    names = ("乙", "丙", "丁")
    deliver(law, row, sheet([(4, 800, name) for name in names], 0, first=9))
    for name in names:
        waiting = services.suspense_propose(
            actor=law.clerk, item=SuspenseItem.objects.get(payer=name), way="RETURN", reason="误转"
        )
        services.suspense_confirm(actor=law.officer, item=waiting, at=NOON)
    deliver(law, row, sheet([(6, -800, "丁")], 2_400, first=15))
    done = SuspenseItem.objects.filter(fen=800, status="RESOLVED")
    assert list(done.values_list("payer", flat=True)) == ["丁"]


def test_an_outflow_is_judged_as_a_claim_on_the_institution(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, -400, "某某装修公司")], 1_000))
    with pytest.raises(Unlawful, match="不能这样处理"):
        propose(law, -400, "RETURN")
    services.suspense_confirm(actor=law.officer, item=propose(law, -400, "CLAIM"), at=NOON)
    assert (balance("SUSPENSE_OUT", row), balance("CLAIM_ON_INST", place)) == (0, 400)
    deliver(law, row, sheet([(2, 400, "机构")], 600, first=9))
    services.suspense_confirm(actor=law.officer, item=propose(law, 400, "PAID_BACK"), at=NOON)
    assert (balance("SUSPENSE_IN", row), balance("CLAIM_ON_INST", place)) == (0, 0)


def test_a_deposit_line_may_be_claimed_as_deposit(law: World, place: Institution) -> None:
    row = account(law, place)
    deliver(law, row, sheet([(1, 5_000)]))
    services.suspense_confirm(actor=law.officer, item=propose(law, 5_000, "DEPOSIT"), at=NOON)
    assert balance("DEPOSIT_BANK", row) == balance("DEPOSIT_OBLIG", row) == 5_000


def test_a_line_in_suspense_is_neither_booked_twice_nor_left_behind(law: World, place: Institution) -> None:
    row = account(law, place)
    deliver(law, row, sheet([(1, 5_000)]))
    with pytest.raises(Blocked, match="已在待查款里"):
        services.movement_post(actor=law.head, movement=proposed(law, row, 5_000, booked_on=day(1)))
    closing = services.account_begin_closing(actor=law.head, account=row, reason="终止办学")
    with pytest.raises(Blocked, match="1 笔待查款没有办结"):
        services.account_close(actor=law.head, account=closing)


@pytest.fixture
def even(law: World, place: Institution) -> EscrowAccount:
    """Three days of statements, all even."""
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, 100), (2, 50), (3, -20)]))
    services.days_compare(account=row, until=day(4), at=NOON)
    return row


def states(row: EscrowAccount) -> list[str]:
    return list(AccountDay.objects.filter(account=row).order_by("day").values_list("state", flat=True))


def test_days_are_compared_and_closed_in_order(law: World, even: EscrowAccount) -> None:
    assert states(even) == ["EVEN", "EVEN", "EVEN", "MISSING"]
    rows = list(AccountDay.objects.filter(account=even).order_by("day"))
    assert [row.bank_fen for row in rows] == [100, 150, 130, None]
    with pytest.raises(Unlawful, match="还没有结账"):
        services.day_close(actor=law.clerk, row=rows[1])
    assert services.days_close_even(actor=law.clerk, accounts=[even], until=day(9)) == 3
    with pytest.raises(Unlawful, match="已经结账"):
        services.day_close(actor=law.clerk, row=rows[0])
    with pytest.raises(Unlawful, match="不能直接结账"):
        services.day_close(actor=law.clerk, row=rows[3])
    with pytest.raises(NotAllowed):
        services.day_except(actor=law.clerk, row=rows[3], reason="银行系统升级")
    with pytest.raises(Unlawful, match="写明理由"):
        services.day_except(actor=law.head, row=rows[3], reason=" ")
    closed = services.day_except(actor=law.head, row=rows[3], reason="银行系统升级，次日补传")
    assert (closed.is_excepted, closed.closed_by) == (True, law.head)
    with pytest.raises(DatabaseError), transaction.atomic():
        AccountDay.objects.filter(pk=closed.pk).update(reason="改")


def test_an_account_that_may_not_close_blocks_no_later_one(
    law: World, place: Institution, even: EscrowAccount, sign_in: Callable[[Any], Client]
) -> None:
    deposit = account(law, place, "DEPOSIT", "5002370072000002")
    deposited(law, deposit, 1_000, "S00001")
    deliver(law, deposit, sheet([(0, 1_000)]))
    bank = ledger.account_of(kind=AccountKind.ESCROW_BANK, subject_uid=even.uid, institution=place)
    other = ledger.account_of(kind=AccountKind.SUSPENSE_IN, subject_uid=even.uid, institution=place)
    ledger.entry_post(
        actor=law.head, kind=EntryKind.IN_UNMATCHED, key="后记", legs=(debit(bank, 5), credit(other, 5)),
        booked_on=day(1),
    )  # fmt: skip
    done = services.days_close_each(actor=law.clerk, accounts=[even, deposit], until=day(3), at=NOON)
    assert (done.count, [row for row, _ in done.refusals]) == (1, [even])
    assert "不能直接结账" in done.refusals[0][1]
    assert AccountDay.objects.get(account=deposit).is_closed
    page = sign_in(law.clerk).post(reverse("funds:days_close"), follow=True).content.decode()
    assert "1 个账户没有结到最后一个平的日子" in page
    assert "已结账 0 个账户日" in page


def test_nothing_is_booked_on_a_closed_day(law: World, place: Institution, even: EscrowAccount) -> None:
    services.days_close_even(actor=law.clerk, accounts=[even], until=day(2))
    bank = ledger.account_of(kind=AccountKind.ESCROW_BANK, subject_uid=even.uid, institution=place)
    other = ledger.account_of(kind=AccountKind.SUSPENSE_IN, subject_uid=even.uid, institution=place)
    legs = (debit(bank, 5), credit(other, 5))

    def post(on: int) -> Entry:
        with transaction.atomic():
            return ledger.entry_post(
                actor=law.head, kind=EntryKind.IN_UNMATCHED, key=f"迟到{on}", legs=legs, booked_on=day(on)
            )

    for on in (0, 1, 2):
        with pytest.raises(DatabaseError, match="closed for this account"):
            post(on)
    assert post(3).booked_on == day(3)
    elsewhere = services.suspense_confirm(actor=law.officer, item=propose(law, 100, "INTEREST"), at=NOON)
    assert Entry.objects.get(uid=elsewhere.entry_uid).booked_on == day(3)


def test_the_difference_is_explained_by_open_items(
    law: World, place: Institution, even: EscrowAccount
) -> None:
    bank = ledger.account_of(kind=AccountKind.ESCROW_BANK, subject_uid=even.uid, institution=place)
    other = ledger.account_of(kind=AccountKind.SUSPENSE_IN, subject_uid=even.uid, institution=place)
    ledger.entry_post(
        actor=law.head, kind=EntryKind.PAY_DIRECT, key="没到账的", legs=(debit(bank, 7), credit(other, 7)),
        booked_on=day(3), memo="合同 HT-1",
    )  # fmt: skip
    services.days_compare(account=even, until=day(3), at=NOON)
    third = AccountDay.objects.get(account=even, day=day(3))
    assert (third.state, third.difference_fen) == ("UNEVEN", -7)
    assert [(row["kind"], row["fen"]) for row in third.items] == [("账簿已记、银行未到", -7)]
    deliver(law, even, sheet([(4, 7)], 130, first=20))
    services.days_compare(account=even, until=day(4), at=NOON)
    assert states(even) == ["EVEN", "EVEN", "UNEVEN", "EVEN"]
    assert LinePosting.objects.get(fen=7).matched_by == "UNIQUE"


def test_a_late_line_goes_to_the_first_open_day(law: World, even: EscrowAccount) -> None:
    services.days_compare(account=even, until=day(5), at=NOON)
    for row in AccountDay.objects.filter(account=even).order_by("day"):
        close = services.day_close if row.state == "EVEN" else services.day_except
        extra = {} if row.state == "EVEN" else {"reason": "银行未传"}
        close(actor=law.head, row=row, **extra)  # type: ignore[operator]
    deliver(law, even, sheet([(4, 11), (6, 1)], 130, first=30))
    late = Entry.objects.get(uid=LinePosting.objects.get(fen=11).entry_uid)
    assert late.booked_on == day(6)
    services.days_compare(account=even, until=day(6), at=NOON)
    assert AccountDay.objects.get(account=even, day=day(6)).state == "EVEN"


def test_deposit_accounts_are_compared_too(law: World, place: Institution) -> None:
    row = account(law, place)
    deposited(law, row, 1_000, "S00001")
    deliver(law, row, sheet([(0, 1_000), (2, 5)]))
    services.accounts_compare(today=day(4), at=NOON)
    assert states(row) == ["EVEN", "EVEN", "EVEN", "MISSING"]


def test_an_account_that_fails_holds_up_no_other(
    law: World, place: Institution, even: EscrowAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = account(law, place, "DEPOSIT", "5002370072000002")
    deposited(law, other, 1_000, "S00001")
    deliver(law, other, sheet([(0, 1_000)]))
    AccountDay.objects.all().delete()
    looked = closing.first_day

    def fail(row: EscrowAccount) -> Any:
        if row.pk == even.pk:
            raise ValueError("poisoned")
        return looked(row)

    monkeypatch.setattr(closing, "first_day", fail)
    with pytest.raises(RuntimeError, match="1 failed"):
        services.accounts_compare(today=day(1), at=NOON)
    assert states(other) == ["EVEN"]


def test_a_file_is_compared_from_its_own_first_day(
    law: World, even: EscrowAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, compare = [], closing._compare

    def watch(row: EscrowAccount, on: Any, *more: Any) -> AccountDay:
        looked.append(on)
        return compare(row, on, *more)

    monkeypatch.setattr(closing, "_compare", watch)
    deliver(law, even, sheet([(4, 7), (6, 1)], 130, first=20))
    assert looked == [day(4), day(5), day(6)]
    assert states(even) == ["EVEN"] * 6
    looked.clear()
    deliver(law, even, sheet([(9, 1)], 138, first=30), covers_from=day(9))
    assert looked == [day(7), day(8), day(9)]
    assert states(even) == ["EVEN"] * 6 + ["MISSING", "MISSING", "EVEN"]


def test_the_nightly_sweep_says_what_the_days_say(
    law: World, place: Institution, even: EscrowAccount
) -> None:
    deliver(law, even, sheet([(4, 9), (5, 1)], 130, first=40), covers_to=day(6))
    for number in range(4, 9):
        services.accounts_compare(today=day(number), at=NOON)
    assert states(even) == ["EVEN"] * 6 + ["MISSING"]
    swept = AccountDay.objects.get(account=even, day=day(6))
    services.days_compare(account=even, until=day(6), at=NOON)
    again = AccountDay.objects.get(pk=swept.pk)
    assert (again.bank_fen, again.book_fen, again.version) == (140, 140, 1)
    assert [row.is_even for row in balances_of_day(day(5))] == [True]


def test_a_month_is_confirmed_by_the_banks_paper(law: World, even: EscrowAccount) -> None:
    paper = ContentFile(jpeg(), name="确认书.jpg")
    values = {"actor": law.clerk, "account": even, "month": day(0), "paper": paper}
    with pytest.raises(Unlawful, match="写明原因"):
        services.month_confirm(**values, bank_fen=131, at=NOON)  # type: ignore[arg-type]
    paper.seek(0)
    row = services.month_confirm(**values, bank_fen=130, at=NOON)  # type: ignore[arg-type]
    assert (row.book_fen, EvidenceFile.objects.filter(subject_uid=row.uid).count()) == (130, 1)
    with pytest.raises(Unlawful, match="还没有结束"):
        services.month_confirm(**{**values, "month": NOON.date()}, bank_fen=1, at=NOON)  # type: ignore[arg-type]
    assert NOON - timedelta(1) < NOON


def test_wrong_states_are_refused(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, 700)]))
    with pytest.raises(WrongState):
        services.suspense_confirm(actor=law.officer, item=item(700))
    with pytest.raises(Unlawful, match="写明理由"):
        services.suspense_propose(actor=law.clerk, item=item(700), way="INTEREST", reason=" ")
