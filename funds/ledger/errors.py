"""What the ledger refuses, one class per rule."""

from __future__ import annotations

from casework.errors import DomainError


class LedgerError(DomainError):
    """A posting that breaks a rule of bookkeeping; nothing was written."""


class KeyTaken(LedgerError):
    """The same kind and key were posted before with other content."""


class Overdrawn(LedgerError):
    """The posting would take more from an account than it holds."""
