"""Clues that the bench writes set-wise stand as the service leaves them when it places the same clues one by one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from bench.clue_county import generate
from bench.clue_rows import clue_of, clues_make, places_make
from complaints.models import Clue, ClueLink, ClueSignals, SiteMembership, SuspectedSite
from complaints.services import sites
from tests.conftest import World

pytestmark = pytest.mark.django_db
CLUES = 90


def standing() -> dict[str, Any]:
    """What stands of all clues, by their numbers."""
    of_sites: dict[int, set[str]] = {}
    for site, number in SiteMembership.objects.filter(until__isnull=True).values_list("site", "clue__number"):
        of_sites.setdefault(site, set()).add(number)
    shown = ("label", "address", "longitude", "latitude", "clue_count", "region_path")
    rows = SuspectedSite.objects.filter(pk__in=of_sites).values_list("pk", *shown)
    return {
        "signals": list(
            ClueSignals.objects.order_by("clue__number").values_list(
                "clue__number", "bureau", "scheme", "digest", "keys", "content"
            )
        ),
        "links": sorted(
            (sorted((one, other)), points, decision, lines)
            for one, other, points, decision, lines in ClueLink.objects.values_list(
                "first__number", "second__number", "points", "decision", "lines"
            )
        ),
        "sites": sorted((sorted(of_sites[pk]), *more) for pk, *more in rows),
    }


@pytest.mark.parametrize("seed", [11, 3])
def test_seeded_clues_stand_as_if_they_were_placed_one_by_one(world: World, seed: int) -> None:
    told = list(generate(seed, 14, CLUES))
    with transaction.atomic():
        for number, one in enumerate(told, start=1):
            clue = clue_of(world.head, world.bureau, one, number)
            clue.save()
            clue = Clue.objects.select_related("bureau__region", "institution").get(pk=clue.pk)
            sites.clue_placed(actor=world.head, clue=clue)
        placed = standing()
        transaction.set_rollback(True)
    assert len(placed["links"]) > CLUES
    assert len(placed["sites"]) > 4
    assert not Clue.objects.exists()
    places_make(world.head, world.bureau, clues_make(world.head, world.bureau, told, first=1))
    assert standing() == placed
