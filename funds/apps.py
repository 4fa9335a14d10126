"""预收费资金监管."""

from __future__ import annotations

from django.apps import AppConfig


class FundsConfig(AppConfig):
    """Stands on the rooms of enforcement: the shadow ledger, supervised accounts, risk deposits."""

    name = "funds"
    verbose_name = "预收费资金监管"
