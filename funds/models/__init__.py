"""Rows of the prepaid-fund supervision."""

from funds.models.accounts import (
    HOLDING,
    UNDER_WAY,
    AccountFreeze,
    AccountStatus,
    Bank,
    EscrowAccount,
    FreezeStatus,
    FundKind,
    ReleaseMode,
)
from funds.models.deposits import (
    DepositMovement,
    DepositRequirement,
    Direction,
    Formula,
    MovementStatus,
)
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
    "HOLDING",
    "LINE_MAX_FEN",
    "MAY_GO_NEGATIVE",
    "UNDER_WAY",
    "AccountFreeze",
    "AccountKind",
    "AccountStatus",
    "Bank",
    "DepositMovement",
    "DepositRequirement",
    "Direction",
    "Entry",
    "EntryKind",
    "EntryLine",
    "EscrowAccount",
    "Formula",
    "FreezeStatus",
    "FundKind",
    "LedgerAccount",
    "MovementStatus",
    "ReleaseMode",
    "Side",
]
