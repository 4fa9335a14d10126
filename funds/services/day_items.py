"""What explains the difference between bank and ledger at the end of a day (未达项)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from funds.models import (
    Entry,
    EntryKind,
    EntryLine,
    EscrowAccount,
    FileState,
    LinePosting,
    StatementFile,
    StatementLine,
)
from funds.services.posting_lines import cash

ACCEPTED = (FileState.POSTING, FileState.DONE)
SHOWN = 50


def first_day(account: EscrowAccount) -> date | None:
    """The first day for which the account has a statement."""
    rows = StatementFile.objects.filter(account=account, state__in=ACCEPTED)
    return rows.order_by("covers_from").values_list("covers_from", flat=True).first()


def covering(account: EscrowAccount, day: date) -> StatementFile | None:
    """The accepted statement of a day."""
    rows = StatementFile.objects.filter(account=account, state__in=ACCEPTED)
    return rows.filter(covers_from__lte=day, covers_to__gte=day).first()


def bank_balance(account: EscrowAccount, file: StatementFile, day: date) -> int:
    """The bank's balance (fen) at the end of a day that `file` covers."""
    rows = StatementLine.objects.filter(account=account, file_uid=file.uid, booked_on__lte=day)
    last = rows.order_by("-booked_on", "-ordinal").values_list("balance_fen", flat=True).first()
    return int(last if last is not None else file.opening_fen or 0)


def _standing(**more: Any) -> QuerySet[LinePosting]:
    return LinePosting.objects.filter(undone_at__isnull=True, **more)


def lines_ahead(account: EscrowAccount, day: date) -> QuerySet[StatementLine]:
    """Lines up to a day that the ledger had not by its end."""
    posted = _standing(line_uid=OuterRef("uid"), booked_on=OuterRef("booked_on"), entry_on__lte=day)
    rows = StatementLine.objects.filter(account=account, booked_on__lte=day)
    return rows.exclude(Exists(posted)).order_by("booked_on", "ordinal")


def first_waiting_day(account: EscrowAccount) -> date | None:
    """The day of the oldest line that stands in no entry."""
    posted = _standing(line_uid=OuterRef("uid"), booked_on=OuterRef("booked_on"))
    rows = StatementLine.objects.filter(account=account).exclude(Exists(posted))
    return rows.order_by("booked_on").values_list("booked_on", flat=True).first()


def entries_ahead(account: EscrowAccount, day: date, since: date) -> list[EntryLine]:
    """Lines of the ledger's cash from `since` to a day that no statement has shown by its end."""
    shown = _standing(entry_uid=OuterRef("entry_uid"), booked_on__lte=day)
    opening = Entry.objects.filter(uid=OuterRef("entry_uid"), kind=EntryKind.OPENING_CASH)
    rows = EntryLine.objects.filter(account=cash(account), booked_on__range=(since, day))
    found = list(rows.filter(~Q(Exists(shown)) & ~Q(Exists(opening))).order_by("booked_on", "pk"))
    return _without_undone(found)


def _without_undone(found: list[EntryLine]) -> list[EntryLine]:
    """An entry and its reversal that both stand here say nothing."""
    uids = [line.entry_uid for line in found]
    pairs = dict(Entry.objects.filter(uid__in=uids, reversal_of__in=uids).values_list("uid", "reversal_of"))
    gone = {*pairs, *pairs.values()}
    return [line for line in found if line.entry_uid not in gone]


def explained(account: EscrowAccount, day: date, difference: int) -> list[dict[str, Any]]:
    """Open items with their share (fen) of the difference bank − ledger; a last one for what none explains."""
    since = first_day(account) or day
    items = [
        _item("银行已到、账簿未记", line.booked_on, line.fen, f"{line.payer} {line.summary} {line.reference}")
        for line in lines_ahead(account, day)[: SHOWN + 1]
    ]
    ahead = entries_ahead(account, day, since)
    entries = {row.uid: row for row in Entry.objects.filter(uid__in=[line.entry_uid for line in ahead])}
    for line in ahead:
        entry = entries[line.entry_uid]
        signed = line.amount_fen if line.side == "DEBIT" else -line.amount_fen
        items.append(
            _item("账簿已记、银行未到", line.booked_on, -signed, f"{entry.get_kind_display()} {entry.memo}")
        )
    rest = difference - sum(item["fen"] for item in items)
    if rest:
        items.append(_item("未能说明的差额（期初或更早）", day, rest, ""))
    return items


def _item(kind: str, day: date, fen: int, words: str) -> dict[str, Any]:
    return {"kind": kind, "day": day.isoformat(), "fen": fen, "words": " ".join(words.split())[:120]}
