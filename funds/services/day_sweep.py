"""One statement for all accounts of a day: the bank's balance beside the ledger's, and whether lines wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection

STATEMENT = """
    WITH files AS (
        SELECT f.account_id, f.uid, f.opening_fen, f.closing_fen, f.covers_to, e.uid AS account_uid,
               CASE e.kind WHEN 'DEPOSIT' THEN 'DEPOSIT_BANK' ELSE 'ESCROW_BANK' END AS kind
          FROM funds_statementfile f JOIN funds_escrowaccount e ON e.id = f.account_id
         WHERE f.state IN ('POSTING', 'DONE') AND f.covers_from <= %(day)s AND f.covers_to >= %(day)s
    )
    SELECT files.account_id,
           CASE WHEN files.covers_to = %(day)s THEN files.closing_fen ELSE coalesce(last.balance_fen, files.opening_fen) END,
           coalesce(a.balance_fen, 0) - coalesce(later.fen, 0),
           EXISTS (SELECT 1 FROM funds_statementline l
                    WHERE l.account_id = files.account_id AND l.booked_on <= %(day)s AND NOT EXISTS (
                          SELECT 1 FROM funds_lineposting p
                           WHERE p.line_uid = l.uid AND p.booked_on = l.booked_on AND p.undone_at IS NULL))
      FROM files
      LEFT JOIN funds_ledgeraccount a ON a.subject_uid = files.account_uid AND a.kind = files.kind
      LEFT JOIN LATERAL (
          SELECT l.balance_fen FROM funds_statementline l
           WHERE l.account_id = files.account_id AND l.file_uid = files.uid AND l.booked_on <= %(day)s
             AND files.covers_to > %(day)s
           ORDER BY l.booked_on DESC, l.ordinal DESC LIMIT 1) last ON true
      LEFT JOIN LATERAL (
          SELECT sum(CASE WHEN l.side = a.side THEN l.amount_fen ELSE -l.amount_fen END) AS fen
            FROM funds_entryline l WHERE l.account_id = a.id AND l.booked_on > %(day)s) later ON true
"""


@dataclass(frozen=True)
class DayBalance:
    """One account at the end of a day, in fen."""

    account_id: int
    bank_fen: int
    book_fen: int
    has_waiting: bool

    @property
    def is_even(self) -> bool:
        """Whether bank and ledger agree and every line stands in an entry."""
        return self.bank_fen == self.book_fen and not self.has_waiting


def balances_of_day(day: date) -> Iterator[DayBalance]:
    """Every account with a statement of that day."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"day": day})
        while rows := cursor.fetchmany(5000):
            yield from (DayBalance(*row) for row in rows)
