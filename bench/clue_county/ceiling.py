"""How far the words of the clues reach at all: the partition of a reader who sees through every noise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from itertools import combinations

from bench.clue_county.model import Clue, County, Site

SOON = timedelta(days=41)  # a complaint may be sent again so much later


def ceiling(county: County) -> dict[str, str]:
    """Clue id to cluster, joining two clues of a site only if what both say is true of no other site.

    Precision is 1 by construction; the recall of this partition is about the best that can be asked for: wrong
    statements are known to be wrong, and of two operators in one room the one that was there at the time is known.
    A clue whose facts fit several sites stays alone.
    """
    holders = _holders(county)
    sites = {site.site_id: site for site in county.sites}
    found: dict[str, str] = {}
    by_site: dict[str, list[Clue]] = defaultdict(list)
    for clue in county.clues:
        by_site[clue.site_id].append(clue)
    for key, clues in by_site.items():
        parent = {clue.id: clue.id for clue in clues}
        facts = {clue.id: frozenset(clue.facts) for clue in clues}
        for first, second in combinations(clues, 2):
            one, two = _root(parent, first.id), _root(parent, second.id)
            if one == two:
                continue
            shared = _fitting(facts[first.id] & facts[second.id], holders)
            fitting = {
                site for site in shared if all(_is_open(sites[site], clue) for clue in (first, second))
            }
            if fitting == {key}:
                parent[two] = one
        found |= {clue.id: _root(parent, clue.id) for clue in clues}
    return found


def _holders(county: County) -> dict[str, frozenset[str]]:
    """Which sites a fact is true of."""
    holders: dict[str, set[str]] = defaultdict(set)
    for site in county.sites:
        for fact in site.facts():
            holders[fact].add(site.site_id)
    return {fact: frozenset(sites) for fact, sites in holders.items()}


def _fitting(facts: Iterable[str], holders: dict[str, frozenset[str]]) -> frozenset[str]:
    """The sites that all these facts are true of; none when there are no facts."""
    sets = sorted((holders[fact] for fact in facts), key=len)
    return sets[0].intersection(*sets[1:]) if sets else frozenset()


def _is_open(site: Site, clue: Clue) -> bool:
    """Whether the clue may have been sent while the site was open, or soon after."""
    return site.opened_on <= clue.received_at.date() <= site.closed_on + SOON


def _root(parent: dict[str, str], key: str) -> str:
    while parent[key] != key:
        parent[key] = parent[parent[key]]
        key = parent[key]
    return key
