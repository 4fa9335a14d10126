"""The lines of the warning rules, frozen on 2026-11-28."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """All lines of W1 to W16; amounts in fen, shares in thousandths, spans in days."""
