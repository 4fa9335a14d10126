"""Other ledger libraries for Django, each in a process of its own: they need their own settings and packages."""

from bench.ledger_libraries.process import LIBRARIES, Library, Unavailable, opened

__all__ = ["LIBRARIES", "Library", "Unavailable", "opened"]
