"""A clue, a link or a decision that changed: only what it could and can change is judged again.

As for a newcomer (`newcomer.py`), clusters are worked out around what changed, compared with those that stood, and the
single clues that speak of a cluster that differs are asked again. Those that spoke of it before are asked, too: a clue
undecided between two sites may follow the other one, once a link of its is gone. The result is that of
`whole.regroup` over the whole county; `tests/complaints/test_site_changes.py` holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from complaints.matching import thresholds
from complaints.models import ClueLink, LinkDecision, SiteMembership
from complaints.services.sites.grouping import carry_out
from complaints.services.sites.newcomer import follow, plan_of, weak_links
from complaints.services.sites.surroundings import Surroundings

UNKNOWN: frozenset[int] = frozenset()  # equals no cluster


@dataclass(frozen=True)
class Before:
    """What stood at some clues before they changed. Taken before links, decisions or memberships are written."""

    clues: frozenset[int]
    linked: frozenset[int]  # over links that make clusters
    spoken_of: frozenset[int]  # over any link of the machine
    clusters: Mapping[int, frozenset[int]]

    @classmethod
    def of(cls, clues: Iterable[int], around: Iterable[int] = ()) -> Before:
        """`around` are clues of which the memberships will be written before `place_again` comes."""
        changing = frozenset(clues)
        ends = Q(first__in=changing) | Q(second__in=changing)
        linked, spoken_of = set(), set()
        rows = ClueLink.objects.filter(ends).exclude(decision=LinkDecision.APART)
        for one, other, points, decision in rows.values_list("first_id", "second_id", "points", "decision"):
            spoken_of |= {one, other}
            if decision == LinkDecision.TOGETHER or points >= thresholds.LINK:
                linked |= {one, other}
        return cls(
            changing, frozenset(linked), frozenset(spoken_of), clusters_standing(changing | set(around))
        )


def clusters_standing(clues: Collection[int]) -> dict[int, frozenset[int]]:
    """The cluster of each clue by the memberships as they stand; `UNKNOWN` where ties were not noted yet."""
    live = SiteMembership.objects.filter(until__isnull=True)
    rows = live.filter(site__in=live.filter(clue__in=clues).values("site"))
    tied: dict[int, set[int]] = {}
    unknown = set()
    for site, pk, is_loose in rows.values_list("site_id", "clue_id", "is_loose"):
        if is_loose is None:
            unknown.add(site)
        if not is_loose:
            tied.setdefault(site, set()).add(pk)
    found = {pk: frozenset({pk}) for pk in clues}
    for site, pks in tied.items():
        found.update(dict.fromkeys(pks, UNKNOWN if site in unknown else frozenset(pks)))
    return found


def place_again(
    *,
    actor: User,
    before: Before,
    at: datetime,
    stays: Mapping[int, int] | None = None,
    keeper: int | None = None,
    named: Collection[int] = (),
    is_machine: bool = False,
) -> None:
    """Bring sites in line with links and decisions after some clues changed. For the hints see
    `grouping.keepers_choose` and `grouping.carry_out`; of `named` clues the cluster becomes a site even when it is alone.

    The caller holds the bureau's lock.
    """
    around = Surroundings()
    changed = _changed(around, before)
    spoken_of = {end for one, other, _ in weak_links(changed) for end in (one, other)} | before.spoken_of
    around.recall(spoken_of)
    singles = {pk for pk in changed | spoken_of if len(around.cluster.get(pk, ())) == 1}
    plan = plan_of(
        around, changed | singles, follow(around, singles), singles,
        stays=stays, keeper=keeper, fresh=changed | set(named),
    )  # fmt: skip
    carry_out(plan, actor=actor, at=at, named=named, is_machine=is_machine)


def _changed(around: Surroundings, before: Before) -> set[int]:
    """The clues that changed, all that were or are with them, and those whose cluster is another one now."""
    mates = {mate for pk in before.clues for mate in before.clusters[pk]}
    came = around.load(before.clues | before.linked | mates)
    stood = {**clusters_standing(came - before.clusters.keys()), **before.clusters}
    changed = {pk for pk in came if stood[pk] != around.cluster[pk]} | before.clues | mates
    return changed.union(*(around.cluster[pk] for pk in before.clues & came))
