"""A new operator in an old room: one cluster in place, two sites in time.

What is said of a room names neither operator, mostly, so that the clues of both hang together. They come apart at a day
before and after which different operators are named: a function of the set again, as clusters are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import accumulate, combinations

from complaints.matching import thresholds
from complaints.matching.clusters import Link
from complaints.matching.scoring import names_operator, same_operator
from complaints.matching.signals import Signals

LEAST = 4  # clues; fewer show no run in time


def by_operator(
    parts: Iterable[frozenset[str]], signals: Callable[[str], Signals], links: Iterable[Link]
) -> list[frozenset[str]]:
    """The clusters, each cut at the days on which its operator changed, ordered by their smallest node.

    A person's must-link among `links` is never cut.
    """
    musts = [(link.first, link.second) for link in links if link.must]
    found: list[frozenset[str]] = []
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        halves = _halves(part, signals, musts)
        if halves:
            waiting += halves
        else:
            found.append(part)
    return sorted(found, key=min)


def cut_marks(wholes: Iterable[frozenset[int]], parts: Iterable[frozenset[int]]) -> dict[int, int]:
    """By clue, the first one of its cluster where that was cut, else 0: `wholes` are clusters before, `parts` after."""
    kept = set(parts)
    return {pk: 0 if whole in kept else min(whole) for whole in wholes for pk in whole}


def _halves(
    part: frozenset[str], signals: Callable[[str], Signals], musts: list[tuple[str, str]]
) -> list[frozenset[str]]:
    """What came before the clearest change of operator and what came after; empty when there is none."""
    if len(part) < LEAST:
        return []
    days = {name: received.toordinal() for name in part if (received := signals(name).received)}
    if len(days) < len(part):
        return []
    order = sorted(part, key=lambda name: (days[name], name))
    other, same = _across(order, signals)
    tied = _tied(order, musts)
    best: tuple[int, int, int] | None = None
    for cut in range(1, len(order)):
        gap = days[order[cut]] - days[order[cut - 1]]
        weight = other[cut] - thresholds.TURN_SAME * same[cut]
        if gap and weight >= 0 and other[cut] >= thresholds.TURN_LEAST and cut not in tied:
            best = max(best or (weight, gap, -cut), (weight, gap, -cut))
    if best is None:
        return []
    return [frozenset(order[: -best[2]]), frozenset(order[-best[2] :])]


def _across(order: list[str], signals: Callable[[str], Signals]) -> tuple[list[int], list[int]]:
    """For every cut, how many pairs across it name different operators, and how many the same one."""
    other, same = ([0] * (len(order) + 1) for _ in range(2))
    speaking = [(index, one) for index, name in enumerate(order) if names_operator(one := signals(name))]
    for (i, one), (j, two) in combinations(speaking, 2):
        verdict = same_operator(one, two)
        if verdict is not None:
            counts = same if verdict else other
            counts[i + 1] += 1
            counts[j + 1] -= 1
    return list(accumulate(other)), list(accumulate(same))


def _tied(order: list[str], musts: list[tuple[str, str]]) -> set[int]:
    """Cuts that would part what people hold together."""
    place = {name: index for index, name in enumerate(order)}
    found: set[int] = set()
    for one, other in musts:
        if one in place and other in place:
            low, high = sorted((place[one], place[other]))
            found |= set(range(low + 1, high + 1))
    return found
