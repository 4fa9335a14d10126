"""Clusters of clues: connected components over accepted links, a function of the set alone.

Links are taken strongest first. People's must-links come before all others; a link that would bring together
what people hold apart is passed over, and so is one between groups with as many contradicting pairs as links: a
single mistyped door does not tear a site apart, a single vague clue does not join two. Ties are broken by the nodes' keys,
which come from their content, so that neither the order of arrival nor how insertions were split changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from itertools import combinations, product
from typing import TypeVar

from complaints.matching import thresholds

N = TypeVar("N", bound=Hashable)


@dataclass(frozen=True)
class Link:
    """Two nodes with the points that speak for them. `must` is a person's word that they belong together."""

    first: str
    second: str
    points: int = 0
    must: bool = False

    @property
    def order(self) -> tuple[bool, int, str, str]:
        """Must-links first, then by strength, then by key."""
        low, high = sorted((self.first, self.second))
        return (not self.must, 0 if self.must else -self.points, low, high)


def reach(start: Iterable[N], neighbours: Callable[[Collection[N]], Iterable[N]]) -> set[N]:
    """Everything connected with `start`; `neighbours` answers for a whole frontier at once."""
    seen = set(start)
    frontier = set(seen)
    while frontier:
        frontier = set(neighbours(frontier)) - seen
        seen |= frontier
    return seen


def partition(
    nodes: Iterable[str],
    links: Iterable[Link],
    *,
    apart: Iterable[tuple[str, str]] = (),
    contradicts: Callable[[str, str], bool] = lambda one, other: False,
) -> list[frozenset[str]]:
    """The clusters, every node in exactly one, ordered by their smallest node.

    `apart` are pairs that people hold apart; they bind must-links too. `contradicts` binds machine links only, and
    not those to a group in which people brought contradicting doors together: there doors say nothing any more.
    """
    links = list(links)
    groups = _Groups(nodes, apart, contradicts, links)
    ordered = sorted(links, key=lambda item: item.order)
    for link in ordered:
        if link.must:
            groups.join(link)
    groups.note_mixed({end for link in ordered if link.must for end in (link.first, link.second)})
    for link in ordered:
        if not link.must:
            groups.join(link)
    return groups.result()


class _Groups:
    def __init__(
        self,
        nodes: Iterable[str],
        apart: Iterable[tuple[str, str]],
        contradicts: Callable[[str, str], bool],
        links: Iterable[Link],
    ) -> None:
        self.members = {node: {node} for node in nodes}
        self.leader = {node: node for node in self.members}
        self.enemies: dict[str, set[str]] = {node: set() for node in self.members}
        self.contradicts = contradicts
        self.mixed: set[str] = set()
        self.near: dict[str, set[str]] = {node: set() for node in self.members}
        for link in links:
            if link.first in self.near and link.second in self.near:
                self.near[link.first].add(link.second)
                self.near[link.second].add(link.first)
        for one, other in apart:
            if one in self.members and other in self.members:
                self.enemies[one].add(other)
                self.enemies[other].add(one)

    def join(self, link: Link) -> None:
        if link.first not in self.leader or link.second not in self.leader:
            return
        one, other = self.leader[link.first], self.leader[link.second]
        if one == other or not self._may_join(one, other, link.must):
            return
        if len(self.members[one]) < len(self.members[other]):
            one, other = other, one
        for node in self.members[other]:
            self.leader[node] = one
        self.members[one] |= self.members.pop(other)
        self.enemies[one] |= self.enemies.pop(other)
        if other in self.mixed:
            self.mixed.add(one)

    def note_mixed(self, tied: Iterable[str]) -> None:
        """Remember the groups in which people brought contradicting doors together."""
        for leader in {self.leader[node] for node in tied if node in self.leader}:
            members = sorted(self.members[leader])
            if any(self.contradicts(x, y) for x, y in combinations(members, 2)):
                self.mixed.add(leader)

    def _may_join(self, one: str, other: str, must: bool) -> bool:
        if not self.enemies[one].isdisjoint(self.members[other]):
            return False
        if must or one in self.mixed or other in self.mixed:
            return True
        few, many = sorted((self.members[one], self.members[other]), key=len)
        for_it = sum(len(self.near[node] & many) for node in few)
        against = 0
        for x, y in product(few, many):
            against += thresholds.AGAINST * self.contradicts(x, y)
            if against >= for_it:
                return False
        return True

    def result(self) -> list[frozenset[str]]:
        return sorted(map(frozenset, self.members.values()), key=min)
