"""Rows of the prepaid-fund supervision."""

from funds.models.ledger import (
    ACCOUNT_SIDES,
    LINE_MAX_FEN,
    MAY_GO_NEGATIVE,
    AccountKind,
    Entry,
    EntryKind,
    EntryLine,
    LedgerAccount,
    Side,
)

__all__ = [
    "ACCOUNT_SIDES",
    "LINE_MAX_FEN",
    "MAY_GO_NEGATIVE",
    "AccountKind",
    "Entry",
    "EntryKind",
    "EntryLine",
    "LedgerAccount",
    "Side",
]
