"""Clues of a generated county as rows, with the signals, links and sites that placing them one by one arrives at.

Written set-wise, each pair of clues scored once. Left out are events and the notes of sites that grew together: no
figure of the bench reads them. `tests/complaints/test_bench_rows.py` holds these rows against those of the service.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from accounts.models import Bureau, User
from bench.clue_county import Clue as Told
from bench.cluster_sites import contact_of, note_of
from bench.rows import insert_select
from complaints.matching import SCHEME, Link
from complaints.matching.whole import key_of, pairs_of, tied_and_loose, wholes_and_parts
from complaints.models import Clue, ClueKind, ClueLink, ClueSignals, ClueStatus, SiteMembership, SuspectedSite
from complaints.redaction import redact
from complaints.services.sites.grouping import Node, summary_of
from complaints.services.sites.placing import link_lines, place_names, signals_of_clue

BATCH = 5000
Nodes = Mapping[str, Node]
LINK_ROWS = "jsonb_to_recordset(%s::jsonb) AS t(first bigint, second bigint, points int, lines jsonb)"


def clue_of(actor: User, bureau: Bureau, told: Told, number: int) -> Clue:
    """A clue of the register, not saved."""
    region = bureau.region
    return Clue(
        bureau=bureau,
        region=region,
        region_path=region.path,
        created_by=actor,
        number=f"测线索{number}号",
        channel="SNAP",
        kind=ClueKind.UNLICENSED,
        status=ClueStatus.RECEIVED,
        text=redact(told.text).text,
        place_text=redact(told.place_text).text[:200],
        subject_name=redact(told.operator or "").text[:100],
        party_contact=contact_of(told)[:100],
        happened_note=note_of(told.pattern),
        happened_at=told.happened_at,
        longitude=told.lng,
        latitude=told.lat,
        accuracy_m=told.accuracy,
        received_at=told.received_at,
    )


def clues_make(actor: User, bureau: Bureau, told: Sequence[Told], first: int) -> list[Clue]:
    """Save clues, numbered from `first`."""
    rows = (clue_of(actor, bureau, one, first + number) for number, one in enumerate(told))
    return Clue.objects.bulk_create(rows, batch_size=BATCH)


def places_make(actor: User, bureau: Bureau, clues: Sequence[Clue]) -> None:
    """Signals, links and sites of clues that were saved."""
    places = place_names(bureau.region)
    nodes = {}
    for clue in clues:
        signals = signals_of_clue(clue, places)
        nodes[str(clue.uid)] = Node(clue, key_of(str(clue.uid), signals), signals)
    _signals_make(bureau, nodes)
    _sites_make(actor, bureau, nodes, _links_make(bureau, nodes))


def _signals_make(bureau: Bureau, nodes: Nodes) -> None:
    rows = (
        ClueSignals(
            clue=node.clue, bureau=bureau, scheme=SCHEME, content=node.signals.to_dict(),
            digest=node.signals.digest, keys=node.signals.keys,
        )
        for node in nodes.values()
    )  # fmt: skip
    ClueSignals.objects.bulk_create(rows, batch_size=BATCH)


def _links_make(bureau: Bureau, nodes: Nodes) -> list[Link]:
    links: list[Link] = []

    def rows() -> Iterator[dict[str, object]]:
        for one, other, verdict in pairs_of({name: node.signals for name, node in nodes.items()}):
            a, b = nodes[one], nodes[other]
            links.append(Link(a.key, b.key, verdict.total))
            first, second = sorted((a.clue.pk, b.clue.pk))
            yield {
                "first": first, "second": second, "points": verdict.total, "lines": link_lines(verdict),
            }  # fmt: skip

    for batch in _batches(rows()):
        insert_select(
            ClueLink, LINK_ROWS, given=[json.dumps(batch, ensure_ascii=False)], bureau=str(bureau.pk),
            first="t.first", second="t.second", points="t.points", lines="t.lines",
        )  # fmt: skip
    return links


def _batches(rows: Iterable[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _sites_make(actor: User, bureau: Bureau, nodes: Nodes, links: list[Link]) -> None:
    signals = {name: node.signals for name, node in nodes.items()}
    loose: set[str] = set()
    groups = []
    wholes, parts = wholes_and_parts(signals, links)
    for tied, more in tied_and_loose(signals, links, parts):
        if len(tied) > 1:
            loose |= more
            groups.append(sorted((nodes[name] for name in tied | more), key=lambda node: node.key))
    sites = [SuspectedSite(bureau=bureau, created_by=actor, **summary_of(group)) for group in groups]
    SuspectedSite.objects.bulk_create(sites, batch_size=BATCH)
    members = (
        SiteMembership(
            site=site, clue=node.clue, since=node.clue.received_at, is_loose=str(node.clue.uid) in loose
        )
        for site, group in zip(sites, groups, strict=True)
        for node in group
    )
    SiteMembership.objects.bulk_create(members, batch_size=BATCH)
    for whole in set(wholes) - set(parts):
        clues = [nodes[name].clue.pk for name in whole]
        ClueSignals.objects.filter(clue__in=clues).update(cut_from=min(clues))
