"""Published tables against somebody who computes: the attack is its own code, by elimination and by trying all values."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import pytest

from schools import disclosure
from schools.disclosure import Cell, Grid, Table, complemented, suppressed

THRESHOLD = 5
TALKS = [[12, 7, 40], [2, 9, 31], [0, 6, 18], [14, 3, 55], [8, 8, 22]]


def equations(table: Table) -> list[dict[Cell, int]]:
    """Every sum that a reader knows to hold, as coefficients."""
    rows = [
        {**{(row, column): 1 for column in range(table.width)}, (row, table.width): -1}
        for row in range(table.height + 1)
    ]
    columns = [
        {**{(row, column): 1 for row in range(table.height)}, (table.height, column): -1}
        for column in range(table.width + 1)
    ]
    return [*rows, *columns]


def computed_back(table: Table, hidden: frozenset[Cell]) -> dict[Cell, int]:
    """Differencing attack: hidden cells whose value follows from what is shown, by Gaussian elimination."""
    places = sorted(hidden)
    matrix = []
    for equation in equations(table):
        known = sum(factor * table.value(cell) for cell, factor in equation.items() if cell not in hidden)
        matrix.append([Fraction(equation.get(cell, 0)) for cell in places] + [Fraction(-known)])
    rank = 0
    for column in range(len(places)):
        pivot = next((row for row in range(rank, len(matrix)) if matrix[row][column]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        scale = matrix[rank][column]
        matrix[rank] = [value / scale for value in matrix[rank]]
        for row in range(len(matrix)):
            if row != rank and matrix[row][column]:
                factor = matrix[row][column]
                matrix[row] = [a - factor * b for a, b in zip(matrix[row], matrix[rank], strict=True)]
        rank += 1
    found = {}
    for row in matrix[:rank]:
        used = [index for index, value in enumerate(row[:-1]) if value]
        if len(used) == 1:
            found[places[used[0]]] = int(row[-1])
    return found


def possible_values(table: Table, hidden: frozenset[Cell], top: int) -> dict[Cell, set[int]]:
    """Every value that each hidden inner cell may have, by trying all of them; totals are recomputed."""
    inner = sorted(cell for cell in hidden if cell[0] < table.height and cell[1] < table.width)
    found: dict[Cell, set[int]] = {cell: set() for cell in inner}
    for values in product(range(1, top + 1), repeat=len(inner)):
        grid = [list(row[: table.width]) for row in table.grid[: table.height]]
        for cell, value in zip(inner, values, strict=True):
            grid[cell[0]][cell[1]] = value
        tried = Table.of(grid)
        if all(tried.value(cell) == table.value(cell) for cell in table.cells() if cell not in hidden):
            for cell, value in zip(inner, values, strict=True):
                found[cell].add(value)
    return found


def small_of(table: Table) -> frozenset[Cell]:
    return frozenset(cell for cell in table.cells() if table.is_small(cell, THRESHOLD))


def test_hiding_small_cells_alone_is_broken_by_subtraction() -> None:
    table = Table.of(TALKS)
    assert computed_back(table, small_of(table)) == {(1, 0): 2, (3, 1): 3}


def test_the_published_table_withstands_the_same_attack() -> None:
    table = Table.of(TALKS)
    hidden = suppressed(table, THRESHOLD)
    assert small_of(table) < hidden
    assert computed_back(table, hidden) == {}
    for cell in small_of(table):
        assert disclosure.room(table, hidden, cell) >= THRESHOLD


def test_the_attack_succeeds_when_complements_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What guards the table is the complement step: without it the test above would fail."""
    monkeypatch.setattr(disclosure, "complemented", lambda table, small, threshold: small)
    table = Table.of(TALKS)
    assert computed_back(table, disclosure.suppressed(table, THRESHOLD))


def test_two_ones_that_add_up_to_two_are_no_secret() -> None:
    """Elimination alone does not see it: hidden numbers are at least one."""
    table = Table.of([[1, 1, 30], [9, 12, 40], [11, 8, 25]])
    naive = frozenset({(0, 0), (0, 1), (1, 0), (1, 1)})
    assert computed_back(table, naive) == {}
    assert possible_values(table, naive, 25)[0, 0] == {1}
    hidden = suppressed(table, THRESHOLD)
    for cell in small_of(table):
        assert disclosure.room(table, hidden, cell) >= THRESHOLD


@pytest.mark.parametrize("hidden", [{(0, 0), (0, 1), (1, 0), (1, 1)}, {(0, 0), (0, 2), (2, 0), (2, 2)}])
def test_the_room_of_a_cell_is_what_trying_all_values_finds(hidden: set[Cell]) -> None:
    table = Table.of([[2, 6, 4], [5, 3, 7], [6, 4, 3]])
    found = possible_values(table, frozenset(hidden), 14)
    for cell in hidden:
        assert disclosure.room(table, frozenset(hidden), cell) == len(found[cell])


def random_grid(seed: int) -> Grid:
    dice = random.Random(seed)
    width = dice.choice((2, 3, 4))
    return [[dice.choice((0, 1, 2, 4, 7, 15, 60)) for _ in range(width)] for _ in range(dice.randint(2, 12))]


@pytest.mark.parametrize("seed", range(60))
def test_no_table_gives_a_small_number_away(seed: int) -> None:
    table = Table.of(random_grid(seed))
    hidden = suppressed(table, THRESHOLD)
    small = small_of(table)
    assert small <= hidden
    assert not set(computed_back(table, hidden)) & small
    is_closed = hidden == frozenset(cell for cell in table.cells() if table.value(cell))
    assert is_closed or all(disclosure.room(table, hidden, cell) >= THRESHOLD for cell in small)
    assert all(table.value(cell) for cell in hidden)


def test_a_table_without_small_numbers_is_shown_whole() -> None:
    assert suppressed(Table.of([[10, 0, 22], [35, 8, 17]]), THRESHOLD) == frozenset()


def test_complements_are_few_and_totals_stay_where_they_can() -> None:
    table = Table.of(TALKS)
    hidden = complemented(table, small_of(table), THRESHOLD)
    assert len(hidden) <= 8
    assert not [cell for cell in hidden if cell[0] == table.height or cell[1] == table.width]
