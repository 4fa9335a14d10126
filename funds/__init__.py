"""Supervision of prepaid money: a shadow ledger beside the bank, and the accounts that it follows."""
