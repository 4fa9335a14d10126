"""Lines of a custody account against instructions, payments, settlements: whichever is known, in fixed order.

A callback may have posted the fact before the statement came; then the line is noted on the standing entry.
Where nothing stands, the line itself posts the fact. Doubt is no match: the line goes to suspense.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction as database
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.services import system_user
from casework.crypto import blind_index
from casework.errors import DomainError
from funds import ledger
from funds.ledger import credit, debit
from funds.models import (
    AT_BANK,
    AccountKind,
    Contract,
    Entry,
    EntryKind,
    EntryLine,
    EscrowAccount,
    Instruction,
    InstructionStatus,
    LedgerAccount,
    LinePosting,
    MatchedBy,
    Side,
    StatementLine,
)
from funds.selectors.payments import payment_candidates
from funds.services.instructions import instruction_post, instruction_return
from funds.services.payments import payment_post, unearned
from funds.services.posting_lines import cash, open_day

NEAR = timedelta(days=1)
PAID_WITHIN = timedelta(days=15)  # a transfer is carried out or sent back within days, holidays counted
SETTLES_WITHIN = 7  # days: the platform moves money to the supervising bank within a week
MASKED = frozenset("*＊×")
RETURN_WORDS = ("退汇", "退票", "冲正", "退回")
FOUND_OTHERWISE = (
    EntryKind.REVERSE,
    EntryKind.OPENING_CASH,
    EntryKind.RELEASE,
    EntryKind.MANUAL_RELEASE,
    EntryKind.REFUND_PAY,
    EntryKind.RELEASE_RETURNED,
    EntryKind.REFUND_RETURNED,
    EntryKind.DEPOSIT_IN,
    EntryKind.DEPOSIT_RETURN,
)
Hit = tuple[MatchedBy, Entry]


def words_of(line: StatementLine) -> str:
    """All free text of a line."""
    return f"{line.reference} {line.summary}"


def is_taken(uid: UUID) -> bool:
    """Whether another line stands in this entry."""
    return LinePosting.objects.filter(entry_uid=uid, undone_at__isnull=True).exists()


def custody_match(line: StatementLine, at: datetime) -> Hit | None:
    """The entry in which the line stands, posted now where it did not stand yet; None when nothing is sure."""
    coming = (_sent_back, standing_named, _paid, standing_alone, _settled)
    going = (_instructed, standing_named, standing_alone)
    steps = coming if line.fen > 0 else going
    for step in steps:
        if (hit := step(line, at)) is not None:
            return hit
    return None


def _instructed(line: StatementLine, at: datetime) -> Hit | None:
    rows = [
        row
        for row in Instruction.objects.filter(account=line.account, amount_fen=-line.fen).filter(
            Q(status__in=AT_BANK)
            | Q(
                status=InstructionStatus.POSTED,
                booked_on__range=(line.booked_on - NEAR, line.booked_on + NEAR),
            )
        )
        if not (row.entry_uid and is_taken(row.entry_uid))
    ]
    by, row = _chosen(line, rows)
    if row is None:
        return None
    try:
        with database.atomic():
            posted = instruction_post(
                actor=system_user(),
                instruction=row,
                booked_on=open_day(line.account, line.booked_on),
                bank_serial=line.serial,
                at=at,
            )
    except DomainError:  # the bank paid under another serial, or more than the ledger holds
        return None
    return by, Entry.objects.get(uid=str(posted.entry_uid))


def _chosen(line: StatementLine, rows: list[Instruction]) -> tuple[MatchedBy, Instruction | None]:
    words, serial = words_of(line), line.serial
    name, number = blind_index(line.payer), blind_index(line.payer_account)
    known = [row for row in rows if _was_sent(row, line)]
    steps: tuple[tuple[MatchedBy, Iterable[Instruction]], ...] = (
        (MatchedBy.INSTRUCTION, (row for row in rows if row.number in words)),
        (MatchedBy.SERIAL, (row for row in known if serial and row.bank_serial == serial)),
        (
            MatchedBy.PARTY,
            (
                row
                for row in known
                if (number and row.payee_account_digest == number) or (name and row.payee_digest == name)
            ),
        ),
        (
            MatchedBy.UNIQUE,
            (row for row in known if not (serial and row.bank_serial) and _may_be(row, line)),
        ),
    )
    for by, found in steps:
        if len(fitting := list(found)) == 1:
            return by, fitting[0]
        if fitting:
            break
    return MatchedBy.NONE, None


def _was_sent(row: Instruction, line: StatementLine) -> bool:
    """A line proves only what the bank had been told by its day."""
    return row.sent_at is not None and timezone.localdate(row.sent_at) <= line.booked_on + NEAR


def _may_be(row: Instruction, line: StatementLine) -> bool:
    """Whether amount and day alone may join them.

    Not when the line names another payee: the account number decides where both sides have one, else the name;
    what a bank masks counts as unknown. Nor when the bank was told more than PAID_WITHIN before the line: the
    amount may be another payment's by then, and a person joins them.
    """
    if row.sent_at is None or timezone.localdate(row.sent_at) + PAID_WITHIN < line.booked_on:
        return False
    number = line.payer_account.replace("-", "")
    pairs = ((number, row.payee_account_digest), (line.payer, row.payee_digest))
    for said, digest in pairs:
        if digest and said.strip() and not MASKED.intersection(said):
            return blind_index(said) == digest
    return True


def _sent_back(line: StatementLine, at: datetime) -> Hit | None:
    """Money of a paid instruction that the payee's bank returned."""
    words = words_of(line)
    rows = Instruction.objects.filter(
        account=line.account,
        amount_fen=line.fen,
        status__in=[InstructionStatus.POSTED, InstructionStatus.RETURNED],
        booked_on__lte=line.booked_on,
    )
    named = [row for row in rows if row.number in words]
    if not named and any(word in words for word in RETURN_WORDS) and line.payer:
        named = list(rows.filter(payee_digest=blind_index(line.payer)))
    free = [row for row in named if not (row.return_uid and is_taken(row.return_uid))]
    if len(free) != 1:
        return None
    row = free[0]
    if row.status == InstructionStatus.POSTED:
        row = instruction_return(
            actor=system_user(),
            instruction=row,
            booked_on=open_day(line.account, line.booked_on),
            reason=f"银行退汇：{words}".strip()[:200],
            at=at,
        )
    return MatchedBy.INSTRUCTION, Entry.objects.get(uid=str(row.return_uid))


def _unproved(lines: QuerySet[EntryLine]) -> QuerySet[EntryLine]:
    """Without those whose entry a line of a statement proved or that was reversed."""
    taken = LinePosting.objects.filter(entry_uid=OuterRef("entry_uid"), undone_at__isnull=True)
    undone = Entry.objects.filter(reversal_of=OuterRef("entry_uid"))
    return lines.exclude(Exists(taken)).exclude(Exists(undone))


def _standing(line: StatementLine) -> list[Entry]:
    """Entries of the same amount on the account's cash, a day apart at most, that no line has proved yet.

    Entries of instructions and deposit movements are found by those, never here.
    """
    lines = _unproved(
        EntryLine.objects.filter(
            account=cash(line.account),
            side=Side.DEBIT if line.fen > 0 else Side.CREDIT,
            amount_fen=abs(line.fen),
            booked_on__range=(line.booked_on - NEAR, line.booked_on + NEAR),
        )
    )
    uids = list(lines.values_list("entry_uid", flat=True))
    return list(Entry.objects.filter(uid__in=uids).exclude(kind__in=FOUND_OTHERWISE))


def _has_part(key: str, serial: str) -> bool:
    """Whether a serial is one whole part of an entry's key; "1" is no part of "bank/12"."""
    return bool(serial) and serial in key.split("/")


def _names(words: str, key: str) -> bool:
    """Whether free text holds a key that no letter or digit continues."""
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(key)}(?![0-9A-Za-z])", words) is not None


def standing_named(line: StatementLine, at: datetime) -> Hit | None:
    """The standing entry whose key the line names, or that names the line's serial."""
    rows, words = _standing(line), words_of(line)
    for by, fitting in (
        (MatchedBy.SERIAL, [row for row in rows if _has_part(row.key, line.serial)]),
        (MatchedBy.PARTY, [row for row in rows if _names(words, row.key)]),
    ):
        if len(fitting) == 1:
            return by, fitting[0]
    return None


def standing_alone(line: StatementLine, at: datetime) -> Hit | None:
    """The only standing entry of that amount."""
    rows = _standing(line)
    return (MatchedBy.UNIQUE, rows[0]) if len(rows) == 1 else None


def _paid(line: StatementLine, at: datetime) -> Hit | None:
    """A family's payment to its contract, where the order number or the payer makes it sure.

    Not while the same amount stands for the contract unproved: the line may be that money's.
    """
    found = payment_candidates(line.account, line.fen, line.booked_on, words_of(line), line.payer)
    sure = [item for item in found if item.is_sure]
    if len(sure) != 1 or _stands_unproved(sure[0].contract, line):
        return None
    try:
        with database.atomic():
            entry = payment_post(
                actor=system_user(),
                contract=sure[0].contract,
                fen=line.fen,
                booked_on=open_day(line.account, line.booked_on),
                key=line.key,
                via=EntryKind.PAY_DIRECT,
                payer=line.payer,
                payer_account=line.payer_account,
                at=at,
            )
    except DomainError:
        return None
    return (MatchedBy.INSTRUCTION if sure[0].rank == 1 else MatchedBy.PARTY), entry


def _stands_unproved(contract: Contract, line: StatementLine) -> bool:
    """Whether a payment of that amount was booked to the contract these days, and no line has shown it yet.

    One that came through the channel counts while the channel still owes as much.
    """
    since = line.booked_on - timedelta(days=SETTLES_WITHIN)
    lines = EntryLine.objects.filter(
        account=unearned(contract),
        side=Side.CREDIT,
        amount_fen=line.fen,
        booked_on__range=(since, line.booked_on + NEAR),
    )
    uids = list(_unproved(lines).values_list("entry_uid", flat=True))
    kinds = set(Entry.objects.filter(uid__in=uids).values_list("kind", flat=True))
    if EntryKind.PAY_DIRECT in kinds:
        return True
    return EntryKind.PAY_CHANNEL in kinds and ledger.balance(_transit(line.account)) >= line.fen


def _transit(account: EscrowAccount) -> LedgerAccount:
    place = account.institution
    return ledger.account_of(kind=AccountKind.CHANNEL_TRANSIT, subject_uid=place.uid, institution=place)


def _settled(line: StatementLine, at: datetime) -> Hit | None:
    """The channel's settlement of what was in transit at the end of one of the days before."""
    transit = _transit(line.account)
    if ledger.balance(transit) < line.fen:
        return None
    days = (line.booked_on - timedelta(days=back) for back in range(SETTLES_WITHIN + 1))
    if not any(ledger.balance(transit, day) == line.fen for day in days):
        return None
    entry = ledger.entry_post(
        actor=system_user(),
        kind=EntryKind.SETTLE_IN,
        key=line.key,
        legs=(debit(cash(line.account), line.fen), credit(transit, line.fen)),
        booked_on=open_day(line.account, line.booked_on),
        memo=f"{line.payer} {words_of(line)}",
        at=at,
    )
    return MatchedBy.UNIQUE, entry
