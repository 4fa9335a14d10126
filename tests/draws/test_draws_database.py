"""The database itself keeps what was announced; two people at once draw once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from draws import services
from draws.models import Draw, DrawnOfficer, DrawnPlace
from tests.conftest import World, build_world
from tests.draws import making
from tests.inspections.making import load_law
from tests.inspections.test_inspections_races import together


def refused(work: Callable[[], Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        work()


@pytest.mark.parametrize(
    "change",
    [
        {"pool_text": "{}"},
        {"pool_hash": "0" * 64},
        {"pool_text": "", "pool_hash": ""},
        {"entropy_source": "另一种彩票"},
        {"entropy_kind": "DICE"},
        {"entropy_due_at": F("entropy_due_at") + timedelta(days=1)},
        {"frozen_at": None},
        {"number": "改号"},
    ],
    ids=str,
)
def test_a_frozen_pool_never_changes(law: World, change: dict[str, Any]) -> None:
    making.places(law)
    draw = making.frozen(law)
    refused(lambda: Draw.objects.filter(pk=draw.pk).update(**change))


def test_the_hash_must_be_that_of_the_pool(law: World) -> None:
    draw = making.draft(law)
    values = {
        "status": "FROZEN",
        "number": "示例1号",
        "frozen_at": timezone.now(),
        "frozen_by": law.head,
        "pool_text": "{}",
        "pool_hash": "0" * 64,
    }
    refused(lambda: Draw.objects.filter(pk=draw.pk).update(**values))


def test_no_value_before_it_exists_and_none_after_it_was_confirmed(law: World) -> None:
    making.places(law)
    early = services.draw_freeze(actor=law.head, draw=making.draft(law))
    entered = {"entropy_value": "1", "entropy_entered_by": law.officer, "entropy_entered_at": timezone.now()}
    refused(lambda: Draw.objects.filter(pk=early.pk).update(**entered))
    draw = making.frozen(law)
    services.draw_enter(actor=law.officer, draw=draw, value="1", note="示例")
    alone = {"entropy_confirmed_by": law.officer, "entropy_confirmed_at": timezone.now()}
    refused(lambda: Draw.objects.filter(pk=draw.pk).update(**alone))
    services.draw_confirm(actor=law.legal, draw=draw, value="1")
    refused(lambda: Draw.objects.filter(pk=draw.pk).update(entropy_value="2"))


def test_a_draft_frozen_after_its_value_is_refused(law: World) -> None:
    draw = making.frozen(law) if making.places(law) else None
    assert draw is not None
    copy = making.draft(law)
    values = {
        "status": "FROZEN",
        "number": "示例1号",
        "frozen_at": copy.entropy_due_at,
        "frozen_by": law.head,
        "pool_text": draw.pool_text,
        "pool_hash": draw.pool_hash,
    }
    refused(lambda: Draw.objects.filter(pk=copy.pk).update(**values))


def test_a_result_is_final_and_nothing_is_deleted(law: World) -> None:
    making.places(law)
    draw = making.drawn(law)
    place = draw.places.first()
    refused(lambda: Draw.objects.filter(pk=draw.pk).update(result_text="{}", result_hash="0" * 64))
    refused(lambda: DrawnPlace.objects.filter(pk=place.pk).update(position=99))
    refused(lambda: DrawnPlace.objects.filter(pk=place.pk).delete())
    refused(lambda: DrawnOfficer.objects.filter(draw=draw).delete())
    refused(lambda: DrawnOfficer.objects.filter(draw=draw).update(seat=9))
    refused(lambda: Draw.objects.filter(pk=making.frozen(law).pk).delete())


@pytest.mark.django_db(transaction=True)
def test_two_press_draw_at_once() -> None:
    world = build_world()
    load_law()
    making.places(world)
    draw = making.confirmed(world)
    assert together(
        lambda: services.draw_run(actor=world.head, draw=draw),
        lambda: services.draw_run(actor=world.leader, draw=draw),
    ) == ["WrongState", "done"]
    draw.refresh_from_db()
    assert draw.places.count() == draw.drawn_count
