"""Run-away events: what families are owed, what covers it and what does not, and the order of their claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from funds.models import (
    OPEN_REFUND,
    RESERVING,
    Contract,
    EscrowAccount,
    Instruction,
    LedgerAccount,
    Refund,
    RunawayClaim,
    RunawayEvent,
)
from funds.selectors.money import transit_cover
from institutions.models import Institution

AFFECTED = ["PARTLY_PAID", "ACTIVE", "SUSPENDED", "REFUNDING"]
PER_MILLE = 1000


@dataclass(frozen=True)
class Cover:
    """Fen of one institution: what families may claim by where their money lies, and what stands against it.

    `custody` is cash in custody less releases that are under way, `transit` what payment channels still owe
    within their term; both cover families' claims in custody. The risk deposit covers what custody does
    not; `bare` is what neither covers. The share is arithmetic for the eye, no rule pays by it.
    """

    contracts: int
    families: int
    in_custody: int
    self_kept: int
    custody: int
    deposit: int
    transit: int = 0

    @property
    def owed(self) -> int:
        """All that families may claim."""
        return self.in_custody + self.self_kept

    @property
    def by_custody(self) -> int:
        """What cash in custody and money in transit cover."""
        return min(self.in_custody, max(0, self.custody + self.transit))

    @property
    def by_deposit(self) -> int:
        """What the deposit covers of the rest."""
        return min(self.owed - self.by_custody, max(0, self.deposit))

    @property
    def bare(self) -> int:
        """What nothing covers."""
        return self.owed - self.by_custody - self.by_deposit

    @property
    def share_permille(self) -> int:
        """Of a thousand fen owed, how many are covered; rounded down."""
        return (self.by_custody + self.by_deposit) * PER_MILLE // self.owed if self.owed else PER_MILLE

    def share_of(self, fen: int) -> int:
        """What one claim would get if everybody got the same share (rounded down). A figure, not a right."""
        return fen * (self.by_custody + self.by_deposit) // self.owed if self.owed else fen


def cover_of(institution: Institution, on: date | None = None) -> Cover:
    """What the ledger says now; `on` (today) decides which money in transit is within its term."""
    touched = Contract.objects.filter(institution=institution, status__in=AFFECTED)
    counts = touched.aggregate(contracts=Count("pk"), families=Count("family", distinct=True))
    claims = LedgerAccount.objects.filter(
        institution=institution, kind__in=["CONTRACT_UNEARNED", "REFUND_PAYABLE"]
    )
    self_kept = Contract.objects.filter(institution=institution, mode="DEPOSIT").values("uid")
    owed = claims.aggregate(
        all=Sum("balance_fen"), kept=Sum("balance_fen", filter=Q(subject_uid__in=self_kept))
    )
    kept = int(owed["kept"] or 0)
    leaving = Instruction.objects.filter(account__institution=institution, status__in=RESERVING)
    leaving = leaving.exclude(kind="REFUND_PAY")
    return Cover(
        contracts=counts["contracts"],
        families=counts["families"],
        in_custody=int(owed["all"] or 0) - kept,
        self_kept=kept,
        custody=_held(institution, "CUSTODY", "ESCROW_BANK")
        - int(leaving.aggregate(fen=Sum("amount_fen"))["fen"] or 0),
        deposit=_held(institution, "DEPOSIT", "DEPOSIT_BANK"),
        transit=_in_transit(institution, on or timezone.localdate()),
    )


def _in_transit(institution: Institution, on: date) -> int:
    rows = LedgerAccount.objects.filter(institution=institution, kind="CHANNEL_TRANSIT")
    fen = int(rows.aggregate(fen=Sum("balance_fen"))["fen"] or 0)
    if not fen:
        return 0
    place = Institution.objects.filter(pk=institution.pk)
    return min(fen, transit_cover(place, on).get(institution.pk, 0))


def _held(institution: Institution, kind: str, ledger_kind: str) -> int:
    accounts = EscrowAccount.objects.filter(institution=institution, kind=kind).exclude(status="CLOSED")
    rows = LedgerAccount.objects.filter(
        institution=institution, kind=ledger_kind, subject_uid__in=accounts.values("uid")
    )
    return int(rows.aggregate(fen=Sum("balance_fen"))["fen"] or 0)


def runaways_visible(actor: User) -> ScopedQuerySet[RunawayEvent]:
    """Events, the open ones first, the newest first."""
    rows: Any = RunawayEvent.objects.visible_to(actor)
    found: ScopedQuerySet[RunawayEvent] = rows.select_related(
        "institution", "institution__region", "bureau__region", "region", "job", "created_by", "closed_by"
    ).order_by(F("closed_on").desc(nulls_first=True), "-found_on", "-pk")
    return found


def claims_visible(actor: User, event: RunawayEvent) -> ScopedQuerySet[RunawayClaim]:
    """Claims of an event in their order."""
    rows: Any = RunawayClaim.objects.visible_to(actor).filter(event=event)
    found: ScopedQuerySet[RunawayClaim] = rows.select_related(
        "contract", "contract__institution", "refund", "event"
    ).order_by("seq")
    return found


def unlisted_contracts(event: RunawayEvent) -> QuerySet[Contract]:
    """Contracts with money that have no place in the order yet, in the order in which they get one."""
    asked = Refund.objects.filter(contract=OuterRef("pk"), status__in=OPEN_REFUND).values("applied_at")[:1]
    rows: Any = Contract.objects.filter(institution=event.institution_id, status__in=AFFECTED)
    rows = rows.exclude(pk__in=RunawayClaim.objects.filter(event=event).values("contract"))
    found: QuerySet[Contract] = rows.annotate(asked_at=Subquery(asked)).order_by(
        F("asked_at").asc(nulls_last=True), F("first_paid_on").asc(nulls_last=True), "order_no"
    )
    return found


def with_money(institution: Institution) -> QuerySet[Contract]:
    """Contracts of an institution whose families have money in the ledger, refunds that are not paid included."""
    money = LedgerAccount.objects.filter(
        subject_uid=OuterRef("uid"), kind__in=["CONTRACT_UNEARNED", "REFUND_PAYABLE"], balance_fen__gt=0
    )
    return Contract.objects.filter(Exists(money), institution=institution, status__in=AFFECTED)


def lapsed_claims(event: RunawayEvent) -> QuerySet[RunawayClaim]:
    """Places whose application came to nothing, or for which there was no money, while the family has money now."""
    rest = LedgerAccount.objects.filter(
        subject_uid=OuterRef("contract__uid"), kind="CONTRACT_UNEARNED", balance_fen__gt=0
    )
    ended = Q(state="NOTHING") | Q(refund__status__in=["WITHDRAWN", "REJECTED"])
    rows = RunawayClaim.objects.filter(ended, Exists(rest), event=event, contract__status__in=AFFECTED)
    return rows.exclude(contract__status="REFUNDING")


def open_refunds(institution: Institution) -> QuerySet[Refund]:
    """Refunds of an institution's families that are under way, whoever applied."""
    return Refund.objects.filter(contract__institution=institution, status__in=OPEN_REFUND)


@dataclass(frozen=True)
class ClaimTotals:
    """Claims of one event by what became of them; amounts in fen."""

    listed: int = 0
    waiting: int = 0
    opened: int = 0
    stood: int = 0
    nothing: int = 0
    asked_fen: int = 0
    open_refunds: int = 0
    paid_n: int = 0
    paid_fen: int = 0


def claim_totals(event: RunawayEvent) -> ClaimTotals:
    """How far the claims are (one query)."""
    is_paid = Q(refund__status="PAID")
    found = RunawayClaim.objects.filter(event=event).aggregate(
        listed=Count("pk"),
        waiting=Count("pk", filter=Q(state="WAITING")),
        opened=Count("pk", filter=Q(state="OPENED")),
        stood=Count("pk", filter=Q(state="STOOD")),
        nothing=Count("pk", filter=Q(state="NOTHING")),
        asked_fen=Sum("refund__amount_fen"),
        open_refunds=Count("pk", filter=Q(refund__status__in=OPEN_REFUND)),
        paid_n=Count("pk", filter=is_paid),
        paid_fen=Sum("refund__amount_fen", filter=is_paid),
    )
    return ClaimTotals(**{name: int(value or 0) for name, value in found.items()})
