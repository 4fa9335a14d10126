"""One file of many accounts: which lines are of which account, each account then a statement of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from funds.statements.checks import Sums, sums_of
from funds.statements.lines import Line, StatementRefused

WHOLE = re.compile(r"[0-9A-Z]{6,40}")
ROWS_TOLD = 5


@dataclass(frozen=True)
class Share:
    """The lines of one account in the order of the file; `number` as the bank writes it, without separators."""

    number: str
    lines: list[Line]

    @property
    def sums(self) -> Sums:
        """Count and sums of the account."""
        return sums_of(self.lines)

    @property
    def tail(self) -> str:
        """As screens show the account."""
        return self.number[-4:]

    @property
    def rows(self) -> str:
        """Where it stands in the file, for a sentence."""
        return rows_told([line.row for line in self.lines])


def rows_told(rows: list[int]) -> str:
    """第 3、5、9 行, the first few of many."""
    told = "、".join(str(row) for row in rows[:ROWS_TOLD])
    return f"第 {told} 行" + (f"等 {len(rows)} 行" if len(rows) > ROWS_TOLD else "")


def split(lines: list[Line]) -> list[Share]:
    """Each account's lines, in the order in which the accounts first appear.

    Raises StatementRefused, naming the rows, when a line has no account number or one that is masked or was
    rewritten by a spreadsheet: such a line could be anybody's.
    """
    found: dict[str, list[Line]] = {}
    nobody, masked = list[int](), list[int]()
    for line in lines:
        number = re.sub(r"[\s\-]", "", line.own_account).upper()
        if not number:
            nobody.append(line.row)
        elif not WHOLE.fullmatch(number) or "X" in number:
            masked.append(line.row)
        else:
            found.setdefault(number, []).append(line)
    told = [f"{rows_told(nobody)}没有本方账号"] if nobody else []
    if masked:
        told.append(f"{rows_told(masked)}的本方账号被遮盖或者不完整")
    if told:
        raise StatementRefused(
            f"{'；'.join(told)}，分不清是哪个账户的流水。请让银行导出完整账号的文件（Excel 的账号列设为文本）。"
        )
    return [Share(number, own) for number, own in found.items()]
