"""What a profile makes of a sample: the first lines as read, what the checks say, what is wrong in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.errors import Unlawful
from funds.statements.checks import Sums, in_time, sums_of, verify
from funds.statements.lines import Line, StatementRefused
from funds.statements.profiles import Profile
from funds.statements.reading import first_rows, read

SHOWN = 20


@dataclass(frozen=True)
class Preview:
    """A sample read by a profile. `problem` is empty when the file would be accepted as far as it alone tells."""

    lines: list[Line] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    sums: Sums | None = None
    problem: str = ""

    @property
    def has_balances(self) -> bool:
        """Whether the running balances could be checked."""
        return bool(self.lines) and self.lines[0].balance_fen is not None


def preview(data: bytes, profile: Profile) -> Preview:
    """Read and check a sample; nothing is raised, the refusal is in `problem`."""
    rows: list[list[str]] = []
    try:
        rows = first_rows(data, profile, SHOWN)
        lines = read(data, profile)
    except Unlawful as refusal:
        return Preview(rows=rows, problem=refusal.message)
    try:
        verify(lines)
    except StatementRefused as refusal:
        return Preview(lines[:SHOWN], rows, sums_of(lines), refusal.message)
    return Preview(in_time(lines)[:SHOWN], rows, sums_of(lines))
