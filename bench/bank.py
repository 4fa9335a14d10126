"""Bank statements: rows read and checked a second, lines posted, balances of all accounts against the bank."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from time import perf_counter
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from bench.rows import insert_select, settle, without_triggers
from bench.table import Results, Row
from funds import ledger, services, statements
from funds.ledger import credit, debit
from funds.models import (
    AccountKind,
    Bank,
    EntryKind,
    EscrowAccount,
    LedgerAccount,
    StatementFile,
    StatementLine,
)
from funds.services.day_sweep import balances_of_day
from institutions.models import Institution

DAY = date(2026, 11, 20)
ROWS = 200_000
POSTED = 600
LAYOUT = statements.profile_of(
    {
        "name": "量",
        "encoding": "utf-8",
        "heads": {"date": "日期", "amount": "金额", "balance": "余额", "serial": "流水号"},
    }
)


def measure(results: Results, *, balances: int) -> None:
    """All figures of this part."""
    _reading(results)
    _posting(results)
    _comparing(results, balances)


def _timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _reading(results: Results) -> None:
    rows = ["日期,金额,余额,流水号", *(f"{DAY},1.00,{number}.00,S{number}" for number in range(1, ROWS))]
    data = "\n".join(rows).encode()
    ours = ROWS / _timed(lambda: statements.verify(statements.read(data, LAYOUT)))
    bare = ROWS / _timed(lambda: _bare(data))
    results.add(
        Row(
            "bank",
            f"rows of a statement read and checked ({ROWS:,})",
            f"{ours:,.0f}/s",
            f"csv and Decimal alone: {bare:,.0f}/s",
            f"{ours / bare:.2f}×",
            "≥ 0.1×",
            ours / bare >= 0.1,
        )
    )


def _bare(data: bytes) -> Decimal:
    return sum((Decimal(row[1]) for row in list(csv.reader(io.StringIO(data.decode())))[1:]), Decimal(0))


def _account(place: Institution, kind: str = "CUSTODY") -> EscrowAccount:
    bank = Bank.objects.filter(bureau=place.bureau).first() or Bank.objects.create(
        bureau=place.bureau, region=place.bureau.region, region_path=place.bureau.region.path,
        created_by=system_user(), name="量银行",
    )  # fmt: skip
    return EscrowAccount.objects.create(
        bureau=place.bureau, region=place.region, region_path=place.region.path, created_by=system_user(),
        institution=place, bank=bank, kind=kind, status="OPENED", account_name=place.name,
        number_digest=uuid4().hex, number_tail="0001", opened_on=DAY,
    )  # fmt: skip


def _posting(results: Results) -> None:
    """Lines that stand in suspense, each its own transaction, beside the bare posting of the same entries."""
    place = Institution.objects.select_related("bureau__region", "region").order_by("pk")[0]
    account = _account(place)
    StatementLine.objects.bulk_create(
        StatementLine(
            account=account, file_uid=uuid4(), booked_on=DAY, ordinal=number, row=number, fen=100,
            balance_fen=100 * number, serial=f"S{number}",
        )
        for number in range(1, POSTED + 1)
    )  # fmt: skip
    ours = POSTED / _timed(lambda: services.lines_post(account=account, at=timezone.now()))
    bank, other = (
        ledger.account_of(kind=kind, subject_uid=uuid4(), institution=place)
        for kind in (AccountKind.ESCROW_BANK, AccountKind.SUSPENSE_IN)
    )
    bare = POSTED / _timed(lambda: _entries(bank, other))
    results.add(
        Row(
            "bank",
            "lines matched and posted, each its own transaction",
            f"{ours:,.0f}/s",
            f"the same entries posted without matching, queue and audit: {bare:,.0f}/s",
            f"{ours / bare:.2f}×",
        )
    )


def _entries(bank: LedgerAccount, other: LedgerAccount) -> None:
    actor: User = system_user()
    for number in range(POSTED):
        ledger.entry_post(
            actor=actor, kind=EntryKind.IN_UNMATCHED, key=f"b{number}", booked_on=DAY,
            legs=(debit(bank, 100), credit(other, 100)),
        )  # fmt: skip


def _comparing(results: Results, balances: int) -> None:
    """So many supervised accounts with a statement of the day and a ledger balance; some do not agree."""
    place = Institution.objects.order_by("pk")[0]
    bank = str(Bank.objects.order_by("pk")[0].pk)
    root = {
        "bureau": str(place.bureau_id), "region": str(place.region_id), "region_path": f"'{place.region_path}'",
        "created_by": str(system_user().pk),
    }  # fmt: skip
    with without_triggers():
        insert_select(
            EscrowAccount, f"generate_series(1, {balances}) AS g(i)", **root, institution=str(place.pk), bank=bank,
            kind="'CUSTODY'", status="'CLOSED'", account_name="'量 ' || i", closed_on="date '2030-01-01'",
            number_digest="'m' || i", number_tail="'0001'", opened_on="date '2026-01-02'",
        )  # fmt: skip
        made = "funds_escrowaccount e WHERE e.account_name LIKE '量 %%'"
        insert_select(
            LedgerAccount, made, bureau="e.bureau_id", institution="e.institution_id", kind="'ESCROW_BANK'",
            side="'DEBIT'", subject_uid="e.uid", balance_fen="e.id %% 1000",
        )  # fmt: skip
        insert_select(
            StatementFile, made, **root, account="e.id", channel="'DESK'", file_name="'量'", size="1",
            sha256="'m' || e.id", is_quiet="true", state="'DONE'", received_at="now()",
            covers_from=f"date '{DAY}'", covers_to=f"date '{DAY}'",
            opening_fen="e.id %% 1000 + CASE WHEN e.id %% 5000 = 0 THEN 1 ELSE 0 END",
            closing_fen="e.id %% 1000 + CASE WHEN e.id %% 5000 = 0 THEN 1 ELSE 0 END",
        )  # fmt: skip
    settle()
    found: list[int] = []
    seconds = _timed(lambda: found.append(sum(not row.is_even for row in balances_of_day(DAY))))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM funds_escrowaccount WHERE account_name LIKE '量 %%' AND id %% 5000 = 0"
        )
        wrong = int(cursor.fetchone()[0])
    results.add(
        Row(
            "bank",
            f"balances of a day compared with the bank ({balances:,} accounts)",
            f"{balances / seconds:,.0f}/s ({seconds:.1f} s)",
            f"{found[0]} uneven found of {wrong} made",
            "",
            "all found, ≤ 60 s",
            found[0] == wrong and seconds <= 60,
        )
    )
