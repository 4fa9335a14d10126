"""django-ledger: `LedgerModel.commit_txs` with `je_posted`, its documented way to write a posted journal entry."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.db.models import Sum
from django_ledger.io.roles import ASSET_CA_CASH, LIABILITY_CL_OTHER
from django_ledger.models import EntityModel, TransactionModel

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)
AMOUNT = Decimal("1.00")


class Books:
    """An entity with a ledger, a bank account (asset) and what is owed (liability)."""

    def __init__(self) -> None:
        user = get_user_model()._default_manager.create(username="bench")
        entity = EntityModel.create_entity(
            name="bench", admin=user, use_accrual_method=True, fy_start_month=1
        )
        entity.create_chart_of_accounts(coa_name="bench", assign_as_default=True, commit=True)
        self.bank, self.owed = (
            entity.create_account(code=code, role=role, name=name, balance_type=side, active=True)
            for code, role, name, side in (
                ("1010", ASSET_CA_CASH, "bank", "debit"),
                ("2070", LIABILITY_CL_OTHER, "owed", "credit"),
            )
        )
        self.ledger = entity.create_ledger(name="bench", posted=True)

    def post(self, number: int) -> None:
        """Debit the bank, credit what is owed, and post."""
        word = f"l-{number}"
        self.ledger.commit_txs(
            je_timestamp=MOMENT,
            je_txs=[
                {"account": self.bank, "amount": AMOUNT, "tx_type": "debit", "description": word},
                {"account": self.owed, "amount": AMOUNT, "tx_type": "credit", "description": word},
            ],
            je_posted=True,
            je_desc=word,
        )

    def lines(self) -> int:
        """How many transactions of posted journal entries stand."""
        rows = TransactionModel.objects.filter(journal_entry__posted=True)
        debit, credit = (
            rows.filter(tx_type=side).aggregate(total=Sum("amount"))["total"] for side in ("debit", "credit")
        )
        assert debit == credit
        return rows.count()
