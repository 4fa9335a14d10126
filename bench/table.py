"""Rows of results, printed as they come and once more at the end."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One measured figure. `aim` and `is_met` only where the figure has one."""

    part: str
    name: str
    value: str
    beside: str = ""
    ratio: str = ""
    aim: str = ""
    is_met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The printed cells."""
        verdict = {None: "", True: "yes", False: "NO"}[self.is_met]
        return (self.part, self.name, self.value, self.beside, self.ratio, self.aim, verdict)


HEAD = ("part", "figure", "measured", "beside", "ratio", "aim", "met")


@dataclass
class Results:
    """All rows of a run."""

    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Keep a row and print it."""
        self.rows.append(row)
        say("  " + " | ".join(cell for cell in row.cells() if cell))

    def markdown(self) -> str:
        """A table for docs/performance.md."""
        lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells() for row in self.rows)]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def say(text: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def machine() -> str:
    """What this was measured on."""
    import os

    import django
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    cores = os.cpu_count()
    return f"{cores} cores, Python {platform.python_version()}, Django {django.__version__}, PostgreSQL {postgres}"
