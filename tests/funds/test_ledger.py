"""Bookkeeping rules, asked of the services and of the bare database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from funds import ledger
from funds.ledger import KeyTaken, LedgerError, Overdrawn, balance, credit, debit
from funds.models import AccountKind, Entry, EntryKind, EntryLine, LedgerAccount
from tests.conftest import World
from tests.funds.making import DAY, Pair, pair, pay_in, pay_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(world: World) -> Pair:
    return pair(world)


def at_commit() -> None:
    """Ask now what the database asks at COMMIT."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def by_hand(statement: str, *values: object) -> None:
    """SQL past every service, with what COMMIT would ask."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_money_in_and_out(world: World, books: Pair) -> None:
    pay_in(world, books, 10_000_000)
    pay_out(world, books, 2_500_001)
    at_commit()
    assert balance(books.bank) == balance(books.owed) == 7_499_999
    assert ledger.verify(world.bureau) is None


def test_the_same_key_posts_once(world: World, books: Pair) -> None:
    first = pay_in(world, books, 500, "工行/2026-11-20/0001")
    again = pay_in(world, books, 500, "工行/2026-11-20/0001")
    assert first.uid == again.uid
    assert balance(books.bank) == 500
    assert EntryLine.objects.count() == 2


def test_the_same_key_with_other_content_is_refused(world: World, books: Pair) -> None:
    pay_in(world, books, 500, "0001")
    for change in ({"fen": 501}, {"fen": 500, "booked_on": DAY + timedelta(days=1)}):
        with pytest.raises(KeyTaken, match="内容与这次不同"):
            pay_in(world, books, change.pop("fen"), "0001", **change)
    other = pair(world, "示例另一家培训中心")
    with pytest.raises(KeyTaken):
        pay_in(world, other, 500, "0001")
    assert balance(books.bank) == 500
    assert balance(other.bank) == 0


@pytest.mark.parametrize("fen", [0, -1, 10**15, 10**12 + 1, True, 1.5])
def test_an_amount_that_is_none_is_refused(world: World, books: Pair, fen: int) -> None:
    with pytest.raises(LedgerError, match="金额须大于零"):
        pay_in(world, books, fen)
    assert not Entry.objects.exists()


def test_what_is_no_entry_is_refused(world: World, books: Pair) -> None:
    other = pair(world, "示例另一家培训中心")
    cases = [
        ((debit(books.bank, 5), credit(books.owed, 4)), "借贷不平"),
        ((debit(books.bank, 5),), "一借一贷"),
        ((debit(books.bank, 5), credit(books.bank, 5)), "只能出现一次"),
        ((debit(books.bank, 5), credit(other.owed, 5)), "机构之间"),
    ]
    for legs, sentence in cases:
        with pytest.raises(LedgerError, match=sentence):
            ledger.entry_post(
                actor=world.head, kind=EntryKind.DEPOSIT_IN, key=str(uuid4()), legs=legs, booked_on=DAY
            )
    with pytest.raises(LedgerError, match="业务编号"):
        ledger.entry_post(
            actor=world.head, kind=EntryKind.DEPOSIT_IN, key=" ", legs=cases[0][0], booked_on=DAY
        )
    assert not Entry.objects.exists()


def test_nobody_takes_more_than_there_is(world: World, books: Pair) -> None:
    pay_in(world, books, 100)
    with pytest.raises(Overdrawn, match=r"余额 1\.00 元，不足以支出 1\.01 元"):
        pay_out(world, books, 101)
    assert balance(books.bank) == 100
    assert ledger.verify(world.bureau) is None


def test_a_reversal_is_the_mirror_once(world: World, books: Pair) -> None:
    wrong = pay_in(world, books, 900)
    undone = ledger.entry_reverse(actor=world.leader, entry=wrong, booked_on=DAY, memo="金额录错")
    again = ledger.entry_reverse(actor=world.leader, entry=wrong, booked_on=DAY, memo="再点一次")
    at_commit()
    assert undone.uid == again.uid
    assert undone.reversal_of == wrong.uid
    assert balance(books.bank) == balance(books.owed) == 0
    with pytest.raises(LedgerError, match="不能再冲正"):
        ledger.entry_reverse(actor=world.leader, entry=undone, booked_on=DAY, memo="撤回")
    assert ledger.verify() is None


def test_a_reversal_needs_a_reason_a_day_and_the_money(world: World, books: Pair) -> None:
    entry = pay_in(world, books, 900)
    with pytest.raises(LedgerError, match="原因"):
        ledger.entry_reverse(actor=world.head, entry=entry, booked_on=DAY, memo=" ")
    with pytest.raises(LedgerError, match="早于"):
        ledger.entry_reverse(actor=world.head, entry=entry, booked_on=DAY - timedelta(days=1), memo="错")
    pay_out(world, books, 1)
    with pytest.raises(Overdrawn):
        ledger.entry_reverse(actor=world.head, entry=entry, booked_on=DAY, memo="错")


def test_a_balance_of_an_earlier_day(world: World, books: Pair) -> None:
    for ahead, fen in ((0, 100), (2, 50), (1, 7)):
        pay_in(world, books, fen, booked_on=DAY + timedelta(days=ahead))
    pay_out(world, books, 30, booked_on=DAY + timedelta(days=3))
    found = [balance(books.bank, DAY + timedelta(days=ahead)) for ahead in (-1, 0, 1, 2, 3, 9)]
    assert found == [0, 100, 107, 157, 127, 127]
    assert balance(books.owed, DAY) == 100


def test_an_account_is_opened_once(world: World, books: Pair) -> None:
    again = ledger.account_of(
        kind=AccountKind.DEPOSIT_BANK, subject_uid=books.bank.subject_uid, institution=books.place
    )
    assert again.pk == books.bank.pk


def test_scope(world: World, books: Pair) -> None:
    pay_in(world, books, 5)
    for model in (LedgerAccount, Entry, EntryLine):
        assert model.objects.visible_to(world.head).exists()
        assert not model.objects.visible_to(world.neighbour_officer).exists()
        assert not model.objects.visible_to(world.institution_user).exists()


LINE = (
    "INSERT INTO funds_entryline (entry_uid, account_id, booked_on, side, amount_fen, seq, balance_fen) "
    "VALUES (%s, %s, %s, %s, %s, 0, 0)"
)
ENTRY = (
    "INSERT INTO funds_entry (uid, bureau_id, institution_id, kind, key, booked_on, amount_fen, line_count,"
    " digest, reversal_of, memo, actor_id, actor_name, created_at)"
    " SELECT %s, bureau_id, institution_id, %s, %s, booked_on, %s, 2, 'x', %s, '', actor_id, '某', now()"
    " FROM funds_entry LIMIT 1"
)


def test_the_database_refuses_what_the_services_do_not_write(world: World, books: Pair) -> None:
    entry = pay_in(world, books, 100)
    spare = ledger.account_of(kind=AccountKind.DEPOSIT_BANK, subject_uid=uuid4(), institution=books.place)
    new = uuid4()
    refused: list[Callable[[], object]] = [
        lambda: by_hand("UPDATE funds_entryline SET amount_fen = 5"),
        lambda: by_hand("UPDATE funds_entry SET memo = 'x'"),
        lambda: by_hand("DELETE FROM funds_entryline"),
        lambda: by_hand("DELETE FROM funds_entry"),
        lambda: by_hand("TRUNCATE funds_entryline"),
        lambda: by_hand("TRUNCATE funds_entry"),
        lambda: by_hand("TRUNCATE funds_ledgeraccount CASCADE"),
        lambda: by_hand("DELETE FROM funds_ledgeraccount"),
        lambda: by_hand("UPDATE funds_ledgeraccount SET balance_fen = 1"),
        lambda: by_hand("UPDATE funds_ledgeraccount SET may_go_negative = true"),
        lambda: by_hand(LINE, entry.uid, spare.pk, DAY, "DEBIT", 5),
        lambda: by_hand(LINE, uuid4(), spare.pk, DAY, "DEBIT", 5),
        lambda: by_hand(LINE, entry.uid, spare.pk, DAY, "DEBIT", -5),
        lambda: by_hand(LINE, entry.uid, spare.pk, DAY, "DEBIT", 10**15),
        lambda: by_hand(LINE, entry.uid, spare.pk, DAY, "BOTH", 5),
        lambda: by_hand(ENTRY, new, "DEPOSIT_IN", "no lines", 5, None),
        lambda: by_hand(ENTRY, new, "DEPOSIT_IN", entry.key, 5, None),
        lambda: by_hand(ENTRY, new, "REVERSE", "of nothing", 5, uuid4()),
        lambda: by_hand(ENTRY, new, "REVERSE", "no target", 5, None),
        lambda: by_hand(
            ENTRY + ";" + LINE + ";" + LINE,
            new, "DEPOSIT_RETURN", "too much", 101, None,
            new, books.owed.pk, DAY, "DEBIT", 101, new, books.bank.pk, DAY, "CREDIT", 101,
        ),
        lambda: by_hand(
            ENTRY + ";" + LINE + ";" + LINE,
            new, "DEPOSIT_IN", "one-sided", 5, None,
            new, books.bank.pk, DAY, "DEBIT", 5, new, books.owed.pk, DAY, "CREDIT", 4,
        ),
        lambda: by_hand(
            ENTRY + ";" + LINE + ";" + LINE,
            new, "REVERSE", "no mirror", 100, entry.uid,
            new, books.bank.pk, DAY, "DEBIT", 100, new, books.owed.pk, DAY, "CREDIT", 100,
        ),
        lambda: by_hand(
            ENTRY + ";" + LINE + ";" + LINE,
            new, "DEPOSIT_IN", "another day", 5, None,
            new, books.bank.pk, DAY, "DEBIT", 5, new, books.owed.pk, DAY + timedelta(days=1), "CREDIT", 5,
        ),
    ]  # fmt: skip
    for attempt in refused:
        with pytest.raises(DatabaseError):
            attempt()
    assert balance(books.bank) == 100
    assert ledger.verify() is None


FORGED = {
    "分录行": "UPDATE funds_entryline SET balance_fen = balance_fen + 1 WHERE seq = 2",
    "分录": "DELETE FROM funds_entryline WHERE seq = 2 AND side = 'DEBIT'",
    "科目": "UPDATE funds_ledgeraccount SET balance_fen = balance_fen + 1",
    "摘要值": "UPDATE funds_entry SET key = key || '改'",
    "没有对应的分录": "DELETE FROM funds_entry WHERE key = 'second'",
    "所冲正分录的反向": "UPDATE funds_entry SET reversal_of = gen_random_uuid() WHERE kind = 'REVERSE'",
    "借贷不平": "UPDATE funds_entryline SET amount_fen = amount_fen + 1 WHERE seq = 1 AND side = 'DEBIT'",
}


@pytest.mark.parametrize("named", FORGED)
def test_the_proof_names_what_was_forged(world: World, books: Pair, named: str) -> None:
    first = pay_in(world, books, 300, "first")
    pay_in(world, books, 400, "second")
    ledger.entry_reverse(actor=world.head, entry=first, booked_on=DAY, memo="错")
    at_commit()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(FORGED[named])
        cursor.execute("SET session_replication_role = DEFAULT")
    flaw = ledger.verify(world.bureau)
    assert flaw is not None
    assert named in str(flaw)
    with pytest.raises(CommandError, match="有问题"):
        call_command("verify_ledger", bureau="wushan")
    assert ledger.verify(world.neighbour) is None


def test_the_command_says_whole(world: World, books: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    pay_in(world, books, 1)
    call_command("verify_ledger")
    assert "完整" in capsys.readouterr().out
    with pytest.raises(CommandError, match="没有网址标识"):
        call_command("verify_ledger", bureau="nowhere")
