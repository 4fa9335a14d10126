"""Which supervised accounts of the bank a file of many accounts does not speak of, and what could be said of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from funds.models import (
    TAKES_FILES,
    Channel,
    EscrowAccount,
    FileState,
    FundKind,
    StatementBundle,
    StatementFile,
    StatementLine,
)
from funds.selectors.bank import bank_accounts

ACCEPTED = (FileState.POSTING, FileState.DONE)


@dataclass(frozen=True)
class Absence:
    """One account that is not in the file: from which day on nobody has said anything of it, and its last balance.

    `why_not` says why the file alone is no ground for "nothing moved"; `said` is the statement that was made since.
    """

    account: EscrowAccount
    since: date
    until: date
    balance_fen: int
    why_not: str = ""
    said: StatementFile | None = None


def absences(actor: User, bundle: StatementBundle, channel: Channel) -> list[Absence]:
    """Accounts of the file's bank that were expected on its last day and are not in it: what may be said first.

    Expected is a custody account with an earlier statement; a deposit account, whose statements come by the month,
    only where its last one reaches to the file's first day. A fixed number of queries.
    """
    days = _days_of(bundle)
    if days is None:
        return []
    first, last = days
    rows = list(_not_in(_reached(actor, bundle, channel), bundle, last))
    said = {
        row.account_id: row
        for row in StatementFile.objects.filter(
            account__in=rows, is_quiet=True, state__in=ACCEPTED, covers_from__lte=last, covers_to__gte=last
        )
    }
    found = [_absence(row, first, last, said.get(row.pk)) for row in rows]
    listed = [one for one in found if one.account.kind == FundKind.CUSTODY or not one.why_not]
    return sorted(listed, key=lambda one: (one.said is not None, bool(one.why_not)))


def _days_of(bundle: StatementBundle) -> tuple[date, date] | None:
    """From the day the bank named, else that of the oldest line; a part may reach further back than the file."""
    parts = bundle.parts.filter(state__in=ACCEPTED)
    last = parts.aggregate(last=Max("covers_to"))["last"]
    if last is None:
        return None
    if "covers_from" in bundle.told:
        return date.fromisoformat(bundle.told["covers_from"]), last
    lines = StatementLine.objects.filter(file_uid__in=parts.values("uid"))
    return lines.aggregate(first=Min("booked_on"))["first"] or last, last


def _reached(actor: User, bundle: StatementBundle, channel: Channel) -> QuerySet[EscrowAccount]:
    rows: Any = bank_accounts(actor) if channel == Channel.PORTAL else EscrowAccount.objects.visible_to(actor)
    banks = [bundle.bank_id] if bundle.bank_id else bundle.parts.values("account__bank")
    found: QuerySet[EscrowAccount] = rows.filter(bureau=bundle.bureau_id, bank__in=banks)
    return found


def _not_in(rows: QuerySet[EscrowAccount], bundle: StatementBundle, last: date) -> QuerySet[EscrowAccount]:
    """Those whose last word before the file's last day is known; what was said later by a file of movements is not
    ours to list."""
    before = StatementFile.objects.filter(
        account=OuterRef("pk"), state__in=ACCEPTED, covers_to__lt=last
    ).order_by("-covers_to")
    moved = StatementFile.objects.filter(
        state__in=ACCEPTED, is_quiet=False, covers_from__lte=last, covers_to__gte=last
    )
    return (
        rows.filter(status__in=TAKES_FILES)
        .exclude(pk__in=moved.values("account"))
        .annotate(
            known_to=Subquery(before.values("covers_to")[:1]),
            carried_fen=Subquery(before.values("closing_fen")[:1]),
        )
        .filter(Q(known_to__isnull=False))
        .select_related("institution", "bank")
        .order_by("institution__name", "pk")
    )


def _absence(row: Any, first: date, last: date, said: StatementFile | None) -> Absence:
    since = row.known_to + timedelta(days=1)
    why = ""
    if said is None and since < first:
        why = (
            f"{since:%Y-%m-%d} 至 {first - timedelta(days=1):%Y-%m-%d} 没有对账单，这份文件不含这几天，"
            "请先补传或者另行登记"
        )
    return Absence(row, since, last, row.carried_fen, why, said)
