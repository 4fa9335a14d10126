"""The sites of everything that hangs together: a function of links and decisions, worked out in the plain way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from complaints.matching import (
    Link,
    attach,
    by_operator,
    contradicts,
    cut_marks,
    partition,
    reach,
    thresholds,
)
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


def connected(seeds: Iterable[int]) -> set[int]:
    """Clues connected with the seeds over accepted links or a common site."""
    return reach(seeds, _neighbours)


def _weak_neighbours(clues: set[int]) -> set[int]:
    """Clues that the given ones speak of without being linked: they may follow a site, or lead elsewhere."""
    ends = Q(first__in=clues) | Q(second__in=clues)
    weak = Q(decision=LinkDecision.NONE, points__gte=thresholds.WEAK)
    pairs = ClueLink.objects.filter(ends & weak).values_list("first_id", "second_id")
    return {pk for pair in pairs for pk in pair}


def _neighbours(frontier: Collection[int]) -> set[int]:
    ends = Q(first__in=frontier) | Q(second__in=frontier)
    pairs = ClueLink.objects.filter(ends & ACCEPTED).values_list("first_id", "second_id")
    found = {pk for pair in pairs for pk in pair}
    live = SiteMembership.objects.filter(until__isnull=True)
    mates = live.filter(site__in=live.filter(clue__in=frontier).values("site"))
    return found | set(mates.values_list("clue_id", flat=True))


def regroup(
    *,
    actor: User,
    bureau_id: int,
    seeds: Collection[int],
    at: datetime,
    named: Collection[int] = (),
) -> set[int]:
    """Bring sites and memberships of everything connected with `seeds` in line with links and decisions.

    The plain way, which no service takes: tests hold `newcomer.py` and `changed.py` against it. `named` are clues whose
    cluster becomes a site even when it is alone. Returns the clues that were looked at; twice, it changes nothing.
    """
    core = connected(seeds)
    loose = _weak_neighbours(core)
    universe = connected(core | loose | _weak_neighbours(loose))
    plan = _plan(universe, core | loose)
    keepers_choose(plan, {}, None)
    carry_out(plan, actor=actor, at=at, named=named)
    return universe


def _plan(universe: set[int], affected: set[int]) -> Plan:
    signals = ClueSignals.objects.filter(clue__in=universe).exclude(clue__status__in=OUT_OF_PLAY)
    rows = list(signals.select_related("clue__region"))
    nodes = {row.clue_id: Node.of(row) for row in rows}
    members = SiteMembership.objects.filter(clue__in=universe, until__isnull=True)
    site_of = {row.clue_id: row for row in members}
    locked = SuspectedSite.objects.select_for_update().filter(
        pk__in={row.site_id for row in site_of.values()}
    )
    sites = {site.pk: site for site in locked.order_by("pk")}
    parts, loose, marks = _parts(nodes, affected, site_of)
    cuts = {row.clue_id: marks[row.clue_id] for row in rows if row.cut_from != marks[row.clue_id]}
    return Plan(nodes, parts, sites, site_of, loose=loose, cuts=cuts)


def _parts(
    nodes: dict[int, Node], affected: set[int], site_of: Mapping[int, SiteMembership]
) -> tuple[list[frozenset[int]], set[int], dict[int, int]]:
    """Clusters over strong links with the single clues that follow one of them, all single clues, and what was cut.

    Only those single clues are judged whose surroundings are loaded whole; others stay where they are.
    """
    by_key = {node.key: pk for pk, node in nodes.items()}
    key = {pk: node.key for pk, node in nodes.items()}
    rows = ClueLink.objects.filter(first__in=nodes, second__in=nodes)
    strong, links, apart = [], [], []
    for first, second, points, decision in rows.values_list("first_id", "second_id", "points", "decision"):
        pair = key[first], key[second]
        link = Link(*pair, points, must=decision == LinkDecision.TOGETHER)
        if decision == LinkDecision.APART:
            apart.append(pair)
        elif link.must or points >= thresholds.LINK:
            strong.append(link)
        if decision == LinkDecision.NONE and points >= thresholds.WEAK:
            links.append((*pair, points))
    known: dict[tuple[str, str], bool] = {}

    def against(one: str, other: str) -> bool:
        a, b = one.partition(":")[0], other.partition(":")[0]
        pair = (a, b) if a < b else (b, a)
        if pair not in known:
            known[pair] = contradicts(nodes[by_key[one]].signals, nodes[by_key[other]].signals)
        return known[pair]

    wholes = partition(by_key, strong, apart=apart, contradicts=against)
    found = by_operator(wholes, lambda name: nodes[by_key[name]].signals, strong)
    singles = {name for part in found if len(part) == 1 for name in part}
    goes = attach(
        found, links, singles={name for name in singles if by_key[name] in affected}, apart=apart,
        contradicts=against, margin=thresholds.MARGIN,
    )  # fmt: skip
    parts = [frozenset(by_key[name] for name in part) for part in found]
    marks = cut_marks([frozenset(by_key[name] for name in part) for part in wholes], parts)
    follows = {by_key[name]: frozenset(by_key[other] for other in part) for name, part in goes.items()}
    return grown(parts, follows, affected, site_of), {by_key[name] for name in singles}, marks
