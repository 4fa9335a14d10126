"""Entries of two lines a second, each its own transaction: ours, hand-written SQL, other ledger libraries, in turn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from statistics import median
from time import perf_counter
from typing import Any

import psycopg2
from django.db import connection

from accounts.models import User
from bench.ledger_libraries import LIBRARIES, Library, Unavailable, opened
from bench.table import Results, Row
from casework.models.base import uuid7
from funds import ledger
from funds.ledger import credit, debit
from funds.ledger.posting import digest_of
from funds.models import EntryKind, LedgerAccount

POSTINGS = 400
TURNS = 5
WARM_UP = 50
DAY = date(2026, 11, 20)
FIGURE = "entries of two lines posted, each its own transaction"
ENTRY = (
    "INSERT INTO funds_entry (uid, bureau_id, institution_id, kind, key, booked_on, amount_fen, line_count,"
    " digest, reversal_of, memo, actor_id, actor_name, created_at)"
    " VALUES (%s, %s, %s, 'DEPOSIT_IN', %s, %s, %s, 2, %s, NULL, '', %s, %s, now())"
)
LINES = (
    "INSERT INTO funds_entryline (entry_uid, account_id, booked_on, side, amount_fen, seq, balance_fen)"
    " VALUES (%s, %s, %s, 'DEBIT', %s, 0, 0), (%s, %s, %s, 'CREDIT', %s, 0, 0)"
)


def measure(results: Results, actor: User, bank: LedgerAccount, owed: LedgerAccount) -> None:
    """Turn about, so that all meet the same machine."""
    with ExitStack() as stack:
        libraries, missing = _libraries(stack)
        posters: dict[str, Callable[[int, int], float]] = {
            "ours": lambda turn, count: _timed(lambda: _service(actor, bank, owed, f"s{turn}", count)),
            "hand": lambda turn, count: _timed(lambda: _by_hand(actor, bank, owed, f"h{turn}", count)),
        }
        posters |= {
            library.name: lambda _, count, library=library: library.post(count)  # type: ignore[misc]
            for library in libraries
        }
        rates = _in_turn(posters)
        _hold_whole(libraries)
    _beside_hand(results, rates["ours"], rates["hand"])
    for library in libraries:
        _beside_library(results, rates["ours"], rates[library.name], f"{library.name} {library.version}")
    for name, reason in missing.items():
        results.add(Row("ledger", f"{FIGURE}, beside {name}", "not measured", reason))


def _libraries(stack: ExitStack) -> tuple[list[Library], dict[str, str]]:
    """Those that can be had here, and why the others cannot."""
    found: list[Library] = []
    missing: dict[str, str] = {}
    for name in LIBRARIES:
        try:
            found.append(stack.enter_context(opened(name, _address())))
        except Unavailable as reason:
            missing[name] = str(reason)
    return found, missing


def _in_turn(posters: dict[str, Callable[[int, int], float]]) -> dict[str, list[float]]:
    """Entries a second of each poster, one figure a turn."""
    for post in posters.values():
        post(-1, WARM_UP)
    rates: dict[str, list[float]] = {name: [] for name in posters}
    for turn in range(TURNS):
        for name, post in posters.items():
            rates[name].append(POSTINGS / post(turn, POSTINGS))
    return rates


def _hold_whole(libraries: list[Library]) -> None:
    """A library that lost an entry was not measured."""
    for library in libraries:
        assert library.lines() == 2 * (WARM_UP + TURNS * POSTINGS), library.name


def _beside_hand(results: Results, ours: list[float], hand: list[float]) -> None:
    share = median(ours) / median(hand)
    beside = f"hand-written SQL, same tables, triggers and constraints: {median(hand):,.0f}/s"
    results.add(
        Row("ledger", FIGURE, f"{median(ours):,.0f}/s", beside, f"{share:.2f}×", "≥ 0.5×", share >= 0.5)
    )


def _beside_library(results: Results, ours: list[float], theirs: list[float], name: str) -> None:
    share = median(ours) / median(theirs)
    beside = f"{name}: {median(theirs):,.0f}/s"
    results.add(Row("ledger", FIGURE, f"{median(ours):,.0f}/s", beside, f"{share:.1f}×", "≥ 3×", share >= 3))


def _timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _service(actor: User, bank: LedgerAccount, owed: LedgerAccount, prefix: str, count: int) -> None:
    for number in range(count):
        ledger.entry_post(
            actor=actor,
            kind=EntryKind.DEPOSIT_IN,
            key=f"{prefix}-{number}",
            legs=(debit(bank, 100), credit(owed, 100)),
            booked_on=DAY,
        )


def _by_hand(actor: User, bank: LedgerAccount, owed: LedgerAccount, prefix: str, count: int) -> None:
    raw = psycopg2.connect(**_address())
    try:
        with raw.cursor() as cursor:
            for number in range(count):
                uid = str(uuid7())
                key = f"{prefix}-{number}"
                cursor.execute(
                    ENTRY,
                    (
                        uid, bank.bureau_id, bank.institution_id, key, DAY, 100,
                        _digest(key, bank, owed), actor.pk, actor.name,
                    ),
                )  # fmt: skip
                cursor.execute(LINES, (uid, bank.pk, DAY, 100, uid, owed.pk, DAY, 100))
                raw.commit()
    finally:
        raw.close()


def _digest(key: str, bank: LedgerAccount, owed: LedgerAccount) -> str:
    """The digest that the service would store, so that the proof holds for both."""
    legs = [(str(bank.uid), "DEBIT", 100), (str(owed.uid), "CREDIT", 100)]
    return digest_of(EntryKind.DEPOSIT_IN, key, DAY, legs)


def _address() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {key: given[key] for key in ("dbname", "user", "host", "port", "password") if given.get(key)}
