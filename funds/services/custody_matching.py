"""Lines of a custody account against instructions, payments, settlements: whichever is known, in fixed order.

A callback may have posted the fact before the statement came; then the line is noted on the standing entry.
Where nothing stands, the line itself posts the fact. Doubt is no match: the line goes to suspense.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction as database
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.services import system_user
from casework.crypto import blind_index
from casework.errors import DomainError
from funds import ledger
from funds.ledger import credit, debit
from funds.models import (
    AT_BANK,
    AccountKind,
    Entry,
    EntryKind,
    EntryLine,
    Instruction,
    InstructionStatus,
    LinePosting,
    MatchedBy,
    Side,
    StatementLine,
)
from funds.selectors.payments import payment_candidates
from funds.services.instructions import instruction_post, instruction_return
from funds.services.payments import payment_post
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


def _standing(line: StatementLine) -> list[Entry]:
    """Entries of the same amount on the account's cash, a day apart at most, that no line has proved yet.

    Entries of instructions and deposit movements are found by those, never here.
    """
    taken = LinePosting.objects.filter(entry_uid=OuterRef("entry_uid"), undone_at__isnull=True)
    undone = Entry.objects.filter(reversal_of=OuterRef("entry_uid"))
    lines = (
        EntryLine.objects.filter(
            account=cash(line.account),
            side=Side.DEBIT if line.fen > 0 else Side.CREDIT,
            amount_fen=abs(line.fen),
            booked_on__range=(line.booked_on - NEAR, line.booked_on + NEAR),
        )
        .exclude(Exists(taken))
        .exclude(Exists(undone))
    )
    uids = list(lines.values_list("entry_uid", flat=True)[:20])
    return list(Entry.objects.filter(uid__in=uids).exclude(kind__in=FOUND_OTHERWISE))


def standing_named(line: StatementLine, at: datetime) -> Hit | None:
    """The standing entry whose key the line names, or that names the line's serial."""
    rows, words = _standing(line), words_of(line)
    for by, fitting in (
        (MatchedBy.SERIAL, [row for row in rows if line.serial and line.serial in row.key]),
        (MatchedBy.PARTY, [row for row in rows if row.key in words]),
    ):
        if len(fitting) == 1:
            return by, fitting[0]
    return None


def standing_alone(line: StatementLine, at: datetime) -> Hit | None:
    """The only standing entry of that amount."""
    rows = _standing(line)
    return (MatchedBy.UNIQUE, rows[0]) if len(rows) == 1 else None


def _paid(line: StatementLine, at: datetime) -> Hit | None:
    """A family's payment to its contract, where the order number or the payer makes it sure."""
    found = payment_candidates(line.account, line.fen, line.booked_on, words_of(line), line.payer)
    sure = [item for item in found if item.is_sure]
    if len(sure) != 1:
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


def _settled(line: StatementLine, at: datetime) -> Hit | None:
    """The channel's settlement of what was in transit at the end of one of the days before."""
    place = line.account.institution
    transit = ledger.account_of(kind=AccountKind.CHANNEL_TRANSIT, subject_uid=place.uid, institution=place)
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
