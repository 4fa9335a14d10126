"""Random histories, crashes and races: exactly once, never below zero, always whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.errors import DomainError
from funds import ledger
from funds.ledger import LedgerError, Overdrawn, balance, posting
from funds.models import Entry, EntryLine
from tests.conftest import World, build_world
from tests.funds.making import DAY, Pair, pair, pay_in, pay_out

THREADS = 8
TOUGH = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Happening:
    """One thing of a history."""

    what: str
    key: int
    fen: int
    account: int
    crashes_after: int


HAPPENINGS = st.builds(
    Happening,
    what=st.sampled_from(["in", "in", "out", "reverse", "retry"]),
    key=st.integers(0, 12),
    fen=st.sampled_from([1, 2, 50, 99, 100, 10**12]),
    account=st.integers(0, 1),
    crashes_after=st.sampled_from([0, 0, 0, 1, 2, 3, 4]),
)


class Crash(Exception):
    """The process dies between two statements."""


@contextmanager
def crash_after(statements: int) -> Iterator[None]:
    """Let so many statements through, then die; 0 never dies."""
    left = [statements]

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if statements and not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            left[0] -= 1
            if left[0] < 0:
                raise Crash
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        yield


class Model:
    """What the ledger should say, kept in plain dictionaries."""

    def __init__(self) -> None:
        self.posted: dict[tuple[str, int], tuple[int, int]] = {}
        self.reversed: set[tuple[str, int]] = set()

    def balance(self, account: int) -> int:
        total = 0
        for (what, key), (fen, owner) in self.posted.items():
            if owner == account and (what, key) not in self.reversed:
                total += fen if what == "in" else -fen
        return total


@pytest.mark.django_db
@TOUGH
@given(history=st.lists(HAPPENINGS, min_size=1, max_size=25))
def test_random_histories(world: World, history: list[Happening]) -> None:
    with transaction.atomic():
        books = [pair(world, "示例甲培训中心"), pair(world, "示例乙培训中心")]
        model, entries = Model(), {}
        for happening in history:
            _happen(world, books, model, entries, happening)
        for number, pair_ in enumerate(books):
            assert balance(pair_.bank) == balance(pair_.owed) == model.balance(number) >= 0
        assert Entry.objects.count() == len(model.posted) + len(model.reversed)
        assert EntryLine.objects.count() == 2 * Entry.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert ledger.verify() is None
        transaction.set_rollback(True)


def _happen(
    world: World, books: list[Pair], model: Model, entries: dict[tuple[str, int], Entry], now: Happening
) -> None:
    what = "in" if now.what == "retry" else now.what
    name = ("in" if what == "reverse" else what, now.key)
    fen, account = model.posted.get(name, (now.fen, now.account)) if now.what == "retry" else (
        now.fen, now.account
    )  # fmt: skip
    try:
        with transaction.atomic(), crash_after(now.crashes_after):
            if what == "reverse":
                if name not in entries:
                    return
                ledger.entry_reverse(actor=world.head, entry=entries[name], booked_on=DAY, memo="错")
            else:
                work = pay_in if what == "in" else pay_out
                entries[name] = work(world, books[account], fen, f"{what}-{now.key}")
    except Crash:
        return
    except Overdrawn:
        taken = model.posted[name][0] if what == "reverse" else fen
        owner = model.posted[name][1] if what == "reverse" else account
        assert taken > model.balance(owner)
        return
    except LedgerError:
        assert model.posted[name] != (fen, account)
        return
    if what == "reverse":
        model.reversed.add(name)
    else:
        assert model.posted.setdefault(name, (fen, account)) == (fen, account)


def run_together(work: Callable[[int], None]) -> list[Exception]:
    """The same work by several threads at one moment; what they raised."""
    gate, raised = threading.Barrier(THREADS), []

    def run(number: int) -> None:
        try:
            gate.wait(20)
            work(number)
        except (DomainError, DatabaseError, threading.BrokenBarrierError) as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return raised


@pytest.mark.django_db(transaction=True)
def test_the_last_fen_is_paid_once() -> None:
    world = build_world()
    books = pair(world)
    pay_in(world, books, 101)
    raised = run_together(lambda number: pay_out(world, books, 101, f"out-{number}") and None)
    assert [type(error) for error in raised] == [Overdrawn] * (THREADS - 1)
    assert balance(books.bank) == 0
    assert ledger.verify() is None


@pytest.mark.django_db(transaction=True)
def test_one_key_from_many_sides_posts_once() -> None:
    world = build_world()
    books = pair(world)
    seen: list[Any] = []
    raised = run_together(lambda number: seen.append(pay_in(world, books, 7, "同一笔").uid))
    assert raised == []
    assert len(set(seen)) == 1
    assert balance(books.bank) == 7


@pytest.mark.django_db(transaction=True)
def test_one_key_with_two_contents_at_once_keeps_one() -> None:
    world = build_world()
    pairs = [pair(world, f"示例第{number}培训中心") for number in range(THREADS)]
    raised = run_together(lambda number: pay_in(world, pairs[number], 7, "同号") and None)
    assert [type(error) for error in raised] == [ledger.KeyTaken] * (THREADS - 1)
    assert sum(balance(row.bank) for row in pairs) == 7
    assert ledger.verify() is None


@pytest.mark.django_db(transaction=True)
def test_opposite_orders_do_not_lock_each_other_out() -> None:
    world = build_world()
    first = pair(world)
    second = pair(world, place=first.place)
    for books in (first, second):
        pay_in(world, books, 1_000_000)

    def move(number: int) -> None:
        books = (first, second) if number % 2 else (second, first)
        for turn in range(10):
            with transaction.atomic():
                ledger.entry_post(
                    actor=world.head,
                    kind=posting.EntryKind.DEPOSIT_RETURN,
                    key=f"{number}-{turn}",
                    legs=(ledger.debit(books[0].bank, 3), ledger.credit(books[1].bank, 3)),
                    booked_on=DAY,
                )

    assert run_together(move) == []
    assert balance(first.bank) + balance(second.bank) == 2_000_000
    assert Entry.objects.count() == 2 + 10 * THREADS
    assert ledger.verify() is None


@pytest.mark.django_db(transaction=True)
def test_a_crash_at_commit_leaves_nothing() -> None:
    world = build_world()
    books = pair(world)

    one_line = posting.INSERT.replace(
        "AS leg (account_id, side, fen)", "AS leg (account_id, side, fen) LIMIT 1"
    )
    with patch.object(posting, "INSERT", one_line), pytest.raises(DatabaseError, match="lines, not 2"):
        pay_in(world, books, 5)
    assert not Entry.objects.exists()
    assert balance(books.bank) == 0
