"""Clusters around what changed, without working all others again.

Within a cluster of `partition` links are taken in the same order whether others are there or not: groups never grow out of
the cluster that they end in, so a link out of it is passed over and leaves no trace. Hence

1. some clusters worked by themselves come out as they do in the whole, with the same groups at every link, and
2. when those around a change are worked with it, and a cluster comes out that stood before, its groups were the same at
   every link, and so were those of the clusters that were not worked. A link between the two was passed over before, so it
   is now. Only links of clusters that did not stand before, the changed ones, can join what was not worked yet.

So the clusters at the changed ones' links are worked, too, until all their links end in what was worked. What
was not, and what came out as it stood, is as in the whole. `tests/complaints/test_local.py` compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def regrown(
    changed: Collection[N],
    *,
    stood: Callable[[set[N]], Mapping[N, frozenset[N]]],
    beyond: Callable[[set[N]], set[N]],
    parted: Callable[[set[N]], Collection[frozenset[N]]],
) -> list[frozenset[N]]:
    """The clusters that differ from those that stood before some nodes came, went or got other links.

    `stood` gives the clusters of some nodes before, by each of their nodes, `beyond` the nodes at the other end
    of links of some nodes, old links and new ones (those told before may be left out), `parted` the clusters of some
    nodes as if there were no others.
    """
    before = dict(stood(set(changed)))
    worked = {*changed, *before}
    seen = set(worked)
    dirty = set(worked)
    while True:
        found = [
            part
            for part in parted(worked)
            if not part.isdisjoint(changed) or part != before[next(iter(part))]
        ]
        dirty = dirty.union(*found)
        ahead = beyond(dirty) - seen
        if not ahead:
            return found
        came = stood(ahead)
        before.update(came)
        worked |= came.keys()
        seen |= ahead | came.keys()
