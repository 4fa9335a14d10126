"""All clues at once, in memory: what placing them one by one arrives at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from complaints.matching import thresholds
from complaints.matching.clusters import Link, attach, partition
from complaints.matching.scoring import contradicts, score
from complaints.matching.signals import Signals


def links_of(signals: Mapping[str, Signals]) -> list[Link]:
    """Links, weak ones included, of all pairs that share a key, each pair once."""
    holders: dict[str, list[str]] = defaultdict(list)
    for name, one in signals.items():
        for key in one.keys:
            holders[key].append(name)
    found = []
    for name, one in signals.items():
        others = {other for probe in one.probes for other in holders.get(probe, ()) if other > name}
        for other in sorted(others):
            verdict = score(one, signals[other])
            if verdict.total >= thresholds.WEAK:
                found.append(Link(_key(name, one), _key(other, signals[other]), verdict.total))
    return found


def clusters_of(signals: Mapping[str, Signals]) -> list[frozenset[str]]:
    """Clusters of clues by name, without any person's decision."""
    by_key = {_key(name, one): name for name, one in signals.items()}
    links = links_of(signals)

    def against(one: str, other: str) -> bool:
        return contradicts(signals[by_key[one]], signals[by_key[other]])

    strong = [link for link in links if link.points >= thresholds.LINK]
    parts = partition(by_key, strong, contradicts=against)
    goes = attach(
        parts, links, singles={min(part) for part in parts if len(part) == 1}, contradicts=against,
        margin=thresholds.MARGIN,
    )  # fmt: skip
    grown = {part: set(part) for part in parts}
    for single, part in goes.items():
        grown[part].add(single)
        del grown[frozenset({single})]
    return [frozenset(by_key[key] for key in part) for part in grown.values()]


def _key(name: str, one: Signals) -> str:
    return f"{one.digest}:{name}"
