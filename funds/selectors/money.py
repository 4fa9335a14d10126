"""What a custody account holds, what it owes, and what may still leave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, Sum

from casework import policy
from funds.models import (
    HOLDING,
    RESERVING,
    AccountKind,
    Contract,
    EntryLine,
    EscrowAccount,
    Instruction,
    LedgerAccount,
)

TRANSIT_KEY = "fund.channel.settle"
OWED = (AccountKind.CONTRACT_UNEARNED, AccountKind.REFUND_PAYABLE)


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
    place = account.institution_id
    rows = LedgerAccount.objects.filter(institution=place)
    custody = Contract.objects.filter(institution=place, mode="CUSTODY").values("uid")
    kinds = {kind: Sum("balance_fen", filter=Q(kind=kind)) for kind in ("INST_RELEASABLE", "CHANNEL_TRANSIT")}
    sums = rows.aggregate(
        bank=Sum("balance_fen", filter=Q(kind="ESCROW_BANK", subject_uid=account.uid)),
        unearned=Sum("balance_fen", filter=Q(kind="CONTRACT_UNEARNED", subject_uid__in=custody)),
        refundable=Sum("balance_fen", filter=Q(kind="REFUND_PAYABLE", subject_uid__in=custody)),
        **kinds,
    )
    pending = Instruction.objects.filter(account=account, status__in=RESERVING).aggregate(
        release=Sum("amount_fen", filter=~Q(kind="REFUND_PAY")),
        refund=Sum("amount_fen", filter=Q(kind="REFUND_PAY")),
    )
    return Position(
        bank=int(sums["bank"] or 0),
        transit=_in_time(account, int(sums["CHANNEL_TRANSIT"] or 0), on),
        unearned=int(sums["unearned"] or 0),
        refundable=int(sums["refundable"] or 0),
        releasable=int(sums["INST_RELEASABLE"] or 0),
        pending_release=int(pending["release"] or 0),
        pending_refund=int(pending["refund"] or 0),
        is_held=account.freezes.filter(status__in=HOLDING).exists(),
    )


def _in_time(account: EscrowAccount, balance: int, on: date) -> int:
    """Money in transit that came in within the settlement term; older money is no cover."""
    if not balance:
        return 0
    term = policy.term(TRANSIT_KEY, region=account.region, on=on)
    recent = EntryLine.objects.filter(
        account__institution=account.institution_id,
        account__kind=AccountKind.CHANNEL_TRANSIT,
        side="DEBIT",
        booked_on__gte=on - timedelta(days=term.amount),
    ).aggregate(fen=Sum("amount_fen"))["fen"]
    return min(balance, int(recent or 0))
