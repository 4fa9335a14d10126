"""All clues at once, in memory: what placing them one by one arrives at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from complaints.matching import thresholds
from complaints.matching.clusters import Link, partition
from complaints.matching.followers import attach
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
    links = links_of(signals) if links is None else links
    _, parts = wholes_and_parts(signals, links)
    return [tied | loose for tied, loose in tied_and_loose(signals, links, parts)]


def wholes_and_parts(
    signals: Mapping[str, Signals], links: list[Link]
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """The clusters that strong links make, by name, before and after they are cut at changes of operator."""
    by_key = {key_of(name, one): name for name, one in signals.items()}
    strong = [link for link in links if link.points >= thresholds.LINK]
    wholes = partition(
        by_key,
        strong,
        contradicts=lambda one, other: contradicts(signals[by_key[one]], signals[by_key[other]]),
    )
    parts = by_operator(wholes, lambda key: signals[by_key[key]], strong)
    named = ([frozenset(by_key[key] for key in part) for part in found] for found in (wholes, parts))
    return next(named), next(named)


def tied_and_loose(
    signals: Mapping[str, Signals], links: list[Link], parts: list[frozenset[str]]
) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Of each cluster those that strong links make, and those that only follow them."""
    by_key = {key_of(name, one): name for name, one in signals.items()}
    goes = attach(
        parts,
        [(by_key[link.first], by_key[link.second], link.points) for link in links],
        singles={name for part in parts if len(part) == 1 for name in part},
        contradicts=lambda one, other: contradicts(signals[one], signals[other]),
        margin=thresholds.MARGIN,
    )
    follow: dict[frozenset[str], set[str]] = {part: set() for part in parts}
    for single, part in goes.items():
        follow[part].add(single)
        del follow[frozenset({single})]
    return [(part, frozenset(more)) for part, more in follow.items()]


def key_of(name: str, one: Signals) -> str:
    """By what a clue is ordered among others: its content first, its name only among equals."""
    return f"{one.digest}:{name}"
