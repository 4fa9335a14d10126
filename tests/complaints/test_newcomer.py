"""Placing a newcomer by what its links can change arrives where working everything anew arrives."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from bench.clue_county import generate
from bench.clue_rows import clue_of, clues_make, places_make
from complaints.matching.whole import clusters_of
from complaints.models import Clue, ClueLink, SiteMembership, SuspectedSite
from complaints.services import sites
from complaints.services.sites import placing
from complaints.services.sites.placing import place_names, signals_of_clue
from complaints.services.sites.whole import regroup
from tests.conftest import World

pytestmark = pytest.mark.django_db
STANDING, NEW = 110, 25


def together() -> set[frozenset[str]]:
    """Clues of each site, by number."""
    found = defaultdict(set)
    for site, number in SiteMembership.objects.filter(until__isnull=True).values_list("site", "clue__number"):
        found[site].add(number)
    return {frozenset(numbers) for numbers in found.values()}


def ties() -> set[tuple[str, bool | None]]:
    """Who is tied to its site and who only follows."""
    return set(SiteMembership.objects.filter(until__isnull=True).values_list("clue__number", "is_loose"))


def shown() -> set[tuple[object, ...]]:
    """What the live sites show, with who is in them."""
    return set(
        SuspectedSite.objects.live().values_list(
            "label", "address", "longitude", "latitude", "first_seen", "last_seen", "clue_count", "status"
        )
    )


def put(world: World, clue: Clue) -> None:
    clue.save()
    clue = Clue.objects.select_related("bureau__region", "institution").get(pk=clue.pk)
    sites.clue_placed(actor=world.head, clue=clue)


def at_once(world: World) -> set[frozenset[str]]:
    """The sites of all clues, worked out in memory without regard to rows."""
    places = place_names(world.bureau.region)
    signals = {clue.number: signals_of_clue(clue, places) for clue in Clue.objects.all()}
    return {part for part in clusters_of(signals) if len(part) > 1}


@pytest.mark.parametrize("seed", [2, 5, 8])
def test_newcomers_in_any_order_arrive_where_all_clues_at_once_do(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list(generate(seed, 10, STANDING + NEW))  # few sites: what is said of one is said of others
    random.Random(seed).shuffle(told)
    places_make(world.head, world.bureau, clues_make(world.head, world.bureau, told[:STANDING], first=1))
    late = [
        clue_of(world.head, world.bureau, one, STANDING + 1 + number)
        for number, one in enumerate(told[STANDING:])
    ]
    results = []
    for is_fast in (True, False):
        with transaction.atomic():
            if not is_fast:
                monkeypatch.setattr(placing, "_is_newcomer", lambda clue: False)
                late.reverse()
            for clue in late:
                clue.pk, clue._state.adding = None, True
                put(world, clue)
            assert len(together()) > 5
            results.append((together(), shown(), at_once(world)))
            transaction.set_rollback(True)
    (fast, fast_shown, whole), (slow, slow_shown, _) = results
    assert fast == slow == whole
    assert fast_shown == slow_shown


def test_memberships_from_before_ties_were_noted_are_worked_out(world: World) -> None:
    told = list(generate(6, 10, STANDING + NEW))
    random.Random(6).shuffle(told)
    places_make(world.head, world.bureau, clues_make(world.head, world.bureau, told[:STANDING], first=1))
    results = []
    for is_known in (True, False):
        with transaction.atomic():
            if not is_known:
                SiteMembership.objects.update(is_loose=None)
            for number, one in enumerate(told[STANDING:], start=STANDING + 1):
                put(world, clue_of(world.head, world.bureau, one, number))
            results.append(together())
            if is_known:
                noted = ties()
                everyone = set(Clue.objects.values_list("pk", flat=True))
                SiteMembership.objects.update(is_loose=None)
                regroup(actor=world.head, bureau_id=world.bureau.pk, seeds=everyone, at=timezone.now())
                assert ties() == noted
                assert {is_loose for _, is_loose in noted} == {True, False}
            transaction.set_rollback(True)
    assert results[0] == results[1]


def test_working_everything_anew_after_newcomers_writes_nothing(world: World) -> None:
    told = list(generate(4, 8, 70))
    for number, one in enumerate(told, start=1):
        put(world, clue_of(world.head, world.bureau, one, number))
    before = [
        list(model.objects.order_by("pk").values_list())
        for model in (SuspectedSite, SiteMembership, ClueLink)
    ]
    regroup(
        actor=world.head,
        bureau_id=world.bureau.pk,
        seeds=set(Clue.objects.values_list("pk", flat=True)),
        at=timezone.now() + timedelta(days=1),
    )
    after = [
        list(model.objects.order_by("pk").values_list())
        for model in (SuspectedSite, SiteMembership, ClueLink)
    ]
    assert after == before


def test_decisions_of_people_hold_for_newcomers_as_for_the_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list(generate(9, 8, 90))
    for number, one in enumerate(told[:60], start=1):
        put(world, clue_of(world.head, world.bureau, one, number))
    chance = random.Random(9)
    links = list(ClueLink.objects.order_by("first__number", "second__number"))
    for link in chance.sample(links, 8):
        sites.link_reject(actor=world.head, link=link, reason="楼上楼下")
    one, other = SuspectedSite.objects.live().filter(clue_count__gt=1).order_by("pk")[:2]
    sites.site_merge(actor=world.head, site=one, other=other, reason="打通")
    results = []
    for is_fast in (True, False):
        with transaction.atomic():
            if not is_fast:
                monkeypatch.setattr(placing, "_is_newcomer", lambda clue: False)
            for number, told_one in enumerate(told[60:], start=61):
                put(world, clue_of(world.head, world.bureau, told_one, number))
            results.append((together(), shown()))
            transaction.set_rollback(True)
    (fast, fast_shown), (slow, slow_shown) = results
    assert fast == slow
    assert {row[:4] + row[6:] for row in fast_shown} == {row[:4] + row[6:] for row in slow_shown}
