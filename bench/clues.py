"""Clues: finding the site of a new clue among many, the list of clues at size, and how well sites are found."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median, quantiles
from time import perf_counter

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from bench import cluster_quality as quality
from bench import reporters
from bench.clue_county import Clue as Told
from bench.clue_county import generate
from bench.clue_rows import clue_of, clues_make, places_make
from bench.cluster_sites import cluster
from bench.rows import settle, without_triggers
from bench.table import Results, Row, say
from complaints.models import Clue
from complaints.services import sites

STANDING = 50_000
LISTED = 100_000
NEW = 200
PLACING_SECONDS = 60.0
PAGES = 40  # visits of each list
QUANTILE_FROM = 20  # fewer have no p95 but their slowest
SITES_A_CLUE = 0.15
SEED = 11
AIM_MS = 200.0


def measure(results: Results, *, standing: int = STANDING, listed: int = LISTED, new: int = NEW) -> None:
    """All figures of this part."""
    actor = User.objects.filter(organisation__kind="EDUCATION", role_assignments__role="SECTION_HEAD")[0]
    assert actor.bureau is not None
    reporters.measure(results, actor.bureau)
    begun = perf_counter()
    told = list(generate(SEED, int((standing + new) * SITES_A_CLUE), standing + new))
    with without_triggers():
        places_make(actor, actor.bureau, clues_make(actor, actor.bureau, told[:standing], first=1))
    settle()
    say(f"  {standing:,} clues with their signals, links and sites: {perf_counter() - begun:.0f} s")
    _placing(results, actor, told[standing:], standing)
    with without_triggers():
        clues_make(actor, actor.bureau, _again(told, listed - standing - new), first=standing + new + 1)
    settle()
    _listing(results, actor, listed)
    _quality(results)


def _again(told: list[Told], count: int) -> list[Told]:
    return [told[number % len(told)] for number in range(max(0, count))]


def _placing(results: Results, actor: User, told: list[Told], standing: int) -> None:
    """As many of the new clues as fit into the time, each placed by the service."""
    assert actor.bureau is not None
    times: list[float] = []
    begun = perf_counter()
    for number, one in enumerate(told):
        clue = clue_of(actor, actor.bureau, one, standing + number + 1)
        clue.save()
        clue = Clue.objects.select_related("bureau__region", "institution").get(pk=clue.pk)
        times.append(_ms(lambda clue=clue: sites.clue_placed(actor=actor, clue=clue)))  # type: ignore[misc]
        if perf_counter() - begun > PLACING_SECONDS:
            break
    p95 = quantiles(times, n=20)[-1] if len(times) >= QUANTILE_FROM else max(times)
    results.add(
        Row(
            "clues",
            f"a new clue finds its site among {standing:,} of one county",
            f"p50 {median(times):.0f} ms, p95 {p95:.0f} ms",
            f"slowest {max(times):.0f} ms of {len(times)}",
            aim=f"p95 {AIM_MS:.0f} ms",
            is_met=p95 < AIM_MS,
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
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        slowest = max(asked.captured_queries, key=lambda query: float(query["time"]))
        say(f"  {label}: {slowest['time']} s of one statement: {slowest['sql'][:1500]}")
        times = [_ms(lambda address=address: client.get(address)) for _ in range(PAGES)]  # type: ignore[misc]
        results.add(
            Row(
                "clues",
                f"{label}, {listed:,} clues",
                f"p50 {median(times):.0f} ms, p95 {quantiles(times, n=20)[-1]:.0f} ms",
                f"{len(asked)} statements",
            )
        )


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
