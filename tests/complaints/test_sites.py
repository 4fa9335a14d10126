"""Suspected sites on rows: placing, order of arrival, merge, split, undo, decisions, states, scope, concurrency."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from casework.errors import Blocked, DomainError, NotAllowed, Unlawful, WrongState
from casework.management.commands.load_reference import load_policies
from casework.models import AuditEvent
from complaints.matching import SCHEME, Signals
from complaints.models import (
    Channel,
    Clue,
    ClueKind,
    ClueLink,
    ClueSignals,
    SiteChange,
    SiteMembership,
    SiteStatus,
    SuspectedSite,
)
from complaints.services import ClueReport, clue_register, sites
from tests.conftest import World, build_world

pytestmark = pytest.mark.django_db

BASE = ClueReport(channel=Channel.SNAP, kind=ClueKind.UNLICENSED, text="晚上有人补课。")
ROOM = "阳光花园3栋2单元501"


def report(place: str = "", **more: Any) -> ClueReport:
    return replace(BASE, place_text=place, **more)


def put(world: World, place: str = "", **more: Any) -> Clue:
    return clue_register(actor=world.system, bureau=world.bureau, report=report(place, **more)).clue


def homes() -> set[frozenset[str]]:
    """Which clues stand together now, by number."""
    found: dict[int, set[str]] = {}
    for row in SiteMembership.objects.filter(until__isnull=True).select_related("clue"):
        found.setdefault(row.site_id, set()).add(row.clue.text)
    return {frozenset(texts) for texts in found.values()}


def home(clue: Clue) -> SuspectedSite:
    return SiteMembership.objects.select_related("site").get(clue=clue, until__isnull=True).site


def state() -> dict[str, list[Any]]:
    """Everything live: sites, memberships, links with decisions. Versions and time stamps of rows left out."""
    columns = [
        field.attname
        for field in SuspectedSite._meta.concrete_fields
        if field.name not in {"version", "updated_at"}
    ]
    return {
        "sites": list(SuspectedSite.objects.live().order_by("pk").values_list(*columns)),
        "members": list(SiteMembership.objects.filter(until__isnull=True).order_by("pk").values_list()),
        "links": list(ClueLink.objects.order_by("pk").values_list()),
    }


def test_two_clues_of_one_door_become_a_site_with_its_evidence(world: World, reference_data: None) -> None:
    first = put(world, ROOM)
    assert not SuspectedSite.objects.exists()
    second = put(world, "巫山县高唐街道阳光花园小区三号楼二单元5楼1号")
    site = home(first)
    assert home(second) == site
    assert (site.label, site.clue_count, site.status) == ("阳光花园3栋2单元501室", 2, SiteStatus.OPEN)
    link = ClueLink.objects.get()
    assert link.points == sum(points for _, points in link.lines)
    assert "同一户（501 室）" in [sentence for sentence, _ in link.lines]
    assert AuditEvent.objects.filter(verb="complaints.site_found", object_uid=site.uid).count() == 1


def test_another_unit_of_the_building_stays_apart_though_a_vague_clue_speaks_of_both(
    world: World, reference_data: None
) -> None:
    put(world, ROOM, text="甲")
    put(world, "阳光花园3栋1单元801", text="乙")
    put(world, "阳光花园3栋", text="丙", party_contact="13900001234")
    put(world, "阳光花园3栋2单元", text="丁", party_contact="13900001234")
    assert homes() == {frozenset("甲丙丁")}


CASES = (
    {"place": ROOM, "text": "甲"},
    {"place": "阳光花园3号楼二单元", "text": "乙", "party_contact": "13900001234"},
    {"place": "", "text": "丙", "party_contact": "139-0000-1234"},
    {"place": "阳光花园3栋1单元801", "text": "丁"},
    {"place": "阳光花园三栋一单元8楼1号", "text": "戊"},
    {"place": "平湖西路12号", "text": "己"},
    {"place": "滨江公寓8栋", "text": "庚", "subject_name": "青柚子托管"},
    {"place": "滨江公寓", "text": "辛"},
    {"place": "滨江公寓8号楼", "text": "壬", "party_contact": "13900005678"},
    {"place": "", "text": "癸", "subject_name": "青柚子教育"},
)
ORDERS = [list(range(10)), list(range(9, -1, -1))]
ORDERS += [random.Random(seed).sample(range(10), 10) for seed in range(6)]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "".join(map(str, order)))
def test_rows_do_not_depend_on_the_order_of_arrival(
    world: World, reference_data: None, order: list[int]
) -> None:
    for number in order:
        put(world, **CASES[number])  # type: ignore[arg-type]
    assert homes() == {frozenset("甲乙丙"), frozenset("丁戊"), frozenset("庚辛壬癸")}


def test_a_ticket_dated_earlier_may_arrive_later(world: World, reference_data: None) -> None:
    """Hotline sheets bring calls of past days: the clue that moves others is older than their membership."""
    now = timezone.now()
    first = put(world, ROOM)
    second = put(world, "阳光花园3栋", subject_name="示例晨光托管", party_contact="15400000077")
    early = clue_register(
        actor=world.system,
        bureau=world.bureau,
        report=report(ROOM, subject_name="示例晨光托管", party_contact="15400000077"),
        at=now - timedelta(days=4),
    ).clue
    assert home(early) == home(first) == home(second)
    assert not SiteMembership.objects.filter(until__lt=F("since")).exists()


def test_a_new_clue_that_connects_two_sites_is_noted(world: World, reference_data: None) -> None:
    put(world, "锦绣家园2栋1单元", text="甲")
    put(world, "锦绣家园2栋1单元", text="乙")
    put(world, text="丙", party_contact="13900001234")
    put(world, text="丁", party_contact="13900001234")
    assert len(homes()) == 2
    put(world, "锦绣家园2栋1单元", text="戊", party_contact="13900001234")
    assert homes() == {frozenset("甲乙丙丁戊")}
    merged = SuspectedSite.objects.get(status=SiteStatus.MERGED)
    assert merged.merged_into == SuspectedSite.objects.live().get()
    bridge = SiteChange.objects.get()
    assert bridge.kind == "BRIDGE"
    with pytest.raises(WrongState, match="不能撤销"):
        sites.site_undo(actor=world.head, change=bridge, reason="误")


def four(world: World) -> list[Clue]:
    """Two sites of two clues each."""
    return [
        put(world, ROOM, text="甲"),
        put(world, ROOM, text="乙"),
        put(world, "阳光花园3栋1单元801", text="丙"),
        put(world, "阳光花园3栋1单元801", text="丁"),
    ]


def test_merge_holds_against_the_machine_and_undo_restores_the_exact_state(
    world: World, reference_data: None
) -> None:
    clues = four(world)
    before = state()
    target, other = home(clues[0]), home(clues[2])
    change = sites.site_merge(actor=world.head, site=target, other=other, reason="打通的两套房")
    assert homes() == {frozenset("甲乙丙丁")}
    other.refresh_from_db()
    assert (other.status, other.merged_into) == (SiteStatus.MERGED, target)
    with pytest.raises(WrongState, match="已并入"):
        sites.site_merge(actor=world.head, site=target, other=other, reason="再并")
    sites.site_undo(actor=world.head, change=change, reason="看错了")
    assert state() == before
    with pytest.raises(WrongState, match="已经撤销"):
        sites.site_undo(actor=world.head, change=change, reason="再撤")
    assert AuditEvent.objects.filter(verb__in=["complaints.site_merge", "complaints.site_undo"]).count() == 2


def test_split_holds_for_later_clues_and_undo_restores_the_exact_state(
    world: World, reference_data: None
) -> None:
    clues = [put(world, ROOM, text=text) for text in "甲乙丙"]
    site, before = home(clues[0]), state()
    change = sites.site_split(actor=world.head, site=site, clues=[clues[2]], reason="另一家")
    assert homes() == {frozenset("甲乙"), frozenset("丙")}
    assert home(clues[0]) == site
    assert home(clues[2]) != site
    sites.site_undo(actor=world.head, change=change, reason="撤回")
    assert state() == before
    sites.site_split(actor=world.head, site=site, clues=[clues[2]], reason="另一家")
    put(world, ROOM, text="丁")
    assert len(homes()) == 2
    assert home(clues[0]) != home(clues[2])


@pytest.mark.parametrize("chosen", [(), (0, 1, 2)])
def test_a_split_takes_some_and_leaves_some(
    world: World, reference_data: None, chosen: tuple[int, ...]
) -> None:
    clues = [put(world, ROOM, text=text) for text in "甲乙丙"]
    with pytest.raises(Unlawful, match="至少"):
        sites.site_split(actor=world.head, site=home(clues[0]), clues=[clues[i] for i in chosen], reason="x")


def test_the_larger_part_may_be_split_off_and_the_rest_keeps_the_site(
    world: World, reference_data: None
) -> None:
    clues = [put(world, ROOM, text=text) for text in "甲乙丙丁"]
    site = home(clues[0])
    sites.site_split(actor=world.head, site=site, clues=clues[1:], reason="留一条")
    assert home(clues[0]) == site
    assert homes() == {frozenset("甲"), frozenset("乙丙丁")}


def test_decisions_about_a_link_and_their_undo(world: World, reference_data: None) -> None:
    clues = [put(world, ROOM, text=text) for text in "甲乙"]
    before = state()
    change = sites.link_reject(actor=world.head, link=ClueLink.objects.get(), reason="楼上楼下")
    assert change is not None
    assert all(len(texts) == 1 for texts in homes())
    with pytest.raises(DomainError):
        sites.link_reject(actor=world.head, link=ClueLink.objects.get(), reason=" ")
    sites.site_undo(actor=world.head, change=change, reason="撤回")
    assert state() == before
    far = put(world, "阳光花园3栋9楼", text="丙", subject_name="王老师")
    weak = ClueLink.objects.filter(second=far).order_by("pk")
    assert not SiteMembership.objects.filter(clue=far).exists()
    link = weak.first() or ClueLink.objects.create(
        bureau=world.bureau, first=clues[0], second=far, points=0, lines=[]
    )
    before = state()
    change = sites.link_confirm(actor=world.head, link=link, reason="同一个招牌")
    assert homes() == {frozenset("甲乙丙")}
    sites.site_undo(actor=world.head, change=change, reason="撤回")
    assert state() == before


def test_undo_goes_backwards_and_not_past_a_later_decision(world: World, reference_data: None) -> None:
    clues = four(world)
    zero = state()
    first = sites.site_merge(actor=world.head, site=home(clues[0]), other=home(clues[2]), reason="并")
    one = state()
    second = sites.site_split(actor=world.head, site=home(clues[0]), clues=[clues[3]], reason="拆")
    with pytest.raises(WrongState, match="请先撤销后面的操作"):
        sites.site_undo(actor=world.head, change=first, reason="撤")
    sites.site_undo(actor=world.head, change=second, reason="撤")
    assert state() == one
    site = sites.site_watch(
        actor=world.head,
        site=home(clues[0]),
        review_on=timezone.localdate() + timedelta(days=9),
        reason="再看",
    )
    with pytest.raises(WrongState, match="研判状态"):
        sites.site_undo(actor=world.head, change=first, reason="撤")
    sites.site_reopen(actor=world.head, site=site, reason="回到待研判")
    SuspectedSite.objects.filter(pk=site.pk).update(status_note="")
    sites.site_undo(actor=world.head, change=first, reason="撤")
    assert state() == zero


def test_a_clue_that_came_after_a_merge_is_sorted_when_it_is_undone(
    world: World, reference_data: None
) -> None:
    clues = four(world)
    change = sites.site_merge(actor=world.head, site=home(clues[0]), other=home(clues[2]), reason="并")
    put(world, "阳光花园3栋1单元801", text="戊")
    assert homes() == {frozenset("甲乙丙丁戊")}
    sites.site_undo(actor=world.head, change=change, reason="撤")
    assert homes() == {frozenset("甲乙"), frozenset("丙丁戊")}


def test_a_correction_places_a_clue_anew_and_a_refusal_takes_it_out(
    world: World, reference_data: None
) -> None:
    clues = [put(world, ROOM, text=text) for text in "甲乙丙"]
    Clue.objects.filter(pk=clues[2].pk).update(place_text="锦绣家园1栋")
    sites.clue_placed(actor=world.head, clue=Clue.objects.get(pk=clues[2].pk))
    assert homes() == {frozenset("甲乙")}
    Clue.objects.filter(pk=clues[1].pk).update(
        status="REJECTED", rejected_reason="灌水", rejected_at=timezone.now()
    )
    sites.clue_unplaced(actor=world.head, clue=Clue.objects.get(pk=clues[1].pk))
    assert homes() == {frozenset("甲")}


def test_states_of_a_site(world: World, reference_data: None) -> None:
    clue = put(world, ROOM)
    site = sites.site_open(actor=world.head, clue=clue)
    assert sites.site_open(actor=world.head, clue=clue) == site
    with pytest.raises(Unlawful, match="晚于今天"):
        sites.site_watch(actor=world.head, site=site, review_on=date(2020, 1, 1), reason="看")
    with pytest.raises(Unlawful):
        sites.site_dismiss(actor=world.head, site=site, reason=" ")
    site = sites.site_dismiss(actor=world.head, site=site, reason="空置房")
    site = sites.site_reopen(actor=world.head, site=site, reason="又有动静")
    site = sites.site_confirm(actor=world.head, site=site, reason="现场有学生")
    assert (site.status, site.status_note) == (SiteStatus.CONFIRMED, "现场有学生")
    with pytest.raises((WrongState, Blocked)):
        sites.site_dismiss(actor=world.head, site=site, reason="x")


def test_a_dismissed_site_takes_later_clues(world: World, reference_data: None) -> None:
    clues = [put(world, ROOM, text=text) for text in "甲乙"]
    site = sites.site_dismiss(actor=world.head, site=home(clues[0]), reason="没有")
    assert home(put(world, ROOM, text="丙")) == site


@pytest.mark.parametrize("name", ["leader", "legal", "partner", "township", "supervisor", "institution_user"])
def test_only_those_who_sort_sites_change_them(world: World, reference_data: None, name: str) -> None:
    clues = four(world)
    actor: User = getattr(world, name)
    with pytest.raises(NotAllowed):
        sites.site_merge(actor=actor, site=home(clues[0]), other=home(clues[2]), reason="并")
    with pytest.raises(NotAllowed):
        sites.link_reject(actor=actor, link=ClueLink.objects.all()[0], reason="不")
    with pytest.raises(NotAllowed):
        sites.site_open(actor=actor, clue=clues[0])


def test_sites_are_seen_by_their_bureau_only(world: World, reference_data: None) -> None:
    four(world)
    for name in ("head", "leader", "officer"):
        assert SuspectedSite.objects.visible_to(getattr(world, name)).count() == 2
    for name in (
        "neighbour_officer",
        "township",
        "partner",
        "institution_user",
        "neighbour_institution_user",
    ):
        assert not SuspectedSite.objects.visible_to(getattr(world, name)).exists()
        assert (
            not SiteMembership.objects.visible_to(getattr(world, name))
            .filter(site__bureau=world.bureau)
            .exists()
            or name == "township"
        )


def test_clues_of_another_bureau_are_never_compared(world: World, reference_data: None) -> None:
    put(world, ROOM, text="甲")
    clue_register(actor=world.system, bureau=world.neighbour, report=report(ROOM, text="乙"))
    assert not ClueLink.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"label": ""},
        {"status": "MERGED"},
        {"status": "WATCHED"},
        {"status": "CONFIRMED"},
        {"longitude": 200.0, "latitude": 1.0},
        {"longitude": 100.0},
        {"last_seen": timezone.now() - timedelta(days=9)},
    ],
)
def test_the_database_refuses_impossible_sites(
    world: World, reference_data: None, values: dict[str, Any]
) -> None:
    site = home(four(world)[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        SuspectedSite.objects.filter(pk=site.pk).update(**values)


def test_the_database_keeps_a_clue_in_one_site_and_links_in_order(world: World, reference_data: None) -> None:
    clues = four(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteMembership.objects.create(site=home(clues[2]), clue=clues[0], since=timezone.now())
    link = ClueLink.objects.all()[0]
    for values in ({"first": link.second, "second": link.first}, {"decision": "APART"}, {"reason": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ClueLink.objects.filter(pk=link.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClueLink.objects.create(bureau=world.bureau, first=link.first, second=link.second, points=1)


@pytest.mark.django_db(transaction=True)
def test_two_clues_at_once_make_one_site() -> None:
    world = build_world()
    load_policies()
    gate, errors = threading.Barrier(4), []

    def register(number: int) -> None:
        try:
            gate.wait(10)
            clue_register(actor=world.system, bureau=world.bureau, report=report(ROOM, text=f"同时{number}"))
        except (DomainError, DatabaseError) as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors
    assert SuspectedSite.objects.live().count() == 1
    assert SiteMembership.objects.filter(until__isnull=True).count() == 4


def test_clues_of_an_older_scheme_are_placed_anew_a_few_a_night(world: World, reference_data: None) -> None:
    one, two = put(world, ROOM), put(world, ROOM)
    before = homes()
    ClueSignals.objects.update(scheme=SCHEME - 1, content=Signals().to_dict(), keys=[])
    now = timezone.now()
    assert sites.older_place_again(actor=world.system, limit=1, at=now) == 1
    assert set(ClueSignals.objects.filter(scheme=SCHEME).values_list("clue", flat=True)) == {two.pk}
    assert sites.older_place_again(actor=world.system, limit=5, at=now) == 1
    assert sites.older_place_again(actor=world.system, limit=5, at=now) == 0
    assert homes() == before
    assert ClueSignals.objects.get(clue=one).content["received"]
