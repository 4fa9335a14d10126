"""Quality checks of a report form, read from data and applied to plain numbers.

Values are integers in the stored unit (money in fen), addressed by (key, column). The first edition of a
campaign has no previous one: missing previous values count as 0, except for a stock, whose check is skipped.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports.data import form_cells, reporting

Values = Mapping[tuple[str, str], int]

OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclass(frozen=True)
class Breach:
    """One failed check with the sentence shown to the person who fills in the form."""

    code: str
    severity: str
    key: str
    message: str
    left: int
    right: int


def _applies(check: dict[str, Any], cell: dict[str, Any]) -> bool:
    if cell["kind"] == "TEXT":
        return False
    each = check["each"]
    if each == "FLOW":
        return bool(cell["counting"] != "STOCK")
    return bool(cell[each.lower()])


def _subjects(check: dict[str, Any], definition: dict[str, Any]) -> Iterator[dict[str, Any] | None]:
    if check["each"] is None:
        yield None
        return
    for cell in form_cells(definition):
        if _applies(check, cell):
            yield cell


def _key(term: dict[str, str], cell: dict[str, Any] | None) -> str:
    name = term["key"]
    if cell is None:
        return name
    if name == "*":
        return str(cell["key"])
    return str(cell[name[1:]]) if name.startswith("@") else name


def _total(
    terms: list[dict[str, str]], cell: dict[str, Any] | None, current: Values, previous: Values | None
) -> int | None:
    total = 0
    for term in terms:
        address = (_key(term, cell), term["column"])
        if term["edition"] == "PREVIOUS":
            if previous is None and cell is None:
                return None
            total += (previous or {}).get(address, 0)
        elif address not in current:
            return None
        else:
            total += current[address]
    return total


def form_breaches(
    definition: dict[str, Any], current: Values, previous: Values | None = None
) -> list[Breach]:
    """Failed checks of one edition against itself and the previous edition, in the order of the data."""
    cells = {cell["key"]: cell for cell in form_cells(definition)}
    found = []
    for check in reporting()["checks"]:
        if check["form"] != definition["code"]:
            continue
        for cell in _subjects(check, definition):
            left = _total(check["left"], cell, current, previous)
            right = _total(check["right"], cell, current, previous)
            if left is None or right is None or OPERATORS[check["operator"]](left, right):
                continue
            key = _key(check["left"][0], cell)
            message = check["message"].replace("{label}", cells[key]["label"])
            found.append(Breach(check["code"], check["severity"], key, message, left, right))
    return found
