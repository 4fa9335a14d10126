"""django-hordak: `Account.transfer_to`, its documented way to move an amount; its triggers check each leg at commit."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction
from django.db.models import Sum
from hordak.models import Account, AccountType, Leg
from moneyed import Money

DAY = date(2026, 11, 20)
TRIGGERS = 2  # each leg in balance, its currency its account's


class Books:
    """A bank account (asset) and what is owed (liability)."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'hordak_leg'::regclass"
                " AND NOT tgisinternal AND tgenabled <> 'D'"
            )
            assert cursor.fetchone()[0] >= TRIGGERS, "hordak's triggers are not on"
        self.bank = Account.objects.create(name="bank", code="1", type=AccountType.asset, currencies=["CNY"])
        self.owed = Account.objects.create(
            name="owed", code="2", type=AccountType.liability, currencies=["CNY"]
        )

    def post(self, number: int) -> None:
        """Credit what is owed, debit the bank."""
        with transaction.atomic():
            self.owed.transfer_to(self.bank, Money("1.00", "CNY"), description=f"h-{number}", date=DAY)

    def lines(self) -> int:
        """How many legs stand."""
        sums = Leg.objects.aggregate(debit=Sum("debit"), credit=Sum("credit"))
        assert sums["debit"] == sums["credit"]
        return Leg.objects.count()
