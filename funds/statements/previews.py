"""What a profile makes of a sample: the first lines as read, what the checks say, what is wrong in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.errors import Unlawful
from funds.statements.checks import Sums, in_time, sums_of, verify
from funds.statements.lines import Line, StatementRefused
from funds.statements.profiles import Profile
from funds.statements.reading import first_rows, read
from funds.statements.splitting import Share, split

SHOWN = 20


@dataclass(frozen=True)
class Preview:
    """A sample read by a profile. `problem` is empty when the file would be accepted as far as it alone tells."""

    lines: list[Line] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    sums: Sums | None = None
    problem: str = ""
    shares: list[Share] = field(default_factory=list)

    @property
    def has_balances(self) -> bool:
        """Whether the running balances could be checked."""
        return bool(self.lines) and not self.shares and self.lines[0].balance_fen is not None


def preview(data: bytes, profile: Profile) -> Preview:
    """Read and check a sample; nothing is raised, the refusal is in `problem`."""
    rows: list[list[str]] = []
    try:
        rows = first_rows(data, profile, SHOWN)
        lines = read(data, profile)
    except Unlawful as refusal:
        return Preview(rows=rows, problem=refusal.message)
    shares: list[Share] = []
    try:
        shares = split(lines) if profile.many_accounts else []
        for own in [share.lines for share in shares] or [lines]:
            verify(own)
    except StatementRefused as refusal:
        return Preview(lines[:SHOWN], rows, sums_of(lines), refusal.message, shares)
    shown = lines if shares else in_time(lines)
    return Preview(shown[:SHOWN], rows, sums_of(lines), shares=shares)
