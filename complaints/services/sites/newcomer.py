"""A clue that nobody knew before: only what its links can change is judged again.

`whole.regroup` works everything anew that hangs together with a clue, however weakly. For a newcomer that is far more than it
can change: only the clusters around it are worked, as far as `matching.local` shows that they can change, and only the
single clues that speak of a cluster that differs are asked again where they belong.
The result is the same; `tests/complaints/test_newcomer.py` holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from complaints.matching import attach, thresholds
from complaints.models import ClueLink, ClueSignals, LinkDecision, SiteMembership, SuspectedSite
from complaints.services.sites.grouping import Node, Plan, carry_out, grown, keepers_choose
from complaints.services.sites.surroundings import LIVE, Surroundings

WEAK = Q(decision=LinkDecision.NONE, points__gte=thresholds.WEAK)


def newcomer_place(*, actor: User, clue: int, at: datetime) -> None:
    """Put a clue that had neither links nor a site into its site, and move what its links move.

    The caller holds the bureau's lock and has written the links.
    """
    around = Surroundings()
    changed = around.grow(clue) | {clue}
    weak = weak_links(changed)
    around.recall(end for one, other, _ in weak for end in (one, other))
    asked = changed | {end for one, other, _ in weak for end in (one, other)}
    singles = {pk for pk in asked if len(around.cluster.get(pk, ())) == 1}
    goes = follow(around, singles)
    plan = plan_of(around, changed | singles, goes, singles)
    carry_out(plan, actor=actor, at=at, is_machine=True)


def weak_links(clues: Collection[int]) -> list[tuple[int, int, int]]:
    """Links of the machine at one of `clues`, weak ones included."""
    ends = Q(first__in=clues) | Q(second__in=clues)
    return list(ClueLink.objects.filter(ends & WEAK).values_list("first_id", "second_id", "points"))


def follow(around: Surroundings, singles: set[int]) -> dict[int, frozenset[int]]:
    """Which of the single clues follow which cluster."""
    weak = weak_links(singles)
    ends = {end for one, other, _ in weak for end in (one, other)}
    around.recall(ends)
    apart = ClueLink.objects.filter(Q(first__in=singles) | Q(second__in=singles), decision=LinkDecision.APART)
    return attach(
        {around.cluster[pk] for pk in ends if pk in around.cluster},
        weak,
        singles=singles,
        apart=apart.values_list("first_id", "second_id"),
        contradicts=around.against,
        margin=thresholds.MARGIN,
        ahead=around.know,
    )


def plan_of(
    around: Surroundings,
    clues: set[int],
    goes: Mapping[int, frozenset[int]],
    singles: set[int],
    *,
    stays: Mapping[int, int] | None = None,
    keeper: int | None = None,
    fresh: Collection[int] = (),
) -> Plan:
    """The sites of `clues` and of those that they follow, each with all its clues.

    Sites of `fresh` clues are written even when they keep their clues. For the hints see `keepers_choose`.
    """
    clues = clues.union(*goes.values())
    live = SiteMembership.objects.filter(LIVE)
    sites = live.filter(clue__in=clues).values("site")
    site_of = {row.clue_id: row for row in live.filter(site__in=sites)}
    around.recall(site_of)
    parts = {around.cluster[pk] for pk in clues | site_of.keys() if pk in around.cluster}
    around.know(set().union(*parts))
    in_order = sorted(parts, key=lambda part: min(around.key[pk] for pk in part))
    locked = SuspectedSite.objects.select_for_update().filter(
        pk__in={row.site_id for row in site_of.values()}
    )
    plan = Plan(
        nodes={},
        parts=grown(in_order, goes, singles, site_of),
        sites={site.pk: site for site in locked.order_by("pk")},
        site_of=site_of,
        loose={pk for part in parts if len(part) == 1 for pk in part},
        cuts=around.cuts,
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
