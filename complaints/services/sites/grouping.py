"""Which clues form which sites, as a plan, and the plan carried out on the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Greatest

from accounts.models import User
from casework import audit
from complaints.matching import Signals, thresholds
from complaints.models import (
    ChangeKind,
    Clue,
    ClueSignals,
    ClueStatus,
    LinkDecision,
    SiteChange,
    SiteMembership,
    SiteStatus,
    SuspectedSite,
)

RANK = {SiteStatus.CONFIRMED: 0, SiteStatus.WATCHED: 1, SiteStatus.OPEN: 2, SiteStatus.DISMISSED: 3}
ACCEPTED = Q(decision=LinkDecision.TOGETHER) | Q(decision=LinkDecision.NONE, points__gte=thresholds.LINK)
OUT_OF_PLAY = (ClueStatus.REJECTED, ClueStatus.QUARANTINED)
POSITION_DIGITS = 6


@dataclass
class Node:
    """A clue in play, its key of order and what of it is compared."""

    clue: Clue
    key: str
    signals: Signals

    @classmethod
    def of(cls, row: ClueSignals) -> Node:
        """From the kept signals, with their clue."""
        return cls(row.clue, f"{row.digest}:{row.clue.uid}", Signals.from_dict(row.content))


@dataclass
class Plan:
    """Clusters, and the sites that stand now for their clues.

    `nodes` are wanted for the clues of those parts that are not `still`, which stand as they are already.
    """

    nodes: dict[int, Node]
    parts: list[frozenset[int]]
    sites: dict[int, SuspectedSite]
    site_of: dict[int, SiteMembership]
    keepers: dict[int, SuspectedSite] = field(default_factory=dict)  # by index of the part
    still: set[int] = field(default_factory=set)  # indexes of parts
    loose: set[int] = field(default_factory=set)  # clues that no strong link ties to their part
    cuts: dict[int, int] = field(default_factory=dict)  # by clue, `ClueSignals.cut_from` to be written


def carry_out(
    plan: Plan, *, actor: User, at: datetime, named: Collection[int] = (), is_machine: bool = False
) -> None:
    """Write what differs from the plan, whose keepers are chosen. `is_machine` notes sites that a clue connected."""
    _cuts_note(plan.cuts)
    _found(plan, actor, set(named), at)
    moved = _move(plan, at)
    for site, into in _absorb(plan, actor, at):
        if is_machine:
            bridge_note(into, site, actor, at)
    for index, site in plan.keepers.items():
        if index in plan.still:
            continue
        _refresh(site, [plan.nodes[pk] for pk in plan.parts[index]], moved.get(site.pk, []), actor, at)
    for site in plan.sites.values():
        if site.is_live and site.pk not in {kept.pk for kept in plan.keepers.values()}:
            _emptied(site)


def grown(
    parts: list[frozenset[int]],
    goes: Mapping[int, frozenset[int]],
    affected: set[int],
    site_of: Mapping[int, SiteMembership],
) -> list[frozenset[int]]:
    """Clusters with the single clues that follow them, then those that stay alone."""
    joined: dict[frozenset[int], set[int]] = {part: set() for part in parts if len(part) > 1}
    for pk, cluster in goes.items():
        joined[cluster].add(pk)
    home = _homes(joined, site_of)
    alone = []
    for part in parts:
        if len(part) > 1 or not part.isdisjoint(goes):
            continue
        (pk,) = part
        stays = None if pk in affected or pk not in site_of else home.get(site_of[pk].site_id)
        if stays is None:
            alone.append(part)
        else:
            joined[stays].add(pk)
    return [part | more for part, more in joined.items()] + alone


def _homes(
    parts: Iterable[frozenset[int]], site_of: Mapping[int, SiteMembership]
) -> dict[int, frozenset[int]]:
    """The cluster of each site: that of most of its tied clues, not one that a clue that only followed became."""
    held: Counter[tuple[int, frozenset[int]]] = Counter()
    for part in parts:
        held.update((site_of[pk].site_id, part) for pk in part if pk in site_of and not site_of[pk].is_loose)
    ordered = sorted(held.items(), key=lambda item: (item[1], sorted(item[0][1])))
    return {site: part for (site, part), _ in ordered}


def keepers_choose(plan: Plan, stays: Mapping[int, int], keeper: int | None) -> None:
    """Each site goes where its identity stays or most of its clues are; in a part the firmest site is kept.

    `stays` names, by site, the clue that its identity stays with; `keeper` is the site that outlives others.
    """
    part_of = {pk: index for index, part in enumerate(plan.parts) for pk in part}
    claims: dict[int, list[SuspectedSite]] = {}
    for site in plan.sites.values():
        if not site.is_live:
            continue
        held = Counter(
            part_of[pk] for pk, row in plan.site_of.items() if row.site_id == site.pk and pk in part_of
        )
        hint = part_of.get(stays.get(site.pk, 0))
        if hint is None and held:
            hint = min(held, key=lambda index: (-held[index], index))
        if hint is not None:
            claims.setdefault(hint, []).append(site)
    for index, sites in claims.items():
        plan.keepers[index] = min(
            sites,
            key=lambda site: (site.pk != keeper, RANK[SiteStatus(site.status)], site.first_seen, site.pk),
        )


def _found(plan: Plan, actor: User, named: set[int], at: datetime) -> None:
    """New sites for clusters that have none."""
    for index, part in enumerate(plan.parts):
        if index in plan.keepers or (len(part) < 2 and part.isdisjoint(named)):
            continue
        clues = [plan.nodes[pk].clue for pk in part]
        first = min(clues, key=lambda clue: (clue.received_at, str(clue.uid)))
        site = SuspectedSite(
            bureau_id=first.bureau_id,
            region=first.region,
            region_path=first.region_path,
            created_by=actor,
            first_seen=first.received_at,
            last_seen=first.received_at,
            label="待核实地点",
        )
        site.save(force_insert=True)
        audit.record(actor=actor, verb="complaints.site_found", target=site, at=at)
        plan.keepers[index] = site


def not_before_since(at: datetime) -> Greatest:
    """When a membership ends: `at`, or its beginning when a ticket dated earlier arrives later."""
    return Greatest(F("since"), Value(at, output_field=DateTimeField()))


def _move(plan: Plan, at: datetime) -> dict[int, list[Clue]]:
    """End and begin memberships; returns the clues that came to each site."""
    wanted = {
        pk: plan.keepers[index].pk
        for index, part in enumerate(plan.parts)
        if index in plan.keepers
        for pk in part
    }
    ended = [row.pk for pk, row in plan.site_of.items() if wanted.get(pk) != row.site_id]
    if ended:
        SiteMembership.objects.filter(pk__in=ended).update(until=not_before_since(at))
    came: dict[int, list[Clue]] = {}
    fresh = []
    for pk, site_id in sorted(wanted.items()):
        if pk in plan.site_of and plan.site_of[pk].site_id == site_id:
            continue
        fresh.append(SiteMembership(site_id=site_id, clue_id=pk, since=at, is_loose=pk in plan.loose))
        came.setdefault(site_id, []).append(plan.nodes[pk].clue)
    SiteMembership.objects.bulk_create(fresh)
    _ties_note(plan, wanted)
    return came


def _cuts_note(cuts: Mapping[int, int]) -> None:
    """Which clusters were cut at a change of operator; few are."""
    for mark in sorted(set(cuts.values())):
        clues = [pk for pk, wanted in cuts.items() if wanted == mark]
        ClueSignals.objects.filter(clue__in=clues).update(cut_from=mark)


def _ties_note(plan: Plan, wanted: Mapping[int, int]) -> None:
    """Whether those that stay are tied or follow may have changed."""
    stay = {pk: row for pk, row in plan.site_of.items() if wanted.get(pk) == row.site_id}
    for is_loose in (True, False):
        other = [
            row.pk
            for pk, row in stay.items()
            if (pk in plan.loose) == is_loose and row.is_loose is not is_loose
        ]
        if other:
            SiteMembership.objects.filter(pk__in=other).update(is_loose=is_loose)


def _absorb(plan: Plan, actor: User, at: datetime) -> list[tuple[SuspectedSite, SuspectedSite]]:
    """Sites whose clues went to a firmer one live on in it; returns them with that one."""
    done = []
    kept = {site.pk for site in plan.keepers.values()}
    for index, keeper in plan.keepers.items():
        part = plan.parts[index]
        for site in plan.sites.values():
            if site.pk in kept or not site.is_live:
                continue
            if any(row.site_id == site.pk and pk in part for pk, row in plan.site_of.items()):
                _merged(site, keeper, actor, at)
                done.append((site, keeper))
    return done


def _merged(site: SuspectedSite, keeper: SuspectedSite, actor: User, at: datetime) -> None:
    before = site.status
    site.status, site.merged_into, site.clue_count = SiteStatus.MERGED, keeper, 0
    site.version += 1
    site.save()
    audit.record(
        actor=actor,
        verb="complaints.suspectedsite_absorb",
        target=site,
        changes={"status": [before, site.status], "merged_into": [None, str(keeper.uid)]},
        at=at,
    )


def _emptied(site: SuspectedSite) -> None:
    if site.clue_count:
        site.clue_count = 0
        site.save(update_fields=["clue_count", "updated_at"])


def _refresh(site: SuspectedSite, nodes: list[Node], came: list[Clue], actor: User, at: datetime) -> None:
    """What a site shows follows from its clues; one that shows the same is not written."""
    told = summary_of(sorted(nodes, key=lambda node: node.key))
    known = {node.clue.institution_id for node in nodes} - {None}
    if site.institution_id is None and len(known) == 1:
        told["institution_id"] = known.pop()
    if any(getattr(site, name) != value for name, value in told.items()):
        for name, value in told.items():
            setattr(site, name, value)
        site.save()
    if came:
        numbers = "、".join(sorted(clue.number for clue in came)[:20])
        audit.record(
            actor=actor, verb="complaints.site_clues", target=site,
            changes={"clues": ["", f"{numbers}（{len(came)} 条）"]}, at=at,
        )  # fmt: skip


def summary_of(nodes: list[Node]) -> dict[str, Any]:
    """What a site of these clues, in their order, shows."""
    fullest = max(nodes, key=lambda node: (node.signals.address.depth, len(node.signals.address.text)))
    address = fullest.signals.address.text
    written = next((node.clue.place_text for node in nodes if node.clue.place_text), "")
    named = next((node.clue.subject_name for node in nodes if node.clue.subject_name), "")
    points = [(node.signals.longitude, node.signals.latitude) for node in nodes if node.signals.has_position]
    regions = Counter(node.clue.region_id for node in nodes)
    region = min(regions, key=lambda pk: (-regions[pk], pk))
    home = next(node.clue for node in nodes if node.clue.region_id == region)
    times = [node.clue.received_at for node in nodes]
    return {
        "label": (address or written or named or "待核实地点")[:120],
        "address": address[:200],
        "longitude": _mean([x for x, _ in points]),
        "latitude": _mean([y for _, y in points]),
        "first_seen": min(times),
        "last_seen": max(times),
        "clue_count": len(nodes),
        "region_id": home.region_id,
        "region_path": home.region_path,
    }


def _mean(values: list[float | None]) -> float | None:
    known = sorted(value for value in values if value is not None)
    return round(sum(known) / len(known), POSITION_DIGITS) if known else None


def bridge_note(site: SuspectedSite, merged: SuspectedSite, actor: User, at: datetime) -> None:
    """Note that a new clue connected two sites."""
    SiteChange.objects.create(
        kind=ChangeKind.BRIDGE,
        site=site,
        site_ids=sorted([site.pk, merged.pk]),
        reason="新线索同时与两处关联",
        made_by=actor,
        made_at=at,
    )
