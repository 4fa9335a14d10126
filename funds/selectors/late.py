"""Accounts whose statements are late (W16): from the first file on, each day is due by the policy's hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts.models import Region, User
from casework import policy
from funds.models import EscrowAccount, FileState
from funds.selectors.bank import bank_accounts

KEYS = {"CUSTODY": "fund.statement.due", "DEPOSIT": "fund.statement.deposit_due"}


@dataclass(frozen=True)
class Late:
    """An account whose newest statement ends before the day that should be there."""

    account: EscrowAccount
    covered_to: date
    due_on: date
    hour: int
    basis: str


def late_accounts(actor: User, today: date, now: datetime | None = None) -> list[Late]:
    """Late accounts that the actor reaches, the longest first."""
    return _late(EscrowAccount.objects.visible_to(actor), today, now)


def late_of_bank(actor: User, today: date, now: datetime | None = None) -> list[Late]:
    """Late accounts of the bank that the actor works for."""
    return _late(bank_accounts(actor), today, now)


def _late(rows: QuerySet[EscrowAccount], today: date, now: datetime | None) -> list[Late]:
    moment = timezone.localtime(now or timezone.now())
    accepted = Q(statements__state__in=[FileState.POSTING, FileState.DONE])
    delivered = (
        rows.exclude(status="CLOSED")
        .annotate(covered_to=Max("statements__covers_to", filter=accepted))
        .filter(covered_to__lt=today - timedelta(days=1))
        .select_related("institution", "bank", "region", "bureau__region")
        .order_by("covered_to", "pk")
    )
    found = []
    rules: dict[int, dict[str, tuple[int, int, str]]] = {}
    for row in delivered:
        if row.bureau_id not in rules:
            rules[row.bureau_id] = {kind: _rule(key, row.bureau.region, today) for kind, key in KEYS.items()}
        days, hour, basis = rules[row.bureau_id][row.kind]
        covered: date = row.covered_to
        due = covered + timedelta(days=1 + days)
        if (due, time(hour)) < (today, moment.time() if moment.date() == today else time(23, 59)):
            found.append(Late(row, covered, due, hour, basis))
    return found


def _rule(key: str, region: Region, today: date) -> tuple[int, int, str]:
    """Days after the day of the movement, hour, basis: one rule for a bureau. Raises PolicyMissing."""
    value = policy.value(key, region=region, on=today)
    return int(value.value["days"]), int(value.value["hour"]), value.basis
