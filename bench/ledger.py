"""The ledger: postings a second beside hand-written SQL, balances of an account with many lines, the proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

import psycopg2
from django.db import connection

from accounts.models import User
from bench.rows import settle, without_triggers
from bench.table import Results, Row
from casework.models.base import uuid7
from funds import ledger
from funds.ledger import credit, debit
from funds.models import AccountKind, Entry, EntryKind, LedgerAccount
from institutions.models import Institution

POSTINGS = 1500
TURNS = 5
DAY = date(2026, 11, 20)
YEAR_DAYS = 365
ENTRY = (
    "INSERT INTO funds_entry (uid, bureau_id, institution_id, kind, key, booked_on, amount_fen, line_count,"
    " digest, reversal_of, memo, actor_id, actor_name, created_at)"
    " VALUES (%s, %s, %s, 'DEPOSIT_IN', %s, %s, %s, 2, %s, NULL, '', %s, %s, now())"
)
LINES = (
    "INSERT INTO funds_entryline (entry_uid, account_id, booked_on, side, amount_fen, seq, balance_fen)"
    " VALUES (%s, %s, %s, 'DEBIT', %s, 0, 0), (%s, %s, %s, 'CREDIT', %s, 0, 0)"
)


def measure(results: Results, *, lines: int) -> None:
    """All figures of this part."""
    place = Institution.objects.select_related("bureau").order_by("pk")[0]
    actor = User.objects.filter(bureau=place.bureau, role_assignments__role="SECTION_HEAD")[0]
    bank, owed = _accounts(place)
    _postings(results, actor, bank, owed)
    _proof(results)
    _balances(results, *_accounts(place), lines)


def _accounts(place: Institution) -> tuple[LedgerAccount, LedgerAccount]:
    subject = uuid4()
    bank, owed = (
        ledger.account_of(kind=kind, subject_uid=subject, institution=place)
        for kind in (AccountKind.DEPOSIT_BANK, AccountKind.DEPOSIT_OBLIG)
    )
    return bank, owed


def _postings(results: Results, actor: User, bank: LedgerAccount, owed: LedgerAccount) -> None:
    """Turn about, so that both meet the same machine."""
    ours, theirs = [], []
    _service(actor, bank, owed, "warm")
    _by_hand(actor, bank, owed, "hand-warm")
    for turn in range(TURNS):
        ours.append(POSTINGS / _timed(lambda turn=turn: _service(actor, bank, owed, f"s{turn}")))  # type: ignore[misc]
        theirs.append(POSTINGS / _timed(lambda turn=turn: _by_hand(actor, bank, owed, f"h{turn}")))  # type: ignore[misc]
    share = median(ours) / median(theirs)
    results.add(
        Row(
            "ledger",
            "entries of two lines posted, each its own transaction",
            f"{median(ours):,.0f}/s",
            f"hand-written SQL, same tables, triggers and constraints: {median(theirs):,.0f}/s",
            f"{share:.2f}×",
            "≥ 0.5×",
            share >= 0.5,
        )
    )


def _timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _service(actor: User, bank: LedgerAccount, owed: LedgerAccount, prefix: str) -> None:
    for number in range(POSTINGS):
        ledger.entry_post(
            actor=actor,
            kind=EntryKind.DEPOSIT_IN,
            key=f"{prefix}-{number}",
            legs=(debit(bank, 100), credit(owed, 100)),
            booked_on=DAY,
        )


def _by_hand(actor: User, bank: LedgerAccount, owed: LedgerAccount, prefix: str) -> None:
    raw = psycopg2.connect(**_address())
    try:
        with raw.cursor() as cursor:
            for number in range(POSTINGS):
                uid = str(uuid7())
                key = f"{prefix}-{number}"
                cursor.execute(
                    ENTRY,
                    (
                        uid, bank.bureau_id, bank.institution_id, key, DAY, 100,
                        ledger_digest(key, bank, owed), actor.pk, actor.name,
                    ),
                )  # fmt: skip
                cursor.execute(LINES, (uid, bank.pk, DAY, 100, uid, owed.pk, DAY, 100))
                raw.commit()
    finally:
        raw.close()


def ledger_digest(key: str, bank: LedgerAccount, owed: LedgerAccount) -> str:
    """The digest that the service would store, so that the proof holds for both."""
    from funds.ledger.posting import digest_of

    legs = [(str(bank.uid), "DEBIT", 100), (str(owed.uid), "CREDIT", 100)]
    return digest_of(EntryKind.DEPOSIT_IN, key, DAY, legs)


def _address() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {key: given[key] for key in ("dbname", "user", "host", "port", "password") if given.get(key)}


def _proof(results: Results) -> None:
    count = Entry.objects.count()
    seconds = _timed(ledger.verify)
    results.add(
        Row("ledger", "proof of the whole ledger", f"{count / seconds:,.0f} entries/s", f"{count:,} entries")
    )


def _balances(results: Results, bank: LedgerAccount, owed: LedgerAccount, lines: int) -> None:
    """An account with many lines over a year, one fen each."""
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO funds_entryline (entry_uid, account_id, booked_on, side, amount_fen, seq, balance_fen)"
            " SELECT gen_random_uuid(), %s, %s::date - ((%s - i) * %s / %s)::int, 'DEBIT', 1, i, i"
            " FROM generate_series(1, %s) AS g(i)",
            [bank.pk, DAY, lines, YEAR_DAYS, lines, lines],
        )
        cursor.execute(
            "UPDATE funds_ledgeraccount SET balance_fen = %s, line_count = %s WHERE id = %s",
            [lines, lines, bank.pk],
        )
    settle()
    whole = _best(lambda: _summed(bank))
    for label, on in (
        ("now", None),
        ("at the end of yesterday", DAY - timedelta(days=1)),
        ("a month ago", DAY - timedelta(days=30)),
    ):
        seconds = _best(lambda on=on: ledger.balance(bank, on))  # type: ignore[misc]
        results.add(
            Row(
                "ledger",
                f"balance {label}, account of {lines:,} lines",
                f"{seconds * 1000:,.1f} ms",
                f"summing all lines: {whole * 1000:,.0f} ms",
            )
        )


def _summed(account: LedgerAccount) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(amount_fen) FROM funds_entryline WHERE account_id = %s", [account.pk])
        return int(cursor.fetchone()[0])


def _best(work: Callable[[], object]) -> float:
    return min(_timed(work) for _ in range(3))
