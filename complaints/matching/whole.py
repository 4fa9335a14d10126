"""All clues at once, in memory: what placing them one by one arrives at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from complaints.matching import thresholds
from complaints.matching.clusters import Link, attach, partition
from complaints.matching.scoring import Verdict, contradicts, score
from complaints.matching.signals import Signals
from complaints.matching.turns import by_operator


def pairs_of(signals: Mapping[str, Signals]) -> Iterator[tuple[str, str, Verdict]]:
    """All pairs that share a key and reach a weak link, each once, with what speaks for and against them."""
    holders: dict[str, list[str]] = defaultdict(list)
    for name, one in signals.items():
        for key in one.keys:
            holders[key].append(name)
    for name, one in signals.items():
        others = {other for probe in one.probes for other in holders.get(probe, ()) if other > name}
        for other in sorted(others):
            verdict = score(one, signals[other])
            if verdict.total >= thresholds.WEAK:
                yield name, other, verdict


def links_of(signals: Mapping[str, Signals]) -> list[Link]:
    """Links, weak ones included, between the content keys of the pairs."""
    keys = {name: key_of(name, one) for name, one in signals.items()}
    return [Link(keys[one], keys[other], verdict.total) for one, other, verdict in pairs_of(signals)]


def clusters_of(signals: Mapping[str, Signals], links: list[Link] | None = None) -> list[frozenset[str]]:
    """Clusters of clues by name, without any person's decision; `links` when they were made before."""
    return [
        tied | loose for tied, loose in tied_and_loose(signals, links_of(signals) if links is None else links)
    ]


def tied_and_loose(
    signals: Mapping[str, Signals], links: list[Link]
) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Of each cluster those that strong links make, and those that only follow them."""
    by_key = {key_of(name, one): name for name, one in signals.items()}

    def against(one: str, other: str) -> bool:
        return contradicts(signals[by_key[one]], signals[by_key[other]])

    strong = [link for link in links if link.points >= thresholds.LINK]
    parts = by_operator(
        partition(by_key, strong, contradicts=against), lambda key: signals[by_key[key]], strong
    )
    goes = attach(
        parts, links, singles={min(part) for part in parts if len(part) == 1}, contradicts=against,
        margin=thresholds.MARGIN,
    )  # fmt: skip
    follow: dict[frozenset[str], set[str]] = {part: set() for part in parts}
    for single, part in goes.items():
        follow[part].add(by_key[single])
        del follow[frozenset({single})]
    return [(frozenset(by_key[key] for key in part), frozenset(more)) for part, more in follow.items()]


def key_of(name: str, one: Signals) -> str:
    """By what a clue is ordered among others: its content first, its name only among equals."""
    return f"{one.digest}:{name}"
