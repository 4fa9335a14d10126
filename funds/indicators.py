"""Numbers of supervised money."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Case, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from casework.indicators import Indicator, Measure, Period, Scope, register
from funds.models import AccountKind, EntryLine, LedgerAccount


def deposits_held(scope: Scope, period: Period, **dims: Any) -> QuerySet[LedgerAccount]:
    """Deposit accounts with money at the end of the period; `held_fen` is their balance then."""
    signed = Case(When(side="DEBIT", then=F("amount_fen")), default=-F("amount_fen"))
    later = (
        EntryLine.objects.filter(account=OuterRef("pk"), booked_on__gte=period.end)
        .values("account")
        .annotate(fen=Sum(signed))
        .values("fen")
    )
    zero = Value(0, output_field=BigIntegerField())
    rows: QuerySet[LedgerAccount] = LedgerAccount.objects.filter(
        kind=AccountKind.DEPOSIT_BANK, institution__region_path__startswith=scope.region_path
    )
    held = F("balance_fen") - Coalesce(Subquery(later, output_field=BigIntegerField()), zero)
    return rows.annotate(held_fen=held).exclude(held_fen=0)


def register_all() -> None:
    """Declare them."""
    register(
        Indicator(
            "deposit_amt",
            "风险保证金余额",
            "万元",
            deposits_held,
            "截至期末各机构风险保证金账户的账簿余额之和，按银行入账日期计，以分计算",
            measure=Measure.SUM,
            field="held_fen",
            columns=(
                ("institution.name", "机构"),
                ("institution.region.name", "乡镇（街道）"),
                ("held_fen", "余额（分）"),
            ),
        )
    )
