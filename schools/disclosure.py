"""Hiding small numbers in published tables so that nobody can compute them back.

A table has inner cells, row totals, column totals and a grand total; whoever reads it knows every sum, knows that a
hidden number is at least 1 (zeros are shown: they concern nobody), and may take the rest from each other. Hiding the
small cells alone does not help: the only hidden cell of a row is its total less the others. `suppressed` therefore
hides complements until, for each small number, at least `threshold` values are possible. Which values are possible is
exact: a table is a network in which every row and column is a balance, and the room of a hidden cell is the largest
flow around it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

Cell = tuple[int, int]
Grid = list[list[int]]
LEAST = 1
CONTRIBUTORS = 3
ENDLESS = 10**9


@dataclass(frozen=True)
class Table:
    """Numbers with their totals: `grid[i][j]`, the last row and the last column being totals."""

    grid: Grid

    @classmethod
    def of(cls, inner: Grid) -> Table:
        """The table of inner cells, with totals added."""
        rows = [[*row, sum(row)] for row in inner]
        return cls([*rows, [sum(column) for column in zip(*rows, strict=True)]])

    @property
    def height(self) -> int:
        """Index of the total row."""
        return len(self.grid) - 1

    @property
    def width(self) -> int:
        """Index of the total column."""
        return len(self.grid[0]) - 1

    def cells(self) -> Iterator[Cell]:
        """All places, totals included."""
        return ((row, column) for row in range(self.height + 1) for column in range(self.width + 1))

    def value(self, cell: Cell) -> int:
        """The number at a place."""
        return self.grid[cell[0]][cell[1]]

    def is_small(self, cell: Cell, threshold: int) -> bool:
        """Whether the number could point at somebody."""
        return 0 < self.value(cell) < threshold


def telling(table: Table, answers: list[list[list[int]]], threshold: int) -> frozenset[Cell]:
    """Numbers that a contributor could take apart: `answers[i]` are the contributions to row `i`, one list each.

    Whoever gave the largest share knows it and subtracts it; two contributors know each other's shares. A number is
    unsafe when the rest without the largest is below the threshold, or fewer than CONTRIBUTORS gave anything.
    """
    given = [[*counts, sum(counts)] for row in answers for counts in row]
    shares = [[[*counts, sum(counts)] for counts in row] for row in answers] + [given]
    return frozenset(
        (row, column)
        for row, column in table.cells()
        if _tells([line[column] for line in shares[row]], threshold)
    )


def _tells(parts: list[int], threshold: int) -> bool:
    given = [part for part in parts if part]
    return bool(given) and (len(given) < CONTRIBUTORS or sum(given) - max(given) < threshold)


def suppressed(table: Table, threshold: int) -> frozenset[Cell]:
    """Places to hide: small numbers and the complements that keep them from being computed back."""
    small = frozenset(cell for cell in table.cells() if table.is_small(cell, threshold))
    return complemented(table, small, threshold)


def complemented(table: Table, small: frozenset[Cell], threshold: int) -> frozenset[Cell]:
    """`small` with further places hidden until every small number has room enough."""
    hidden = set(small)
    for cell in sorted(small, key=lambda place: (table.value(place), place)):
        while room(table, frozenset(hidden), cell) < threshold:
            more = _cheapest_cycle(table, hidden, cell)
            if more is None:
                return frozenset(place for place in table.cells() if table.value(place))
            hidden |= more
    return frozenset(hidden)


def room(table: Table, hidden: frozenset[Cell], cell: Cell) -> int:
    """How many values a hidden cell could have for somebody who reads the rest of the table."""
    start, end = _arc(table, cell)
    rest = hidden - {cell}
    up = _flow(table, rest, end, start, ENDLESS)
    down = _flow(table, rest, start, end, table.value(cell) - LEAST)
    return up + down + 1


def _arc(table: Table, cell: Cell) -> tuple[str, str]:
    """The arc of a cell in the balance network: rows and columns are nodes, totals close the circle."""
    row, column = cell
    if column == table.width:
        return ("all", f"r{row}") if row < table.height else ("sum", "all")
    return (f"r{row}", f"c{column}") if row < table.height else (f"c{column}", "sum")


def _flow(table: Table, hidden: frozenset[Cell], source: str, sink: str, limit: int) -> int:
    """The largest change that may run from `source` to `sink` through hidden cells, none falling below LEAST."""
    left: dict[str, dict[str, int]] = {}
    for cell in hidden:
        start, end = _arc(table, cell)
        left.setdefault(start, {})[end] = ENDLESS
        left.setdefault(end, {})[start] = table.value(cell) - LEAST
    total = 0
    while total < limit:
        path = _path(left, source, sink)
        if path is None:
            break
        step = min(limit - total, *(left[start][end] for start, end in path))
        for start, end in path:
            left[start][end] -= step
            left[end][start] += step
        total += step
        if total >= ENDLESS // 2:
            return ENDLESS
    return total


def _path(left: dict[str, dict[str, int]], source: str, sink: str) -> list[tuple[str, str]] | None:
    before: dict[str, str] = {source: source}
    queue = deque([source])
    while queue and sink not in before:
        here = queue.popleft()
        for there, capacity in left.get(here, {}).items():
            if capacity > 0 and there not in before:
                before[there] = here
                queue.append(there)
    if sink not in before:
        return None
    path, here = [], sink
    while here != source:
        path.append((before[here], here))
        here = before[here]
    return path[::-1]


def _cheapest_cycle(table: Table, hidden: set[Cell], cell: Cell) -> set[Cell] | None:
    """The least that closes a rectangle around a cell: three more places, zeros left out, totals last of all."""
    row, column = cell
    best: tuple[int, set[Cell]] | None = None
    for other_row in range(table.height + 1):
        for other_column in range(table.width + 1):
            if other_row == row or other_column == column:
                continue
            corner = {(row, other_column), (other_row, column), (other_row, other_column)}
            if any(table.value(place) == 0 for place in corner) or corner <= hidden:
                continue
            cost = sum(_cost(table, place) for place in corner - hidden)
            if best is None or cost < best[0]:
                best = (cost, corner)
    return best[1] if best else None


def _cost(table: Table, cell: Cell) -> int:
    """Hiding a large number loses more, hiding a total most."""
    is_total = cell[0] == table.height or cell[1] == table.width
    return table.value(cell) + (10**6 if is_total else 0)
