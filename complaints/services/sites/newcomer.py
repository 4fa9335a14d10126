"""A clue that nobody knew before: only what its links can change is judged again.

`grouping.regroup` works everything anew that hangs together with a clue, however weakly. For a newcomer that is far more than it
can change: clusters are a function of the strongly linked clues around it, so they are worked out once without
and once with it, and only the single clues that speak of a cluster that differs are asked again where they belong.
The result is the same; `tests/complaints/test_newcomer.py` holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from complaints.matching import Link, Signals, attach, by_operator, contradicts, partition, reach, thresholds
from complaints.models import ClueLink, ClueSignals, LinkDecision, SiteMembership, SuspectedSite
from complaints.services.sites.grouping import (
    ACCEPTED,
    OUT_OF_PLAY,
    Node,
    Plan,
    carry_out,
    grown,
    keepers_choose,
)

LIVE = Q(until__isnull=True)
WEAK = Q(decision=LinkDecision.NONE, points__gte=thresholds.WEAK)


class Surroundings:
    """Clues with their clusters; signals are read when compared.

    Around the newcomer clusters are worked out from links. Those elsewhere it cannot change; they stand in the
    memberships, except in rows that were written before ties were noted.
    """

    def __init__(self) -> None:
        self.cluster: dict[int, frozenset[int]] = {}
        self.key: dict[int, str] = {}
        self.by_key: dict[str, int] = {}
        self._digest: dict[str, str] = {}
        self._content: dict[str, dict[str, object]] = {}
        self._signals: dict[str, Signals] = {}
        self._against: dict[tuple[str, str], bool] = {}
        self._seen: set[int] = set()
        self._accepted: dict[tuple[int, int], tuple[int, bool]] = {}

    def load(self, clues: Iterable[int]) -> set[int]:
        """Take in everything strongly connected with `clues` and its clusters; returns what came in."""
        missing = set(clues) - self._seen
        if not missing:
            return set()
        found = reach(missing, self._neighbours)
        self._seen |= found
        came = self._read_rows(found)
        for part in self.parted(came):
            self.cluster.update(dict.fromkeys(part, part))
        return came

    def recall(self, clues: Iterable[int]) -> None:
        """Take in clues that the newcomer is not strongly connected with, and their clusters as they stand."""
        missing = set(clues) - self._seen
        if not missing:
            return
        live = SiteMembership.objects.filter(until__isnull=True)
        sites = live.filter(clue__in=missing).values("site")
        tied: dict[int, set[int]] = {}
        unknown = set()
        rows = live.filter(site__in=sites).values_list("site_id", "clue_id", "is_loose")
        for site, pk, is_loose in rows:
            if is_loose is None:
                unknown.add(site)
            elif not is_loose:
                tied.setdefault(site, set()).add(pk)
        self.load(pk for site, pk, _ in rows if site in unknown)
        parts = [frozenset(pks) for site, pks in tied.items() if site not in unknown]
        wanted = missing.union(*parts) - self._seen
        self._seen |= wanted
        came = self._read_rows(wanted)
        self.cluster.update((pk, frozenset({pk})) for pk in came)
        for part in parts:
            self.cluster.update((pk, part) for pk in part & came)

    def _read_rows(self, clues: set[int]) -> set[int]:
        rows = ClueSignals.objects.filter(clue__in=clues).exclude(clue__status__in=OUT_OF_PLAY)
        came = set()
        for pk, digest, uid, content in rows.values_list("clue_id", "digest", "clue__uid", "content"):
            self.key[pk] = key = f"{digest}:{uid}"
            self.by_key[key], self._digest[key] = pk, digest
            self._content.setdefault(digest, content)
            came.add(pk)
        return came

    def parted(self, clues: set[int]) -> list[frozenset[int]]:
        """Clusters of some clues, as if there were no others."""
        apart = ClueLink.objects.filter(decision=LinkDecision.APART, first__in=clues, second__in=clues)
        strong = [
            Link(self.key[one], self.key[other], points, must=must)
            for (one, other), (points, must) in self._accepted.items()
            if one in clues and other in clues
        ]
        found = partition(
            [self.key[pk] for pk in clues],
            strong,
            apart=self.named(apart.values_list("first_id", "second_id")),
            contradicts=self.contradicts,
        )
        found = by_operator(found, lambda key: self._read(self._digest[key]), strong)
        return [frozenset(self.by_key[name] for name in part) for part in found]

    def named(self, pairs: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
        """Pairs by key, those out of play left out."""
        return [
            (self.key[one], self.key[other]) for one, other in pairs if one in self.key and other in self.key
        ]

    def contradicts(self, one: str, other: str) -> bool:
        """`matching.contradicts`, once for every two contents."""
        a, b = self._digest[one], self._digest[other]
        pair = (a, b) if a < b else (b, a)
        known = self._against.get(pair)
        if known is None:
            known = self._against[pair] = contradicts(self._read(a), self._read(b))
        return known

    def _read(self, digest: str) -> Signals:
        if digest not in self._signals:
            self._signals[digest] = Signals.from_dict(self._content[digest])
        return self._signals[digest]

    def _neighbours(self, frontier: Collection[int]) -> set[int]:
        ends = Q(first__in=frontier) | Q(second__in=frontier)
        rows = ClueLink.objects.filter(ends & ACCEPTED)
        found = set()
        for one, other, points, decision in rows.values_list("first_id", "second_id", "points", "decision"):
            self._accepted[one, other] = points, decision == LinkDecision.TOGETHER
            found |= {one, other}
        return found


def newcomer_place(*, actor: User, clue: int, at: datetime) -> None:
    """Put a clue that had neither links nor a site into its site, and move what its links move.

    The caller holds the bureau's lock and has written the links.
    """
    around = Surroundings()
    changed = _changed(around, clue) | {clue}
    weak = weak_links(changed)
    around.recall(end for one, other, _ in weak for end in (one, other))
    asked = changed | {end for one, other, _ in weak for end in (one, other)}
    singles = {pk for pk in asked if len(around.cluster.get(pk, ())) == 1}
    goes = follow(around, singles)
    plan = plan_of(around, changed | singles, goes, singles)
    carry_out(plan, actor=actor, at=at, is_machine=True)


def _changed(around: Surroundings, clue: int) -> set[int]:
    """Clues whose cluster is another one than without the newcomer."""
    came = around.load([clue])
    before = {part for part in around.parted(came - {clue}) if len(part) > 1}
    after = {around.cluster[pk] for pk in came if len(around.cluster[pk]) > 1}
    return {pk for part in before ^ after for pk in part}


def weak_links(clues: Collection[int]) -> list[tuple[int, int, int]]:
    """Links of the machine at one of `clues`, weak ones included."""
    ends = Q(first__in=clues) | Q(second__in=clues)
    return list(ClueLink.objects.filter(ends & WEAK).values_list("first_id", "second_id", "points"))


def follow(around: Surroundings, singles: set[int]) -> dict[str, frozenset[str]]:
    """Which of the single clues follow which cluster, by key."""
    weak = weak_links(singles)
    around.recall(end for one, other, _ in weak for end in (one, other))
    ends = Q(first__in=singles) | Q(second__in=singles)
    apart = ClueLink.objects.filter(ends, decision=LinkDecision.APART)
    links = [
        Link(around.key[one], around.key[other], points)
        for one, other, points in weak
        if one in around.key and other in around.key
    ]
    near = {around.by_key[end] for link in links for end in (link.first, link.second)}
    return attach(
        [frozenset(around.key[pk] for pk in part) for part in {around.cluster[pk] for pk in near}],
        links,
        singles={around.key[pk] for pk in singles},
        apart=around.named(apart.values_list("first_id", "second_id")),
        contradicts=around.contradicts,
        margin=thresholds.MARGIN,
    )


def plan_of(
    around: Surroundings,
    clues: set[int],
    goes: dict[str, frozenset[str]],
    singles: set[int],
    *,
    stays: Mapping[int, int] | None = None,
    keeper: int | None = None,
    fresh: Collection[int] = (),
) -> Plan:
    """The sites of `clues` and of those that they follow, each with all its clues.

    Sites of `fresh` clues are written even when they keep their clues. For the hints see `keepers_choose`.
    """
    clues = clues | {around.by_key[key] for part in goes.values() for key in part}
    live = SiteMembership.objects.filter(LIVE)
    sites = live.filter(clue__in=clues).values("site")
    site_of = {row.clue_id: row for row in live.filter(site__in=sites)}
    around.recall(site_of)
    parts = {around.cluster[pk] for pk in clues | site_of.keys() if pk in around.cluster}
    in_order = sorted(parts, key=lambda part: min(around.key[pk] for pk in part))
    locked = SuspectedSite.objects.select_for_update().filter(
        pk__in={row.site_id for row in site_of.values()}
    )
    plan = Plan(
        nodes={},
        parts=grown(in_order, around.by_key, goes, singles, site_of),
        sites={site.pk: site for site in locked.order_by("pk")},
        site_of=site_of,
        loose={pk for part in parts if len(part) == 1 for pk in part},
    )
    keepers_choose(plan, stays or {}, keeper)
    plan.still = _still(plan, set(fresh))
    plan.nodes = _nodes(
        {pk for index, part in enumerate(plan.parts) if index not in plan.still for pk in part}
    )
    return plan


def _still(plan: Plan, fresh: set[int]) -> set[int]:
    """Parts that need no writing: their site has these clues already, or a clue alone has no site."""
    held: dict[int, set[int]] = {}
    for pk, row in plan.site_of.items():
        held.setdefault(row.site_id, set()).add(pk)
    return {
        index
        for index, part in enumerate(plan.parts)
        if part.isdisjoint(fresh)
        and (held.get(plan.keepers[index].pk, set()) == part if index in plan.keepers else len(part) == 1)
    }


def _nodes(clues: set[int]) -> dict[int, Node]:
    rows = ClueSignals.objects.filter(clue__in=clues).select_related("clue__region")
    return {row.clue_id: Node.of(row) for row in rows}
