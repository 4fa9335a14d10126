"""Keeping the lines of a whole statement, and the cash that was there before the first one."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from django.db.models import Max

from accounts.services import system_user
from funds import ledger
from funds.ledger import credit, debit
from funds.models import (
    AccountDay,
    AccountKind,
    EntryKind,
    EscrowAccount,
    FundKind,
    LedgerAccount,
    StatementFile,
    StatementLine,
)
from funds.statements import Line

BATCH = 2000


def lines_keep(row: StatementFile, lines: list[Line], opening_fen: int) -> None:
    """Write the lines, oldest first, with the day's number and the balance after each."""
    balance, numbers, kept = opening_fen, Counter[date](), []
    for line in lines:
        balance += line.fen
        numbers[line.booked_on] += 1
        kept.append(
            StatementLine(
                account=row.account,
                file_uid=row.uid,
                booked_on=line.booked_on,
                ordinal=numbers[line.booked_on],
                row=line.row,
                fen=line.fen,
                balance_fen=balance,
                serial=line.serial[:80],
                reference=line.reference[:200],
                payer=line.payer[:120],
                payer_account=line.payer_account[:60],
                summary=line.summary[:200],
            )
        )
    StatementLine.objects.bulk_create(kept, batch_size=BATCH)


def books(account: EscrowAccount, kind: AccountKind) -> LedgerAccount:
    """The ledger's account of that kind about a supervised account or, for institution kinds, its institution."""
    of_place = {
        AccountKind.CLAIM_ON_INST, AccountKind.INST_RELEASABLE, AccountKind.OPENING, AccountKind.CHANNEL_TRANSIT,
    }  # fmt: skip
    place = account.institution
    subject = place.uid if kind in of_place else account.uid
    return ledger.account_of(kind=kind, subject_uid=subject, institution=place)


def cash_kind(account: EscrowAccount) -> AccountKind:
    """The ledger's account that stands for the bank's money."""
    return AccountKind.DEPOSIT_BANK if account.kind == FundKind.DEPOSIT else AccountKind.ESCROW_BANK


def cash(account: EscrowAccount) -> LedgerAccount:
    """The bank's money of a supervised account."""
    return books(account, cash_kind(account))


def open_day(account: EscrowAccount, day: date) -> date:
    """The day on which something of `day` is booked: the day itself, or the first one after the last close."""
    last = AccountDay.objects.filter(account=account, is_closed=True).aggregate(last=Max("day"))["last"]
    return day if last is None or day > last else last + timedelta(days=1)


def opening_post(row: StatementFile, at: datetime) -> None:
    """Cash on a custody account before its first statement that the ledger does not have yet (OPENING_CASH)."""
    account = row.account
    if account.kind != FundKind.CUSTODY or row.covers_from is None or row.opening_fen is None:
        return
    held = cash(account)
    lack = row.opening_fen - ledger.balance(held, row.covers_from - timedelta(days=1))
    if lack <= 0:
        return
    ledger.entry_post(
        actor=system_user(),
        kind=EntryKind.OPENING_CASH,
        key=str(account.uid),
        legs=(debit(held, lack), credit(books(account, AccountKind.OPENING), lack)),
        booked_on=open_day(account, row.covers_from),
        memo=f"第一份对账单的期初余额：{row.file_name}",
        at=at,
    )
