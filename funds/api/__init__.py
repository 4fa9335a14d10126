"""`/api/v1/`: machines of banks, courts and other offices hand in statements and signals; each request is signed."""

from funds.api.signals import SignalClear, SignalPush
from funds.api.statements import StatementPush, StatementState

__all__ = ["SignalClear", "SignalPush", "StatementPush", "StatementState"]
