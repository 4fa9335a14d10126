"""Clues: finding the site of a new clue among many, the list of clues at size, and how well sites are found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from statistics import median, quantiles
from time import perf_counter

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Bureau, User
from bench import cluster_quality as quality
from bench import reporters
from bench.clue_county import Clue as Told
from bench.clue_county import generate
from bench.cluster_sites import cluster, contact_of, note_of, signals_for
from bench.rows import settle, without_triggers
from bench.table import Results, Row, say
from complaints.matching import SCHEME, Signals
from complaints.matching.whole import clusters_of, links_of
from complaints.models import (
    Clue,
    ClueKind,
    ClueLink,
    ClueSignals,
    ClueStatus,
    SiteMembership,
    SuspectedSite,
)
from complaints.redaction import redact
from complaints.services import sites

STANDING = 50_000
LISTED = 100_000
NEW = 200
SITES_A_CLUE = 0.15
SEED = 11
AIM_MS = 200.0


def measure(results: Results, *, standing: int = STANDING, listed: int = LISTED, new: int = NEW) -> None:
    """All figures of this part."""
    actor = User.objects.filter(organisation__kind="EDUCATION", role_assignments__role="SECTION_HEAD")[0]
    assert actor.bureau is not None
    reporters.measure(results, actor.bureau)
    told = list(generate(SEED, int((standing + new) * SITES_A_CLUE), standing + new))
    with without_triggers():
        say(f"  {standing:,} clues with their signals")
        _clues_make(actor, actor.bureau, told[:standing], first=1)
        _signals_make(actor, actor.bureau, told[:standing], first=1)
    settle()
    _placing(results, actor, told[standing:], standing)
    with without_triggers():
        _clues_make(actor, actor.bureau, _again(told, listed - standing - new), first=standing + new + 1)
    settle()
    _listing(results, actor, listed)
    _quality(results)


def _again(told: list[Told], count: int) -> list[Told]:
    return [told[number % len(told)] for number in range(max(0, count))]


def _clue(actor: User, bureau: Bureau, told: Told, number: int) -> Clue:
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
        received_at=timezone.now() - timedelta(minutes=number),
    )


def _clues_make(actor: User, bureau: Bureau, told: list[Told], first: int) -> None:
    def rows() -> Iterator[Clue]:
        return (_clue(actor, bureau, one, first + number) for number, one in enumerate(told))

    Clue.objects.bulk_create(rows(), batch_size=2000)


def _signals_make(actor: User, bureau: Bureau, told: list[Told], first: int) -> None:
    """Signals, links and sites of standing clues, as placing them one by one leaves them (reasons left out)."""
    by_number = dict(Clue.objects.filter(bureau=bureau).values_list("number", "pk"))
    signals = {str(by_number[f"测线索{first + n}号"]): signals_for(one) for n, one in enumerate(told)}
    ClueSignals.objects.bulk_create(
        (
            ClueSignals(
                clue_id=int(pk),
                bureau=bureau,
                scheme=SCHEME,
                content=one.to_dict(),
                digest=one.digest,
                keys=one.keys,
            )
            for pk, one in signals.items()
        ),
        batch_size=2000,
    )
    ClueLink.objects.bulk_create(_links(bureau, signals), batch_size=2000)
    _sites_make(actor, bureau, signals)


def _links(bureau: Bureau, signals: dict[str, Signals]) -> Iterator[ClueLink]:
    for link in links_of(signals):
        ends = sorted(int(key.partition(":")[2]) for key in (link.first, link.second))
        yield ClueLink(bureau=bureau, first_id=ends[0], second_id=ends[1], points=link.points, lines=[])


def _sites_make(actor: User, bureau: Bureau, signals: dict[str, Signals]) -> None:
    now, region = timezone.now(), bureau.region
    parts = [part for part in clusters_of(signals) if len(part) > 1]
    made = SuspectedSite.objects.bulk_create(
        [
            SuspectedSite(
                bureau=bureau,
                region=region,
                region_path=region.path,
                created_by=actor,
                label=f"疑似点{number}",
                first_seen=now,
                last_seen=now,
                clue_count=len(part),
            )
            for number, part in enumerate(parts)
        ],
        batch_size=2000,
    )
    members = defaultdict(list)
    for site, part in zip(made, parts, strict=True):
        members[site.pk] = [int(pk) for pk in part]
    SiteMembership.objects.bulk_create(
        (SiteMembership(site_id=site, clue_id=pk, since=now) for site, pks in members.items() for pk in pks),
        batch_size=2000,
    )


def _placing(results: Results, actor: User, told: list[Told], standing: int) -> None:
    assert actor.bureau is not None
    times = []
    for number, one in enumerate(told):
        clue = _clue(actor, actor.bureau, one, standing + number + 1)
        clue.save()
        clue = Clue.objects.select_related("bureau__region", "institution").get(pk=clue.pk)
        times.append(_ms(lambda clue=clue: sites.clue_placed(actor=actor, clue=clue)))  # type: ignore[misc]
    results.add(
        Row(
            "clues",
            f"a new clue finds its site among {standing:,}",
            f"p50 {median(times):.0f} ms, p95 {quantiles(times, n=20)[-1]:.0f} ms",
            f"slowest {max(times):.0f} ms",
            aim=f"p95 {AIM_MS:.0f} ms",
            is_met=quantiles(times, n=20)[-1] < AIM_MS,
        )
    )


def _listing(results: Results, actor: User, listed: int) -> None:
    """The list of suspected sites, and that of clues where it stands."""
    client = Client()
    client.force_login(actor, backend="accounts.backends.ActiveUserBackend")
    for label, name in (
        ("list of suspected sites", "complaints:site_list"),
        ("triage list", "complaints:clue_list"),
    ):
        try:
            address = reverse(name)
        except LookupError:
            say(f"  {label}: no such page yet")
            continue
        client.get(address)
        times = [_ms(lambda address=address: client.get(address)) for _ in range(15)]  # type: ignore[misc]
        results.add(Row("clues", f"{label}, {listed:,} clues", f"{median(times):.0f} ms"))


def _quality(results: Results) -> None:
    """Pairwise precision and recall on the development counties; held-out ones are run by hand, once a change."""
    for seed in quality.DEV_SEEDS:
        found, _ = quality.judge(cluster, generate(seed, quality.SITES, quality.CLUES))
        value = f"precision {found.precision:.3f}, recall {found.recall:.3f}"
        aim = f"{quality.PRECISION_AIM} / {quality.RECALL_AIM}"
        results.add(
            Row("clues", f"sites found, development county {seed}", value, aim=aim, is_met=found.is_met)
        )


def _ms(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return (perf_counter() - begun) * 1000
