"""Users of a bureau: accounts, roles, passwords, enforcement certificates; every change is audited.

The rules of this room stand above `accounts`, which holds the tables and knows nothing of auditing.
"""
