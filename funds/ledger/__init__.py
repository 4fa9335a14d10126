"""The ledger's own door: open accounts, post, reverse, read balances, prove the whole."""

from funds.ledger.accounts import account_of, accounts_of
from funds.ledger.balances import balance
from funds.ledger.errors import KeyTaken, LedgerError, Overdrawn
from funds.ledger.posting import Leg, credit, debit, entry_post, entry_reverse
from funds.ledger.verification import Flaw, verify

__all__ = [
    "Flaw",
    "KeyTaken",
    "LedgerError",
    "Leg",
    "Overdrawn",
    "account_of",
    "accounts_of",
    "balance",
    "credit",
    "debit",
    "entry_post",
    "entry_reverse",
    "verify",
]
