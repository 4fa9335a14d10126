"""The only writers of entries: post once, reverse once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from casework.canonical import sha256_hex
from casework.models.base import uuid7
from funds.ledger.errors import KeyTaken, LedgerError, Overdrawn
from funds.models import LINE_MAX_FEN, Entry, EntryKind, EntryLine, LedgerAccount, Side

LEGS_MIN = 2


@dataclass(frozen=True)
class Leg:
    """One side on one account, in fen."""

    account: LedgerAccount
    side: Side
    fen: int


def debit(account: LedgerAccount, fen: int) -> Leg:
    """借."""
    return Leg(account, Side.DEBIT, fen)


def credit(account: LedgerAccount, fen: int) -> Leg:
    """贷."""
    return Leg(account, Side.CREDIT, fen)


@transaction.atomic
def entry_post(
    *,
    actor: User,
    kind: EntryKind,
    key: str,
    legs: Iterable[Leg],
    booked_on: date,
    memo: str = "",
    at: datetime | None = None,
    uid: UUID | None = None,
) -> Entry:
    """Post an entry once and return it; the same kind, key and content again return the first one.

    `key` names the business fact without the day of posting; `uid` is the entry's identity when the caller
    needs to know it beforehand. Accounts are locked in the order of their
    primary key. Raises LedgerError (no balance, an amount that is none, strange accounts), KeyTaken, Overdrawn.
    """
    return _post(actor, kind, key, tuple(legs), booked_on, memo, at or timezone.now(), None, uid)


@transaction.atomic
def entry_reverse(
    *,
    actor: User,
    entry: Entry,
    booked_on: date,
    memo: str,
    at: datetime | None = None,
    uid: UUID | None = None,
) -> Entry:
    """Undo an entry by its mirror image, once; a repeat returns the first reversal (冲正).

    A reversal is not reversed: post the fact again under a new key. Raises LedgerError, Overdrawn.
    """
    if entry.kind == EntryKind.REVERSE:
        raise LedgerError("冲正分录不能再冲正。请用新的业务编号重新入账。")
    if not memo.strip():
        raise LedgerError("冲正须写明原因。")
    if booked_on < entry.booked_on:
        raise LedgerError("冲正日期不能早于原分录的入账日期。")
    known = Entry.objects.filter(reversal_of=entry.uid).first()
    if known is not None:
        return known
    lines = EntryLine.objects.filter(entry_uid=entry.uid).select_related("account").order_by("pk")
    legs = tuple(
        Leg(line.account, Side.CREDIT if line.side == Side.DEBIT else Side.DEBIT, line.amount_fen)
        for line in lines
    )
    moment = at or timezone.now()
    return _post(actor, EntryKind.REVERSE, str(entry.uid), legs, booked_on, memo, moment, entry, uid)


def digest_of(kind: str, key: str, booked_on: date, legs: Iterable[tuple[str, str, int]]) -> str:
    """SHA-256 over what an entry says; `legs` are (account uid, side, fen)."""
    lines = sorted([uid, str(side), fen] for uid, side, fen in legs)
    return sha256_hex({"kind": str(kind), "key": key, "on": booked_on.isoformat(), "legs": lines})


def _post(
    actor: User,
    kind: EntryKind,
    key: str,
    legs: tuple[Leg, ...],
    booked_on: date,
    memo: str,
    at: datetime,
    reverses: Entry | None,
    uid: UUID | None,
) -> Entry:
    total = _checked(key, legs)
    held = _locked(legs)
    first = held[legs[0].account.pk]
    entry = Entry(
        uid=uid or uuid7(),
        bureau_id=first.bureau_id,
        institution_id=first.institution_id,
        kind=kind,
        key=key,
        booked_on=booked_on,
        amount_fen=total,
        line_count=len(legs),
        digest=digest_of(kind, key, booked_on, [(str(leg.account.uid), leg.side, leg.fen) for leg in legs]),
        reversal_of=reverses.uid if reverses else None,
        memo=memo.strip()[:200],
        actor=actor,
        actor_name=actor.name,
        created_at=at,
    )
    shortage = _shortage(legs, held)
    if shortage is None and _insert(entry, legs):
        return entry
    standing = Entry.objects.filter(bureau_id=entry.bureau_id, kind=kind, key=key).first()
    if standing is None:
        raise shortage or LedgerError("入账没有完成，请重试。")
    if (standing.digest, standing.reversal_of) != (entry.digest, entry.reversal_of):
        raise KeyTaken(
            f"业务编号“{key}”已于 {standing.booked_on:%Y-%m-%d} 入账，内容与这次不同。"
            "请核对金额、日期和账户；需要更正的先冲正原分录。"
        )
    return standing


INSERT = """
    WITH head AS (
        INSERT INTO funds_entry (uid, bureau_id, institution_id, kind, key, booked_on, amount_fen, line_count,
                                 digest, reversal_of, memo, actor_id, actor_name, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (bureau_id, kind, key) DO NOTHING RETURNING id, uid, booked_on
    )
    INSERT INTO funds_entryline (entry_uid, account_id, booked_on, side, amount_fen, seq, balance_fen)
    SELECT head.uid, leg.account_id, head.booked_on, leg.side, leg.fen, 0, 0
      FROM head, unnest(%s::bigint[], %s::text[], %s::bigint[]) AS leg (account_id, side, fen)
    RETURNING (SELECT id FROM head)
"""


def _insert(entry: Entry, legs: tuple[Leg, ...]) -> bool:
    """Entry and lines in one statement; False when the key is taken, also by a transaction just committed."""
    values = (
        entry.uid,
        entry.bureau_id,
        entry.institution_id,
        entry.kind,
        entry.key,
        entry.booked_on,
        entry.amount_fen,
        entry.line_count,
        entry.digest,
        entry.reversal_of,
        entry.memo,
        entry.actor_id,
        entry.actor_name,
        entry.created_at,
        [leg.account.pk for leg in legs],
        [str(leg.side) for leg in legs],
        [leg.fen for leg in legs],
    )
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        inserted = cursor.fetchone()
    if inserted is None:
        return False
    entry.pk, entry._state.adding, entry._state.db = inserted[0], False, connection.alias
    return True


def _checked(key: str, legs: tuple[Leg, ...]) -> int:
    """The sum of one side, when the legs make an entry."""
    if not key.strip() or len(key) > 160:
        raise LedgerError("入账须有业务编号，且不超过 160 个字。")
    if len(legs) < LEGS_MIN:
        raise LedgerError("一笔分录至少有一借一贷。")
    for leg in legs:
        if isinstance(leg.fen, bool) or not isinstance(leg.fen, int) or not 0 < leg.fen <= LINE_MAX_FEN:
            raise LedgerError(f"金额须大于零，且不超过 {LINE_MAX_FEN // 100:,} 元，精确到分。")
    if len({leg.account.pk for leg in legs}) != len(legs):
        raise LedgerError("同一科目在一笔分录里只能出现一次，请合并金额。")
    if len({(leg.account.bureau_id, leg.account.institution_id) for leg in legs}) != 1:
        raise LedgerError("一笔分录只能涉及一家机构，不得在机构之间划转监管资金。")
    debits = sum(leg.fen for leg in legs if leg.side == Side.DEBIT)
    credits = sum(leg.fen for leg in legs if leg.side == Side.CREDIT)
    if debits != credits:
        raise LedgerError(f"借贷不平：借 {debits / 100:,.2f} 元，贷 {credits / 100:,.2f} 元。")
    return debits


def _locked(legs: tuple[Leg, ...]) -> dict[int, LedgerAccount]:
    """The accounts, locked in the order of their primary key."""
    keys = sorted(leg.account.pk for leg in legs)
    rows = LedgerAccount.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    return {row.pk: row for row in rows}


def _shortage(legs: tuple[Leg, ...], held: dict[int, LedgerAccount]) -> Overdrawn | None:
    """What an account lacks, unless the entry stands already."""
    for leg in legs:
        row = held[leg.account.pk]
        left = row.balance_fen + (leg.fen if leg.side == row.side else -leg.fen)
        if left < 0 and not row.may_go_negative:
            return Overdrawn(
                f"“{row.get_kind_display()}”余额 {row.balance_fen / 100:,.2f} 元，"
                f"不足以支出 {leg.fen / 100:,.2f} 元。请核对金额。"
            )
    return None
