"""Every line of a statement is posted exactly once: into the entry that it proves, or into suspense.

Order (each step must be unambiguous, else the next is tried): instruction number, bank serial, amount and
date with payer or reference, amount and date alone. It works without counterparty data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction as database
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit
from casework.jobs import enqueue, job_finish, job_progress
from casework.records import root_fields
from casework.steps import lock
from funds import ledger
from funds.ledger import Overdrawn, credit, debit
from funds.models import (
    AccountKind,
    Entry,
    EntryKind,
    EscrowAccount,
    FileState,
    FundKind,
    LinePosting,
    MatchedBy,
    StatementFile,
    StatementLine,
    SuspenseItem,
)
from funds.services.custody_matching import custody_match, standing_alone, standing_named
from funds.services.deposit_matching import deposit_match
from funds.services.posting_lines import books, cash, open_day
from funds.services.suspense_returns import return_match

PROGRESS_EVERY = 200
CHUNK = 500


@dataclass(frozen=True)
class Found:
    """The entry in which a line stands, and what told so; `entry` None: the line waits for something under way."""

    by: MatchedBy
    entry: Entry | None


Matcher = Callable[[StatementLine, datetime], "Found | None"]


def unposted(account: EscrowAccount) -> QuerySet[StatementLine]:
    """Lines of an account that stand in no entry yet, oldest first."""
    standing = LinePosting.objects.filter(
        line_uid=OuterRef("uid"), booked_on=OuterRef("booked_on"), undone_at__isnull=True
    )
    return (
        StatementLine.objects.filter(account=account)
        .exclude(Exists(standing))
        .order_by("booked_on", "ordinal")
    )


def file_post(*, file_id: int, at: datetime | None = None) -> StatementFile:
    """Post the lines of an accepted file, each in its own transaction; what stands already is left."""
    at = at or timezone.now()
    row = StatementFile.objects.select_related("account__institution", "account__bank", "job").get(pk=file_id)
    known = _unexplained(row.account)
    waiting = lines_post(account=row.account, at=at, file=row)
    if _unexplained(row.account) > known:
        enqueue("funds.tasks.judge_bureau", row.bureau_id)
    with database.atomic():
        row = (
            StatementFile.objects.select_for_update(of=("self",))
            .select_related("account", "job")
            .get(pk=file_id)
        )
        if row.state == FileState.POSTING:
            row.state, row.posted_at = FileState.DONE, at
            row.version += 1
            row.save()
            audit.record(
                actor=system_user(), verb="funds.statement_post", target=row, about=row.file_uid, at=at
            )
        if row.job is not None:
            tail = f"，其中 {waiting} 笔等待复核" if waiting else ""
            job_finish(row.job, message=f"{row.line_count} 笔已核对入账{tail}")
    return row


def _unexplained(account: EscrowAccount) -> int:
    """Outflows of an account that no instruction covers."""
    return SuspenseItem.objects.filter(account=account, fen__lt=0).count()


def lines_post(*, account: EscrowAccount, at: datetime, file: StatementFile | None = None) -> int:
    """Post what is unposted on an account; how many lines still wait. A crash in between loses nothing."""
    waiting = 0
    rows = unposted(account)
    if file is not None:
        rows = rows.filter(file_uid=file.uid)
    keys = list(rows.values_list("pk", flat=True))  # no open cursor while each line has its own transaction
    for done, line in enumerate(_fetched(keys), start=1):
        waiting += line_post(line=line, at=at) is None
        if file is not None and file.job is not None and done % PROGRESS_EVERY == 0:
            job_progress(file.job, done, file.line_count)
    return waiting


def _fetched(keys: list[int]) -> Iterator[StatementLine]:
    for start in range(0, len(keys), CHUNK):
        rows = StatementLine.objects.filter(pk__in=keys[start : start + CHUNK])
        yield from rows.select_related("account__institution", "account__bank").order_by(
            "booked_on", "ordinal"
        )


@database.atomic
def line_post(*, line: StatementLine, at: datetime) -> LinePosting | None:
    """Find the entry of one line and note it, once; None while it waits for a check that is under way.

    The supervised account is locked first, so that two runs cannot both post. What nobody explains goes to
    suspense; an outflow for which the ledger holds too little waits and is shown as an open item.
    """
    lock(line.account)
    standing = LinePosting.objects.filter(line_uid=line.uid, undone_at__isnull=True).first()
    if standing is not None:
        return standing
    found = next((hit for ask in _matchers(line.account) if (hit := ask(line, at)) is not None), None)
    if found is None:
        found = _to_suspense(line, at)
    if found.entry is None:
        return None
    return posting_note(actor=system_user(), line=line, entry=found.entry, by=found.by, at=at)


def posting_note(
    *, actor: User, line: StatementLine, entry: Entry, by: MatchedBy, at: datetime
) -> LinePosting:
    """Note that a line stands in an entry."""
    return LinePosting.objects.create(
        line_uid=line.uid,
        account=line.account,
        booked_on=line.booked_on,
        fen=line.fen,
        matched_by=by,
        entry_uid=entry.uid,
        entry_on=entry.booked_on,
        actor=actor,
        posted_at=at,
    )


def _matchers(account: EscrowAccount) -> tuple[Matcher, ...]:
    if account.kind == FundKind.DEPOSIT:
        return (_deposit, _alone, _returned)
    return (_custody, _returned)


def _alone(line: StatementLine, at: datetime) -> Found | None:
    hit = standing_named(line, at) or standing_alone(line, at)
    return None if hit is None else Found(hit[0], hit[1])


def _custody(line: StatementLine, at: datetime) -> Found | None:
    hit = custody_match(line, at)
    return None if hit is None else Found(hit[0], hit[1])


def _deposit(line: StatementLine, at: datetime) -> Found | None:
    hit = deposit_match(line)
    return None if hit is None else Found(hit[0], hit[1])


def _returned(line: StatementLine, at: datetime) -> Found | None:
    entry = return_match(line, at)
    return None if entry is None else Found(MatchedBy.UNIQUE, entry)


def _to_suspense(line: StatementLine, at: datetime) -> Found:
    """Money of unknown origin, or money gone without an instruction; an item for the queue."""
    is_in = line.fen > 0
    bank = cash(line.account)
    other = books(line.account, AccountKind.SUSPENSE_IN if is_in else AccountKind.SUSPENSE_OUT)
    fen = abs(line.fen)
    try:
        with database.atomic():
            entry = ledger.entry_post(
                actor=system_user(),
                kind=EntryKind.IN_UNMATCHED if is_in else EntryKind.OUT_UNMATCHED,
                key=line.key,
                legs=(debit(bank, fen), credit(other, fen))
                if is_in
                else (debit(other, fen), credit(bank, fen)),
                booked_on=open_day(line.account, line.booked_on),
                memo=" ".join(filter(None, (line.summary, f"流水 {line.serial}" if line.serial else ""))),
                at=at,
            )
    except Overdrawn:
        return Found(MatchedBy.NONE, None)
    item_open(line, at)
    return Found(MatchedBy.NONE, entry)


def item_open(line: StatementLine, at: datetime) -> SuspenseItem:
    """An item of the queue for a line that stands in suspense."""
    account = line.account
    item = SuspenseItem(
        **root_fields(actor=system_user(), region=account.region, bureau=account.bureau),
        account=account,
        line_uid=line.uid,
        booked_on=line.booked_on,
        fen=line.fen,
        payer=line.payer,
        words=" ".join(filter(None, (line.summary, line.reference))),
    )
    item.save(force_insert=True)
    audit.record(actor=system_user(), verb="funds.suspense_open", target=item, about=item.file_uid, at=at)
    return item


audit.verb("funds.statement_post", "银行对账单入账")
audit.verb("funds.suspense_open", "流水未认出，挂待查")
