"""Custody money of the county: what families are owed, by institution, exceptions first."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from funds.models import EscrowAccount, Instruction, LedgerAccount, Lesson, Refund, ReleaseBatch
from institutions.models import Institution

ZERO = Value(0, output_field=BigIntegerField())
SUMS = {
    "bank_fen": ("ESCROW_BANK",),
    "transit_fen": ("CHANNEL_TRANSIT",),
    "owed_fen": ("CONTRACT_UNEARNED", "REFUND_PAYABLE"),
    "releasable_fen": ("INST_RELEASABLE",),
    "astray_fen": ("SUSPENSE_OUT", "CLAIM_ON_INST"),
}


def custody_places(actor: User) -> Any:
    """Institutions with a custody account: cash, families' claims, what is short; the worst first."""
    rows: Any = Institution.objects.visible_to(actor).filter(
        pk__in=EscrowAccount.objects.filter(kind="CUSTODY").exclude(status="PLANNED").values("institution")
    )

    def total(kinds: tuple[str, ...]) -> Coalesce:
        found = LedgerAccount.objects.filter(institution=OuterRef("pk"), kind__in=kinds).order_by()
        sums = found.values("institution").annotate(fen=Sum("balance_fen")).values("fen")
        return Coalesce(Subquery(sums, output_field=BigIntegerField()), ZERO)

    rows = rows.annotate(**{name: total(kinds) for name, kinds in SUMS.items()})
    return rows.annotate(
        short_fen=F("owed_fen") - F("bank_fen") - F("transit_fen"),
    ).order_by("-short_fen", "-astray_fen", "-owed_fen", "name_norm", "pk")


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
