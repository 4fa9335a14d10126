"""The ledger: entries posted a second, balances of an account with many lines, the proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from time import perf_counter
from uuid import uuid4

from django.db import connection

from accounts.models import User
from bench import postings
from bench.rows import settle, without_triggers
from bench.table import Results, Row
from funds import ledger
from funds.models import AccountKind, Entry, LedgerAccount
from institutions.models import Institution

DAY = date(2026, 11, 20)
YEAR_DAYS = 365


def measure(results: Results, *, lines: int) -> None:
    """All figures of this part."""
    place = Institution.objects.select_related("bureau").order_by("pk")[0]
    actor = User.objects.filter(bureau=place.bureau, role_assignments__role="SECTION_HEAD")[0]
    bank, owed = _accounts(place)
    postings.measure(results, actor, bank, owed)
    _proof(results)
    _balances(results, *_accounts(place), lines)


def _accounts(place: Institution) -> tuple[LedgerAccount, LedgerAccount]:
    subject = uuid4()
    bank, owed = (
        ledger.account_of(kind=kind, subject_uid=subject, institution=place)
        for kind in (AccountKind.DEPOSIT_BANK, AccountKind.DEPOSIT_OBLIG)
    )
    return bank, owed


def _timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


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
