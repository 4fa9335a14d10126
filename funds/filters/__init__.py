"""Filter bars of this room's lists."""

from funds.filters.accounts import (
    DAY,
    AccountFilter,
    BankFilter,
    DepositFilter,
    FreezeFilter,
    MovementFilter,
    TownFilter,
)
from funds.filters.bank import (
    BundleFilter,
    CorrectionFilter,
    DayFilter,
    InvoiceCaseFilter,
    InvoiceFilter,
    LineFilter,
    ProfileFilter,
    StatementFilter,
    SuspenseFilter,
)

__all__ = [
    "DAY",
    "AccountFilter",
    "BankFilter",
    "BundleFilter",
    "CorrectionFilter",
    "DayFilter",
    "DepositFilter",
    "FreezeFilter",
    "InvoiceCaseFilter",
    "InvoiceFilter",
    "LineFilter",
    "MovementFilter",
    "ProfileFilter",
    "StatementFilter",
    "SuspenseFilter",
    "TownFilter",
]
