"""What a custody account holds, what it owes, and what may still leave it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum

from accounts.models import Bureau
from casework import policy
from funds.models import (
    HOLDING,
    RESERVING,
    AccountFreeze,
    AccountKind,
    Contract,
    EntryLine,
    EscrowAccount,
    Instruction,
    LedgerAccount,
)
from institutions.models import Institution

TRANSIT_KEY = "fund.channel.settle"
OWED = (AccountKind.CONTRACT_UNEARNED, AccountKind.REFUND_PAYABLE)
KINDS = (*OWED, AccountKind.INST_RELEASABLE, AccountKind.CHANNEL_TRANSIT, AccountKind.ESCROW_BANK)


@dataclass(frozen=True)
class Position:
    """Fen of one custody account and its institution, with what pending instructions reserve.

    `unearned` and `refundable` are the families' claims under custody contracts; `transit` is what the
    payment channels still owe within their term.
    """

    bank: int
    transit: int
    unearned: int
    refundable: int
    releasable: int
    pending_release: int
    pending_refund: int
    is_held: bool

    @property
    def available_bank(self) -> int:
        """Cash that no pending instruction has taken."""
        return self.bank - self.pending_release - self.pending_refund

    @property
    def available_releasable(self) -> int:
        """What the institution may still be paid by its confirmed lessons (funds.md §8.5 rule 5)."""
        return 0 if self.is_held else self.releasable - self.pending_release

    @property
    def free_of_families(self) -> int:
        """Cash above what families are owed (江苏: 余额不低于未消课金额); money in transit counts for families only."""
        owed = self.unearned + self.refundable
        return min(self.bank - self.pending_release + self.transit - owed, self.available_bank)

    @property
    def may_release(self) -> int:
        """The most that a release may take now."""
        return max(0, min(self.available_releasable, self.free_of_families))


def position_of(account: EscrowAccount, on: date) -> Position:
    """Where the account stands now; `on` decides which money in transit is within its term.

    Lock the supervised account first when something is decided on it.
    """
    return positions_of([account], on)[account.pk]


def positions_of(accounts: Iterable[EscrowAccount], on: date) -> dict[int, Position]:
    """The same for many accounts, by their primary key, in a fixed number of queries."""
    rows = {account.pk: account for account in accounts}
    places = {account.institution_id for account in rows.values()}
    sums = _sums(places)
    pending = _pending(rows.keys())
    held = set(
        AccountFreeze.objects.filter(account__in=rows.keys(), status__in=HOLDING).values_list(
            "account", flat=True
        )
    )
    in_transit = [place for place, kinds in sums.items() if "CHANNEL_TRANSIT" in kinds]
    fresh = transit_cover(Institution.objects.filter(pk__in=in_transit), on) if in_transit else {}
    found = {}
    for pk, account in rows.items():
        kinds = sums.get(account.institution_id, {})
        release, refund = pending.get(pk, (0, 0))
        found[pk] = Position(
            bank=kinds.get(str(account.uid), 0),
            transit=min(kinds.get("CHANNEL_TRANSIT", 0), fresh.get(account.institution_id, 0)),
            unearned=kinds.get("CONTRACT_UNEARNED", 0),
            refundable=kinds.get("REFUND_PAYABLE", 0),
            releasable=kinds.get("INST_RELEASABLE", 0),
            pending_release=release,
            pending_refund=refund,
            is_held=pk in held,
        )
    return found


def _sums(places: set[int]) -> dict[int, dict[str, int]]:
    """Balances by institution and kind; of cash by its account's uid; of claims under custody contracts only."""
    custody = Contract.objects.filter(institution__in=places, mode="CUSTODY").values("uid")
    rows = (
        LedgerAccount.objects.filter(institution__in=places, kind__in=KINDS)
        .filter(~Q(kind__in=OWED) | Q(subject_uid__in=custody))
        .exclude(balance_fen=0)
        .values_list("institution", "kind")
        .annotate(fen=Sum("balance_fen"))
    )
    found: dict[int, dict[str, int]] = {}
    for place, kind, fen in rows.exclude(kind="ESCROW_BANK").order_by():
        found.setdefault(place, {})[kind] = int(fen)
    cash = LedgerAccount.objects.filter(institution__in=places, kind="ESCROW_BANK")
    for place, uid, fen in cash.values_list("institution", "subject_uid", "balance_fen"):
        found.setdefault(place, {})[str(uid)] = fen
    return found


def _pending(accounts: Iterable[int]) -> dict[int, tuple[int, int]]:
    rows = (
        Instruction.objects.filter(account__in=list(accounts), status__in=RESERVING)
        .order_by()
        .values_list("account")
        .annotate(
            release=Sum("amount_fen", filter=~Q(kind="REFUND_PAY")),
            refund=Sum("amount_fen", filter=Q(kind="REFUND_PAY")),
        )
    )
    return {pk: (int(release or 0), int(refund or 0)) for pk, release, refund in rows}


def transit_in_time(places: QuerySet[Institution], on: date) -> Any:
    """Money that came into transit within the settlement term until the end of a day: `fen` by `account__institution`.

    The term is that of the institution's bureau; older money in transit is no cover, and without a term none is.
    Everywhere money in transit counts as cover, it is the lesser of this and what is in transit.
    """
    wanted = Q(pk__in=[])
    for bureau in Bureau.objects.filter(pk__in=places.order_by().values("bureau")).select_related("region"):
        try:
            term = policy.term(TRANSIT_KEY, region=bureau.region, on=on)
        except policy.PolicyMissing:
            continue
        wanted |= Q(account__bureau=bureau, booked_on__range=(on - timedelta(days=term.amount), on))
    rows = EntryLine.objects.filter(wanted, account__kind=AccountKind.CHANNEL_TRANSIT, side="DEBIT")
    return rows.order_by().values("account__institution").annotate(fen=Sum("amount_fen"))


def transit_cover(places: QuerySet[Institution], on: date) -> dict[int, int]:
    """The same in fen by institution; those with none are left out."""
    rows = transit_in_time(places, on).filter(account__institution__in=places.order_by().values("pk"))
    return {row["account__institution"]: int(row["fen"]) for row in rows}
