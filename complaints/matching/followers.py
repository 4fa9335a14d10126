"""Clues that no strong link ties to others: which cluster they follow, as little compared as that takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Hashable, Iterable, Mapping
from itertools import count, islice
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
FEW_TURNS = 2  # then all that is left is told at once: some clues fit nowhere


def attach(
    parts: Collection[frozenset[N]],
    links: Iterable[tuple[N, N, int]],
    *,
    singles: Collection[N],
    apart: Iterable[tuple[N, N]] = (),
    contradicts: Callable[[N, N], bool] = lambda one, other: False,
    margin: int,
    ahead: Callable[[set[N]], None] = lambda nodes: None,
) -> dict[N, frozenset[N]]:
    """Clues that stand alone and speak, weakly, of one cluster more clearly than of any other go to that cluster.

    `links` are weak ones, with their points. Only clusters of two or more are candidates, as the strong links made
    them; what is attached attracts nobody else, so the result is again a function of the set. A cluster is no candidate
    when people hold one of its clues apart from the single one, or when it contradicts as often as it supports.
    `ahead` is told of the clues that are compared next.
    """
    near = _spoken_of(parts, links, singles)
    held = _held(apart)

    def fits(single: N, part: frozenset[N]) -> bool:
        if not part.isdisjoint(held.get(single, ())):
            return False
        support = len(near[single][part])
        against = (1 for node in part if contradicts(single, node))
        return sum(islice(against, support)) < support

    found = {}
    turns = {single: _clearest(candidates, margin) for single, candidates in near.items()}
    asked = {single: next(turn) for single, turn in turns.items()}
    for turn in count():
        if not asked:
            break
        told = near if turn >= FEW_TURNS else {single: [part] for single, part in asked.items()}
        ahead({node for single in asked for part in told[single] for node in part}.union(asked))
        for single, part in list(asked.items()):
            try:
                asked[single] = turns[single].send(fits(single, part))
            except StopIteration as end:
                del asked[single]
                found[single] = end.value
    return {single: part for single, part in found.items() if part}


def _spoken_of(
    parts: Collection[frozenset[N]], links: Iterable[tuple[N, N, int]], singles: Collection[N]
) -> dict[N, dict[frozenset[N], list[int]]]:
    """By single clue and cluster, the points of the links between them."""
    home = {node: part for part in parts if len(part) > 1 for node in part}
    near: dict[N, dict[frozenset[N], list[int]]] = {}
    for first, second, points in links:
        for one, other in ((first, second), (second, first)):
            if one in singles and one not in home and other in home:
                near.setdefault(one, {}).setdefault(home[other], []).append(points)
    return near


def _held(apart: Iterable[tuple[N, N]]) -> dict[N, set[N]]:
    held: dict[N, set[N]] = {}
    for one, other in apart:
        held.setdefault(one, set()).add(other)
        held.setdefault(other, set()).add(one)
    return held


def _clearest(
    candidates: Mapping[frozenset[N], list[int]], margin: int
) -> Generator[frozenset[N], bool, frozenset[N] | None]:
    """The first of the candidates that fits, when the next one that does comes `margin` behind it.

    Asks whether a candidate fits, the strongest first: what comes `margin` behind one that does need not be compared.
    """
    best: tuple[int, frozenset[N]] | None = None
    for part, points in sorted(candidates.items(), key=lambda item: -max(item[1])):
        if best is not None and best[0] - max(points) >= margin:
            break
        if (yield part):
            if best is not None:
                return None
            best = max(points), part
    return best[1] if best else None
