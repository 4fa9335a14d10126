"""Day after day: shadow against bank, the difference explained, the day closed; months confirmed on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.db.models import Max, Q
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit
from casework.errors import Unlawful
from casework.evidence.services import evidence_receive
from casework.one_by_one import OneByOne
from casework.records import record_create, root_fields
from casework.steps import lock, require
from funds import ledger
from funds.models import (
    AccountDay,
    DayState,
    EscrowAccount,
    FileState,
    Instruction,
    InstructionStatus,
    LedgerAccount,
    MonthConfirmation,
    StatementFile,
)
from funds.services.day_items import bank_balance, covering, explained, first_day, first_waiting_day
from funds.services.day_sweep import balances_of_day
from funds.services.matching import lines_post
from funds.services.posting_lines import cash

CLOSE, EXCEPT = "funds.day_close", "funds.day_except"
ACCEPTED = (FileState.POSTING, FileState.DONE)
ONE_DAY = timedelta(days=1)


def days_compare(
    *, account: EscrowAccount, until: date, since: date | None = None, at: datetime | None = None
) -> int:
    """Compare every day not closed yet up to `until` and keep what was found; how many days.

    `since`: the days before it that were compared stay as they stand.
    """
    at = at or timezone.now()
    begins = first_day(account)
    if begins is None:
        return 0
    rows = AccountDay.objects.filter(account=account)
    found = rows.aggregate(closed=Max("day", filter=Q(is_closed=True)), last=Max("day"))
    day, count = (found["closed"] + ONE_DAY if found["closed"] else begins), 0
    if since is not None and found["last"] is not None:
        day = max(day, min(since, found["last"] + ONE_DAY))
    waits_from = first_waiting_day(account)
    while day <= until:
        _compare(account, day, waits_from)
        day, count = day + ONE_DAY, count + 1
    return count


def days_known_compare(
    *, account: EscrowAccount, since: date | None, until: date | None, at: datetime
) -> None:
    """Compare anew what a file just posted can have changed: from its first day, and every later day that stands."""
    last = AccountDay.objects.filter(account=account).aggregate(last=Max("day"))["last"]
    ends = [day for day in (until, last) if day is not None]
    if ends:
        days_compare(account=account, until=max(ends), since=since, at=at)


@database.atomic
def _compare(account: EscrowAccount, day: date, waits_from: date | None) -> AccountDay:
    found = _values(account, day, waits_from)
    row = AccountDay.objects.select_for_update().filter(account=account, day=day).first()
    if row is None:
        row = AccountDay(
            **root_fields(actor=system_user(), region=account.region, bureau=account.bureau),
            account=account,
            account_uid=account.uid,
            day=day,
            **found,
        )
        row.save(force_insert=True)
        return row
    if not row.is_closed and any(getattr(row, name) != value for name, value in found.items()):
        for name, value in found.items():
            setattr(row, name, value)
        row.version += 1
        row.save()
    return row


def _values(account: EscrowAccount, day: date, waits_from: date | None) -> dict[str, Any]:
    book = ledger.balance(cash(account), day)
    file = covering(account, day)
    if file is None:
        return {
            "state": DayState.MISSING, "bank_fen": None, "book_fen": book, "difference_fen": None, "items": [],
        }  # fmt: skip
    bank = bank_balance(account, file, day)
    is_even = bank == book and (waits_from is None or day < waits_from)
    return {
        "state": DayState.EVEN if is_even else DayState.UNEVEN,
        "bank_fen": bank,
        "book_fen": book,
        "difference_fen": bank - book,
        "items": [] if is_even else explained(account, day, bank - book),
    }


@database.atomic
def day_close(*, actor: User, row: AccountDay, at: datetime | None = None) -> AccountDay:
    """Close a day that is even; the days before must be closed. From then on nothing is booked on or before it.

    Raises NotAllowed, Unlawful (an earlier day open, not even).
    """
    require(actor, CLOSE)
    fresh = _ready(row)
    unknown = Instruction.objects.filter(
        account=fresh.account_id, status=InstructionStatus.UNKNOWN, sent_at__date__lte=fresh.day
    ).first()
    if unknown is not None:
        raise Unlawful(f"支付指令 {unknown.number} 的结果还不明，请先向银行查询并登记结果。")
    if fresh.state != DayState.EVEN:
        raise Unlawful(
            f"{fresh.day:%Y-%m-%d} 是“{fresh.get_state_display()}”，不能直接结账。"
            "请先办理未达项；确需结账的，请监管股负责人写明理由例外结账。"
        )
    return _closed(actor, fresh, at or timezone.now(), reason="")


@database.atomic
def day_except(*, actor: User, row: AccountDay, reason: str, at: datetime | None = None) -> AccountDay:
    """Close a day that is not even or has no statement, by name and with the reason. Raises NotAllowed, Unlawful."""
    require(actor, EXCEPT)
    if not reason.strip():
        raise Unlawful("例外结账须写明理由和差额的去向。")
    fresh = _ready(row)
    if fresh.state == DayState.EVEN:
        raise Unlawful("这一天已经平了，直接结账即可。")
    return _closed(actor, fresh, at or timezone.now(), reason=reason.strip())


def _ready(row: AccountDay) -> AccountDay:
    """The day compared again while nothing can be posted on its account."""
    account = lock(row.account)
    LedgerAccount.objects.select_for_update().get(pk=cash(account).pk)
    fresh = _compare(account, row.day, first_waiting_day(account))
    if fresh.is_closed:
        raise Unlawful("这一天已经结账。")
    earlier = (
        AccountDay.objects.filter(account=account, day__lt=row.day, is_closed=False).order_by("day").first()
    )
    if earlier is not None:
        raise Unlawful(f"{earlier.day:%Y-%m-%d} 还没有结账。请按日期先后结账。")
    return fresh


def _closed(actor: User, row: AccountDay, at: datetime, *, reason: str) -> AccountDay:
    row.is_closed, row.is_excepted, row.reason = True, bool(reason), reason
    row.closed_by, row.closed_at = actor, at
    row.version += 1
    row.save()
    audit.record(
        actor=actor,
        verb="funds.day_except" if reason else "funds.day_close",
        target=row,
        changes={"difference_fen": [None, row.difference_fen], "is_closed": [False, True]},
        reason=reason,
        about=row.file_uid,
        at=at,
    )
    return row


@dataclass(frozen=True)
class Closing:
    """How many days were closed, and which accounts refused before their first day that is not even."""

    count: int
    refusals: list[tuple[EscrowAccount, str]]


def days_close_each(*, actor: User, accounts: Any, until: date, at: datetime | None = None) -> Closing:
    """Close what is even on these accounts, in order, each up to its first day that is not even.

    An account whose day is refused stops there; the others go on. Raises NotAllowed.
    """
    require(actor, CLOSE)
    count, refusals = 0, []
    for account in accounts:
        rows = AccountDay.objects.filter(account=account, is_closed=False, day__lte=until).order_by("day")
        for row in rows.select_related("account__institution"):
            if row.state != DayState.EVEN:
                break
            try:
                day_close(actor=actor, row=row, at=at)
            except Unlawful as refusal:
                refusals.append((account, refusal.message))
                break
            count += 1
    return Closing(count, refusals)


def days_close_even(*, actor: User, accounts: Any, until: date, at: datetime | None = None) -> int:
    """How many days `days_close_each` closed, for those who need no reasons."""
    return days_close_each(actor=actor, accounts=accounts, until=until, at=at).count


def accounts_compare(*, today: date, at: datetime | None = None) -> int:
    """Every night: post what waited, compare all accounts that have statements up to yesterday; how many days.

    What one statement shows to be even is kept at once; only the rest is looked into day by day. An account
    that fails does not hold up the others; RuntimeError names it at the end.
    """
    moment, until = at or timezone.now(), today - ONE_DAY
    delivered = StatementFile.objects.filter(state__in=ACCEPTED).values("account").distinct()
    rows = EscrowAccount.objects.filter(pk__in=delivered).exclude(status="CLOSED")
    accounts = list(rows.select_related("institution", "bank", "region", "bureau"))
    run = OneByOne("comparing days")
    run.each(accounts, lambda account: lines_post(account=account, at=moment))
    kept = _keep_even(accounts, until)
    rest = (account for account in accounts if account.pk not in kept)
    count = run.each(rest, lambda account: days_compare(account=account, until=until, at=moment))
    run.finish()
    return len(kept) + count


@database.atomic
def _keep_even(accounts: list[EscrowAccount], day: date) -> set[int]:
    """Keep the day for those accounts that are even and whose day before is the newest one compared."""
    newest = dict(AccountDay.objects.values_list("account").annotate(last=Max("day")))
    doubtful = AccountDay.objects.filter(is_closed=False).exclude(state=DayState.EVEN)
    unsure = set(doubtful.values_list("account", flat=True).distinct())
    known = {
        account.pk: account
        for account in accounts
        if newest.get(account.pk) == day - ONE_DAY and account.pk not in unsure
    }
    if not known:
        return set()
    rows = [
        AccountDay(
            **root_fields(actor=system_user(), region=account.region, bureau=account.bureau),
            account=account,
            account_uid=account.uid,
            day=day,
            state=DayState.EVEN,
            bank_fen=row.bank_fen,
            book_fen=row.book_fen,
            difference_fen=0,
        )
        for row in balances_of_day(day)
        if row.is_even and (account := known.get(row.account_id)) is not None
    ]
    AccountDay.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return {row.account_id for row in rows}


@database.atomic
def month_confirm(
    *,
    actor: User,
    account: EscrowAccount,
    month: date,
    bank_fen: int,
    paper: UploadedFile[Any],
    note: str = "",
    at: datetime | None = None,
) -> MonthConfirmation:
    """Register the bank's signed confirmation of a month; the paper is kept. Raises NotAllowed, Unlawful."""
    require(actor, CLOSE)
    at = at or timezone.now()
    first = month.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - ONE_DAY
    if last >= timezone.localdate(at):
        raise Unlawful("这个月还没有结束，不能登记月度确认。")
    row = MonthConfirmation(
        **root_fields(actor=actor, region=account.region, bureau=account.bureau),
        account=account,
        month=first,
        bank_fen=bank_fen,
        book_fen=ledger.balance(cash(account), last),
        note=note.strip(),
    )
    row = record_create(actor=actor, obj=row, verb="funds.month_confirm", at=at)
    evidence_receive(actor=actor, subject=row, upload=paper, caption="银行月度确认书", at=at)
    return row


for code, sentence in {
    "day_close": "日终结账",
    "day_except": "例外结账",
    "month_confirm": "登记银行月度确认",
}.items():
    audit.verb(f"funds.{code}", sentence)
