"""All clues at once, in memory: what placing them one by one arrives at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from complaints.matching.clusters import Link, partition
from complaints.matching.scoring import contradicts, score
from complaints.matching.signals import Signals


def links_of(signals: Mapping[str, Signals]) -> list[Link]:
    """Accepted links of all pairs that share a key, each pair once."""
    holders: dict[str, list[str]] = defaultdict(list)
    for name, one in signals.items():
        for key in one.keys:
            holders[key].append(name)
    found = []
    for name, one in signals.items():
        others = {other for probe in one.probes for other in holders.get(probe, ()) if other > name}
        for other in sorted(others):
            verdict = score(one, signals[other])
            if verdict.is_link:
                found.append(Link(_key(name, one), _key(other, signals[other]), verdict.total))
    return found


def clusters_of(signals: Mapping[str, Signals]) -> list[frozenset[str]]:
    """Clusters of clues by name, without any person's decision."""
    by_key = {_key(name, one): name for name, one in signals.items()}
    parts = partition(
        by_key,
        links_of(signals),
        contradicts=lambda a, b: contradicts(signals[by_key[a]], signals[by_key[b]]),
    )
    return [frozenset(by_key[key] for key in part) for part in parts]


def _key(name: str, one: Signals) -> str:
    return f"{one.digest}:{name}"
