"""Proof that a ledger is whole: every rule asked again from the rows, the first wrong row named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from accounts.models import Bureau
from funds.ledger.posting import digest_of
from funds.models import Entry, EntryLine

CHUNK = 2000


@dataclass(frozen=True)
class Flaw:
    """The first row that breaks a rule."""

    table: str
    row: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}：{self.sentence}"


# Each statement gives the first wrong row (its name) under its rule, or nothing; %(bureau)s may be null.
RULES: tuple[tuple[str, str, str], ...] = (
    (
        "分录",
        "借贷不平，或者行数、金额与分录所记不符",
        """
        SELECT e.uid::text FROM funds_entry e LEFT JOIN funds_entryline l ON l.entry_uid = e.uid
         WHERE %(bureau)s::bigint IS NULL OR e.bureau_id = %(bureau)s
         GROUP BY e.id, e.uid, e.line_count, e.amount_fen
        HAVING count(l.id) <> e.line_count OR e.line_count < 2
            OR coalesce(sum(l.amount_fen) FILTER (WHERE l.side = 'DEBIT'), 0) <> e.amount_fen
            OR coalesce(sum(l.amount_fen) FILTER (WHERE l.side = 'CREDIT'), 0) <> e.amount_fen
         ORDER BY e.id LIMIT 1
        """,
    ),
    (
        "分录行",
        "没有对应的分录，或者日期、机构与分录不符",
        """
        SELECT l.id::text FROM funds_entryline l
          JOIN funds_ledgeraccount a ON a.id = l.account_id
          LEFT JOIN funds_entry e ON e.uid = l.entry_uid
         WHERE (%(bureau)s::bigint IS NULL OR a.bureau_id = %(bureau)s)
           AND (e.id IS NULL OR e.booked_on <> l.booked_on OR e.institution_id <> a.institution_id
                OR e.bureau_id <> a.bureau_id OR l.amount_fen <= 0)
         ORDER BY l.id LIMIT 1
        """,
    ),
    (
        "分录行",
        "账户的笔数序号断开、重复，或者记账后余额接不上前一笔",
        """
        SELECT id::text FROM (
            SELECT l.id, l.seq, l.balance_fen,
                   lag(l.seq, 1, 0::bigint) OVER w AS seq_before,
                   lag(l.balance_fen, 1, 0::bigint) OVER w AS balance_before,
                   CASE WHEN l.side = a.side THEN l.amount_fen ELSE -l.amount_fen END AS moved
              FROM funds_entryline l JOIN funds_ledgeraccount a ON a.id = l.account_id
             WHERE %(bureau)s::bigint IS NULL OR a.bureau_id = %(bureau)s
            WINDOW w AS (PARTITION BY l.account_id ORDER BY l.seq, l.id)
        ) AS chained
         WHERE seq <> seq_before + 1 OR balance_fen <> balance_before + moved
         ORDER BY id LIMIT 1
        """,
    ),
    (
        "科目",
        "余额或笔数与分录行不符，或者不许为负的余额为负",
        """
        SELECT a.uid::text FROM funds_ledgeraccount a
          LEFT JOIN funds_entryline l ON l.account_id = a.id
         WHERE %(bureau)s::bigint IS NULL OR a.bureau_id = %(bureau)s
         GROUP BY a.id, a.uid, a.side, a.balance_fen, a.line_count, a.may_go_negative
        HAVING a.line_count <> count(l.id) OR (a.balance_fen < 0 AND NOT a.may_go_negative)
            OR a.balance_fen <>
               coalesce(sum(CASE WHEN l.side = a.side THEN l.amount_fen ELSE -l.amount_fen END), 0)
         ORDER BY a.id LIMIT 1
        """,
    ),
    (
        "分录",
        "业务编号重复，或者同一笔分录冲正了两次",
        """
        SELECT uid::text FROM (
            SELECT id, uid, count(*) OVER (PARTITION BY bureau_id, kind, key) AS same_key,
                   CASE WHEN reversal_of IS NULL THEN 1
                        ELSE count(*) OVER (PARTITION BY reversal_of) END AS same_target
              FROM funds_entry WHERE %(bureau)s::bigint IS NULL OR bureau_id = %(bureau)s
        ) AS counted
         WHERE same_key > 1 OR same_target > 1 ORDER BY id LIMIT 1
        """,
    ),
    (
        "分录",
        "不是所冲正分录的反向",
        """
        SELECT r.uid::text FROM funds_entry r LEFT JOIN funds_entry t ON t.uid = r.reversal_of
         WHERE r.kind = 'REVERSE' AND (%(bureau)s::bigint IS NULL OR r.bureau_id = %(bureau)s)
           AND (t.id IS NULL OR t.kind = 'REVERSE' OR t.institution_id <> r.institution_id
                OR t.line_count <> r.line_count OR EXISTS (
                    SELECT account_id, amount_fen, side <> 'DEBIT' FROM funds_entryline
                     WHERE entry_uid = t.uid
                    EXCEPT
                    SELECT account_id, amount_fen, side = 'DEBIT' FROM funds_entryline
                     WHERE entry_uid = r.uid))
         ORDER BY r.id LIMIT 1
        """,
    ),
)


def verify(bureau: Bureau | None = None) -> Flaw | None:
    """The first wrong row of one bureau's ledger or of all, None when it is whole. Reads only."""
    key = bureau.pk if bureau else None
    for table, sentence, statement in RULES:
        if (flaw := _asked(table, sentence, statement, key)) is not None:
            return flaw
    return _digests(key)


def _asked(table: str, sentence: str, statement: str, bureau: int | None) -> Flaw | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"bureau": bureau})
        found = cursor.fetchone()
    return Flaw(table, found[0], sentence) if found else None


def _digests(bureau: int | None) -> Flaw | None:
    """The content of every entry gives its digest."""
    for entries in _chunks(bureau):
        legs: dict[object, list[tuple[str, str, int]]] = {}
        rows = EntryLine.objects.filter(entry_uid__in=[entry.uid for entry in entries])
        for uid, account, side, fen in rows.values_list("entry_uid", "account__uid", "side", "amount_fen"):
            legs.setdefault(uid, []).append((str(account), side, fen))
        for entry in entries:
            if entry.digest != digest_of(entry.kind, entry.key, entry.booked_on, legs.get(entry.uid, [])):
                return Flaw("分录", str(entry.uid), "内容与摘要值不符")
    return None


def _chunks(bureau: int | None) -> Iterator[list[Entry]]:
    last = 0
    while True:
        rows = Entry.objects.filter(pk__gt=last).order_by("pk")
        found = list((rows.filter(bureau_id=bureau) if bureau else rows)[:CHUNK])
        if not found:
            return
        yield found
        last = found[-1].pk
