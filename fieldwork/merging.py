"""Merging what several phones say about one subject, item by item.

A pure function of the set of operations: the order in which they arrive, and how often, changes nothing.
An operation is *standing* when its own phone said nothing later at that item and nobody who had it on the
screen replaced it. One standing value is the answer; different standing values are both kept, and a person
decides (the decision is an operation itself that replaces the values it saw).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

W = TypeVar("W", bound=Any)  # uid, device_id, sequence, lamport, kind, item, value, supersedes
Sameness = Callable[[str, Any], object]


@dataclass(frozen=True)
class Register(Generic[W]):
    """One item: the standing operations in order, the last of which is `current`."""

    kind: str
    item: str
    standing: tuple[W, ...]
    replaced: tuple[W, ...]
    is_differing: bool

    @property
    def current(self) -> W:
        """The operation that counts for the time being."""
        return self.standing[-1]


def order(word: Any) -> tuple[int, int, int, str]:
    """Total order of operations: logical clock first, so that a wrong wall clock cannot reorder anything."""
    return (word.lamport, word.device_id, word.sequence, str(word.uid))


def merge(words: Iterable[W], sameness: Sameness) -> dict[tuple[str, str], Register[W]]:
    """Registers by (kind, item). `sameness(kind, value)` gives what must agree between two phones."""
    groups: dict[tuple[str, str], list[W]] = defaultdict(list)
    for word in {word.uid: word for word in words}.values():
        groups[word.kind, word.item].append(word)
    return {key: _register(key, group, sameness) for key, group in sorted(groups.items())}


def _register(key: tuple[str, str], group: list[W], sameness: Sameness) -> Register[W]:
    ordered = sorted(group, key=order)
    last_of: dict[int, tuple[int, str]] = {}
    for word in ordered:
        place = (word.sequence, str(word.uid))
        last_of[word.device_id] = max(last_of.get(word.device_id, place), place)
    by_uid = {word.uid: word for word in ordered}
    replaced = {
        uid
        for word in ordered
        for uid in word.supersedes
        if uid in by_uid and order(by_uid[uid]) < order(word)
    }
    standing = [
        word
        for word in ordered
        if last_of[word.device_id] == (word.sequence, str(word.uid)) and word.uid not in replaced
    ]
    standing = standing or ordered[-1:]
    values = {json.dumps(sameness(key[0], word.value), sort_keys=True, default=str) for word in standing}
    stands = {word.uid for word in standing}
    return Register(
        kind=key[0],
        item=key[1],
        standing=tuple(standing),
        replaced=tuple(word for word in ordered if word.uid not in stands),
        is_differing=len(values) > 1,
    )
