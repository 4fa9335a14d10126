"""Clusters worked around a change are those of the whole."""

from __future__ import annotations

from itertools import combinations
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints.matching import Link, partition
from complaints.matching.local import regrown

Pair = tuple[str, str]


def pairs_among(nodes: list[str]) -> st.SearchStrategy[set[Pair]]:
    return st.sets(st.sampled_from(list(combinations(nodes, 2))), max_size=3 * len(nodes))


class Country:
    """Nodes with links, people's words and contradictions; what lies outside `nodes` is not there yet."""

    def __init__(self, nodes: set[str], links: list[Link], apart: set[Pair], against: set[Pair]) -> None:
        self.nodes, self.links, self.apart, self.against = nodes, links, apart, against

    def parted(self, nodes: set[str]) -> list[frozenset[str]]:
        return partition(
            nodes & self.nodes,
            self.links,
            apart=self.apart,
            contradicts=lambda one, other: (min(one, other), max(one, other)) in self.against,
        )

    def ends(self, nodes: set[str]) -> set[str]:
        pairs = [{link.first, link.second} for link in self.links]
        return {end for pair in pairs if pair & nodes for end in pair if end in self.nodes}


@st.composite
def changes(draw: st.DrawFn) -> tuple[Country, Country, set[str]]:
    """A country before and after some nodes came, went or changed."""
    nodes = [f"{number:02d}" for number in range(draw(st.integers(2, 14)))]
    musts = draw(st.sets(st.sampled_from(list(combinations(nodes, 2))), max_size=2))

    def country(there: set[str], pairs: set[Pair], apart: set[Pair], against: set[Pair]) -> Country:
        links = [Link(*pair, strength[pair]) for pair in sorted(pairs - apart - musts)]
        return Country(there, links + [Link(*pair, must=True) for pair in musts - apart], apart, against)

    pairs, apart, against = (draw(pairs_among(nodes)) for _ in range(3))
    apart = set(sorted(apart)[:2])
    chance = Random(draw(st.integers(0, 2**32)))
    strength = {pair: chance.randint(50, 54) for pair in combinations(nodes, 2)}
    changed = draw(st.sets(st.sampled_from(nodes), min_size=1, max_size=3))
    gone = draw(st.sets(st.sampled_from(sorted(changed))))
    came = draw(st.sets(st.sampled_from(sorted(changed))))
    before = country(set(nodes) - came, pairs, apart, against)
    others = draw(pairs_among(nodes)), set(sorted(draw(pairs_among(nodes)))[:2]), draw(pairs_among(nodes))
    mixed = [
        {pair for pair in old if changed.isdisjoint(pair)}
        | {pair for pair in new if not changed.isdisjoint(pair)}
        for old, new in zip((pairs, apart, against), others, strict=True)
    ]
    return before, country(set(nodes) - gone, *mixed), changed


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(changes())
def test_clusters_around_a_change_are_those_of_the_whole(given: tuple[Country, Country, set[str]]) -> None:
    before, after, changed = given
    stood = {node: part for part in before.parted(before.nodes) for node in part}

    def standing(nodes: set[str]) -> dict[str, frozenset[str]]:
        return {mate: stood[node] for node in nodes & stood.keys() for mate in stood[node]}

    found = regrown(
        changed,
        stood=standing,
        beyond=lambda nodes: before.ends(nodes) | after.ends(nodes),
        parted=after.parted,
    )
    whole = set(after.parted(after.nodes))
    assert set(found) == {part for part in whole if part & changed or part not in stood.values()}
    touched = {node for part in found for node in part}
    assert {stood[node] for node in after.nodes - touched} == whole - set(found)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(changes())
def test_some_clusters_by_themselves_come_out_as_in_the_whole(
    given: tuple[Country, Country, set[str]],
) -> None:
    country, _, _ = given
    whole = country.parted(country.nodes)
    for one, other in zip(whole, [*whole[1:], *whole[:1]], strict=True):
        assert set(country.parted(set(one | other))) == {one, other}
