"""What this room knows about the party of a penalty case."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from funds.models import FREEZABLE, Contract, EscrowAccount, Refund
from penalties.models import Case


def case_contracts(case: Case, since: date | None = None, until: date | None = None) -> QuerySet[Contract]:
    """Paid contracts of the case's institution by the day of their first payment, in the days asked for."""
    if case.institution_id is None:
        return Contract.objects.none()
    rows: Any = Contract.objects.filter(institution=case.institution_id, paid_fen__gt=0)
    if since is not None:
        rows = rows.filter(first_paid_on__gte=since)
    if until is not None:
        rows = rows.filter(first_paid_on__lte=until)
    found: QuerySet[Contract] = rows.order_by("first_paid_on", "pk")
    return found


def case_paid(case: Case) -> tuple[int, int]:
    """How many paid contracts the case's institution has, and how much was paid for them, in fen."""
    told = case_contracts(case).aggregate(count=Count("pk"), fen=Sum("paid_fen", default=0))
    return told["count"], int(told["fen"])


def refunded_of(rows: list[Contract]) -> dict[int, tuple[int, date]]:
    """Refunds paid by contract: their sum in fen and the last day."""
    refunds = Refund.objects.filter(contract__in=rows, status="PAID").order_by().values("contract")
    return {
        item["contract"]: (int(item["fen"]), item["day"])
        for item in refunds.annotate(fen=Sum("amount_fen"), day=Max("paid_on"))
    }


def freezable_accounts(case: Case) -> QuerySet[EscrowAccount]:
    """Accounts of the case's institution that may be frozen."""
    if case.institution_id is None:
        return EscrowAccount.objects.none()
    rows: Any = EscrowAccount.objects.filter(institution=case.institution_id, status__in=FREEZABLE)
    found: QuerySet[EscrowAccount] = rows.select_related("bank", "institution", "region").order_by(
        "kind", "pk"
    )
    return found
