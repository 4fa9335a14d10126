"""After corrections, refusals, merges, splits and undo, sites stand as if the whole county were worked anew."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from bench.clue_county import Channel, ClueKind, generate
from bench.clue_county import Clue as Told
from bench.clue_rows import clue_of, clues_make, places_make
from casework.errors import Unlawful, WrongState
from complaints import services
from complaints.models import (
    Clue,
    ClueLink,
    ClueSignals,
    ClueStatus,
    LinkDecision,
    SiteChange,
    SiteMembership,
    SuspectedSite,
)
from complaints.services import sites
from complaints.services.sites.whole import regroup
from tests.complaints.test_newcomer import at_once, put, shown, ties, together
from tests.conftest import World

pytestmark = pytest.mark.django_db
STANDING, STEPS = 90, 14
WHY = "实地看过"


def county(world: World, seed: int) -> list[Clue]:
    told = list(generate(seed, 8, STANDING + STEPS))
    random.Random(seed).shuffle(told)
    places_make(world.head, world.bureau, clues_make(world.head, world.bureau, told[:STANDING], first=1))
    return [
        clue_of(world.head, world.bureau, one, STANDING + 1 + number)
        for number, one in enumerate(told[STANDING:])
    ]


def moved_by_the_whole(world: World) -> list[object]:
    """What changes when every clue is worked anew: who is together, who is tied, what sites show."""
    before = together(), ties(), shown()
    rows = SiteMembership.objects.count()
    everyone = set(ClueSignals.objects.values_list("clue", flat=True))
    regroup(actor=world.head, bureau_id=world.bureau.pk, seeds=everyone, at=timezone.now())
    assert before != (together(), ties(), shown()) or rows == SiteMembership.objects.count()
    after = together(), ties(), shown()
    return [item for old, new in zip(before, after, strict=True) for item in old ^ new]


class Desk:
    """People at work on sites, by chance but the same for a seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)

    def clue(self) -> Clue:
        live = Clue.objects.exclude(status=ClueStatus.REJECTED).order_by("number")
        return self.chance.choice(list(live.select_related("bureau__region", "institution")))

    def correct(self) -> None:
        """The place of one clue turns out to be that of another."""
        clue, other = self.clue(), self.clue()
        services.handling.clue_edit(actor=self.world.head, clue=clue, values={"place_text": other.place_text})

    def refuse(self) -> None:
        services.handling.clue_reject(actor=self.world.head, clue=self.clue(), reason=WHY)

    def readmit(self) -> None:
        refused = list(Clue.objects.filter(status=ClueStatus.REJECTED).order_by("number"))
        if refused:
            clue = self.chance.choice(refused)
            Clue.objects.filter(pk=clue.pk).update(
                status=ClueStatus.RECEIVED, rejected_reason="", rejected_at=None
            )
            clue = Clue.objects.select_related("bureau__region", "institution").get(pk=clue.pk)
            sites.clue_placed(actor=self.world.head, clue=clue)

    def link(self) -> ClueLink:
        undecided = ClueLink.objects.filter(decision=LinkDecision.NONE)
        live = undecided.exclude(first__status=ClueStatus.REJECTED).exclude(
            second__status=ClueStatus.REJECTED
        )
        return self.chance.choice(list(live.order_by("first__number", "second__number")))

    def confirm(self) -> None:
        sites.link_confirm(actor=self.world.head, link=self.link(), reason=WHY)

    def reject(self) -> None:
        sites.link_reject(actor=self.world.head, link=self.link(), reason=WHY)

    def merge(self) -> None:
        live = list(SuspectedSite.objects.live().filter(clue_count__gt=0).order_by("first_seen", "pk"))
        one, other = self.chance.sample(live, 2)
        sites.site_merge(actor=self.world.head, site=one, other=other, reason=WHY)

    def split(self) -> None:
        site = self.chance.choice(list(SuspectedSite.objects.live().filter(clue_count__gt=2).order_by("pk")))
        held = Clue.objects.filter(site_memberships__site=site, site_memberships__until__isnull=True)
        clues = list(held.order_by("number"))
        out = self.chance.sample(clues, max(1, len(clues) // 3))
        sites.site_split(actor=self.world.head, site=site, clues=out, reason=WHY)

    def undo(self) -> None:
        change = SiteChange.objects.filter(undone_at__isnull=True).order_by("-pk").first()
        if change is not None:
            sites.site_undo(actor=self.world.head, change=change, reason=WHY)

    def work(self, step: Callable[[], None]) -> bool:
        """Whether the rules allowed the step."""
        try:
            step()
        except (Unlawful, WrongState):
            return False
        return True


def told_of(world: World, number: int, place: str, phone: str = "") -> Clue:
    at = timezone.now() - timedelta(days=10)
    told = Told(
        "", Channel.SNAPSHOT, at, ClueKind.UNLICENSED, "有人补课。", place, phones=(phone,) * bool(phone)
    )
    clue = clue_of(world.head, world.bureau, told, number)
    put(world, clue)
    return Clue.objects.get(pk=clue.pk)


def undecided(world: World) -> tuple[list[Clue], Clue]:
    """Two sites in one estate, the first of which only its first clue places there, and a clue of the estate alone."""
    first = [told_of(world, 1, "锦绣花园3栋2单元501", "13900001111"), told_of(world, 2, "", "13900001111")]
    for number in (3, 4):
        told_of(world, number, "锦绣花园7栋1单元902", "13700002222")
    vague = told_of(world, 5, "锦绣花园")
    assert together() == {frozenset({"测线索1号", "测线索2号"}), frozenset({"测线索3号", "测线索4号"})}
    return first, vague


def test_an_undecided_clue_is_asked_again_when_a_correction_takes_its_link(world: World) -> None:
    (placed, _), _ = undecided(world)
    services.handling.clue_edit(actor=world.head, clue=placed, values={"place_text": "丽景家园5栋"})
    assert frozenset({"测线索3号", "测线索4号", "测线索5号"}) in together()
    assert moved_by_the_whole(world) == []


def test_an_undecided_clue_is_asked_again_when_people_hold_it_apart_from_one(world: World) -> None:
    (placed, _), vague = undecided(world)
    link = ClueLink.objects.get(first=placed, second=vague)
    change = sites.link_reject(actor=world.head, link=link, reason=WHY)
    assert frozenset({"测线索3号", "测线索4号", "测线索5号"}) in together()
    assert change is not None
    sites.site_undo(actor=world.head, change=change, reason=WHY)
    assert together() == {frozenset({"测线索1号", "测线索2号"}), frozenset({"测线索3号", "测线索4号"})}


def test_an_undecided_clue_is_asked_again_when_a_site_falls_apart(world: World) -> None:
    (placed, _), _ = undecided(world)
    services.handling.clue_reject(actor=world.head, clue=placed, reason=WHY)
    assert together() - {frozenset({"测线索2号"})} == {frozenset({"测线索3号", "测线索4号", "测线索5号"})}


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_any_work_on_sites_stands_as_the_whole_county_worked_anew(world: World, seed: int) -> None:
    late, desk = county(world, seed), Desk(world, seed)
    steps = [
        desk.correct, desk.refuse, desk.confirm, desk.reject, desk.merge, desk.split, desk.undo, desk.readmit,
    ]  # fmt: skip
    done = 0
    for clue in late:
        step = desk.chance.choice(steps)
        done += desk.work(step)
        assert moved_by_the_whole(world) == [], step.__name__
        put(world, clue)
        assert moved_by_the_whole(world) == [], f"a newcomer after {step.__name__}"
    assert done > STEPS // 2


@pytest.mark.parametrize("seed", [5, 6])
def test_corrections_and_refusals_arrive_where_all_clues_at_once_do(world: World, seed: int) -> None:
    county(world, seed)
    desk = Desk(world, seed)
    for _ in range(STEPS):
        desk.correct()
    assert together() == at_once(world)
    assert moved_by_the_whole(world) == []


@pytest.mark.parametrize("seed", [7, 8])
def test_undoing_in_turn_gives_back_what_stood(world: World, seed: int) -> None:
    county(world, seed)
    desk = Desk(world, seed)
    stood = together(), ties()
    made = [desk.work(step) for step in (desk.merge, desk.split, desk.confirm, desk.reject, desk.merge)]
    assert any(made)
    assert (together(), ties()) != stood
    while SiteChange.objects.filter(undone_at__isnull=True).exists():
        desk.undo()
    assert moved_by_the_whole(world) == []
    rejected = ClueLink.objects.filter(decision=LinkDecision.APART)
    if not rejected.exists():
        assert (together(), ties()) == stood
