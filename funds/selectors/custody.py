"""Custody money of the county: what families are owed, by institution, exceptions first."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from accounts.models import User
from funds.models import (
    Contract,
    EscrowAccount,
    Instruction,
    LedgerAccount,
    Lesson,
    Refund,
    ReleaseBatch,
)
from funds.selectors.money import transit_in_time
from institutions.models import Institution

ZERO = Value(0, output_field=BigIntegerField())
CLAIMS = ("CONTRACT_UNEARNED", "REFUND_PAYABLE")
SUMS = {
    "bank_fen": ("ESCROW_BANK",),
    "transit_fen": ("CHANNEL_TRANSIT",),
    "owed_fen": CLAIMS,
    "releasable_fen": ("INST_RELEASABLE",),
    "astray_fen": ("SUSPENSE_OUT", "CLAIM_ON_INST"),
}


def custody_places(actor: User, on: date | None = None) -> Any:
    """Institutions with a custody account: cash, families' claims, what is short; the worst first.

    As in `position_of`: claims under custody contracts only, cash of accounts that are not closed, and money in
    transit within its term (of today, or `on`).
    """
    open_accounts = EscrowAccount.objects.filter(kind="CUSTODY").exclude(status="CLOSED")
    places = Institution.objects.visible_to(actor).filter(
        pk__in=EscrowAccount.objects.filter(kind="CUSTODY").exclude(status="PLANNED").values("institution")
    )
    rows: Any = places
    only: dict[str, Q] = {
        "bank_fen": Q(subject_uid__in=open_accounts.values("uid")),
        "owed_fen": Q(subject_uid__in=Contract.objects.filter(mode="CUSTODY").values("uid")),
    }

    def total(name: str, kinds: tuple[str, ...]) -> Coalesce:
        found = LedgerAccount.objects.filter(institution=OuterRef("pk"), kind__in=kinds).order_by()
        sums = found.filter(only.get(name, Q())).values("institution")
        return _sum(sums.annotate(fen=Sum("balance_fen")))

    rows = rows.annotate(
        **{name: total(name, kinds) for name, kinds in SUMS.items() if name != "transit_fen"}
    )
    lines = transit_in_time(places, on or timezone.localdate())
    fresh = _sum(lines.filter(account__institution=OuterRef("pk")))
    rows = rows.annotate(transit_fen=Least(total("transit_fen", SUMS["transit_fen"]), fresh))
    return rows.annotate(
        short_fen=F("owed_fen") - F("bank_fen") - F("transit_fen"),
    ).order_by("-short_fen", "-astray_fen", "-owed_fen", "name_norm", "pk")


def _sum(rows: Any) -> Coalesce:
    return Coalesce(Subquery(rows.values("fen"), output_field=BigIntegerField()), ZERO)


def custody_totals(actor: User) -> dict[str, int]:
    """Fen over all institutions, and how many are short or have money astray."""
    found = custody_places(actor).aggregate(
        **{f"all_{name}": Sum(name) for name in SUMS},
        places=Count("pk"),
        short=Count("pk", filter=Q(short_fen__gt=0)),
        astray=Count("pk", filter=Q(astray_fen__gt=0)),
    )
    return {name.removeprefix("all_"): int(value or 0) for name, value in found.items()}


def custody_waiting(actor: User, today: date) -> dict[str, int]:
    """What waits in the custody part of the room."""
    late = Q(status__in=["APPROVED", "PAYING", "FAILED"], pay_due_on__lt=today)
    return {
        "disputes": Lesson.objects.visible_to(actor).filter(status="DISPUTED").count(),
        "releases": ReleaseBatch.objects.visible_to(actor).filter(status="BUILT").count(),
        "refunds": Refund.objects.visible_to(actor).filter(status__in=["INST_REFUSED", "MEDIATION"]).count(),
        "late_refunds": Refund.objects.visible_to(actor).filter(late).count(),
        "unknown": Instruction.objects.visible_to(actor).filter(status="UNKNOWN").count(),
    }
