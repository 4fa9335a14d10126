"""Patrols from phones when people err: two phones on one patrol, ends typed wrong, words that another sent first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.models import AuditEvent
from fieldwork import services as field_services
from fieldwork.models import FieldRecord
from monitors import services
from monitors.models import Observation, Stop
from tests.conftest import World
from tests.fieldwork.phones import settle
from tests.monitors.test_patrol_phones import Beat, Team, backdate, team, watch

__all__ = ["team"]
pytestmark = pytest.mark.django_db


def later(phone: Beat, first: int, hours: float) -> None:
    """Words from number `first` on were written `hours` ago, a second between two."""
    begun = timezone.now() - timedelta(hours=hours)
    for place, word in enumerate(phone.queue[first:]):
        word["made_at"] = (begun + timedelta(seconds=place)).isoformat()


def shared(team: Team, hours: float = 3.0) -> tuple[Beat, Beat]:
    """A patrol that A began and sent; B's phone fills in the same one."""
    mine = team.beat()
    mine.start(team.first, team.second)
    backdate(mine, hours=hours)
    mine.sync()
    return mine, Beat(user=team.companion, visit=mine.visit, lamport=5)


def test_a_companions_place_counts_though_the_other_phone_ended_first(law: World, team: Team) -> None:
    mine, other = shared(team)
    key = other.arrive()
    other.answer(key, "F4")
    other.save(key, team.version)
    later(other, 0, 1.5)
    mine.save(mine.arrive(team.place), team.version)
    mine.end()
    later(mine, 1, 1)
    mine.sync()
    outing = mine.outing()
    assert outing is not None
    assert (outing.status, outing.stops.count()) == ("SUBMITTED", 1)
    other.sync()
    assert other.told("stop") == {("APPLIED", "")}
    late = outing.stops.get(uid=key)
    assert late.clue is not None
    assert late.arrived_at < outing.ended_at
    assert AuditEvent.objects.filter(verb="monitors.stops_late", object_uid=outing.uid).count() == 1


def test_a_place_reached_after_the_end_and_one_of_a_void_patrol_are_refused(law: World, team: Team) -> None:
    mine, other = shared(team)
    mine.save(mine.arrive(team.place), team.version)
    mine.end()
    later(mine, 1, 2)
    mine.sync()
    other.save(other.arrive(), team.version)
    later(other, 0, 1)
    other.sync()
    ((state, reason),) = other.told("stop")
    assert state == "HELD"
    assert "晚于这次巡查的结束时间" in reason
    outing = mine.outing()
    assert outing is not None
    services.outing_void(actor=law.head, outing=outing, reason="测试")
    later(other, 0, 2.5)
    settle(mine.visit)
    ((state, reason),) = other.told("stop")
    assert state == "HELD"
    assert "已作废" in reason
    assert Stop.objects.count() == 1


HUGE = int("9" * 400)
BEYOND = ("0001-01-01T00:00", "9999-12-31T23:59")


@pytest.mark.parametrize("skew", [timedelta(), timedelta(hours=3), timedelta(hours=-3)])
def test_numbers_and_days_beyond_everything_are_kept_and_stop_nobody(
    law: World, team: Team, skew: timedelta
) -> None:
    phone = team.beat()
    phone.clock = skew
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.write("position", key, longitude=HUGE, latitude=31, accuracy=HUGE)
    phone.save(key, team.version)
    for typed in BEYOND:
        phone.write("end", text=typed, count=phone.sequence)
        phone.sync()
    stop = Stop.objects.get(uid=key)
    assert (stop.longitude, stop.latitude) == (None, None)
    ((state, reason),) = {told for told in phone.told("end") if told[0] != "SUPERSEDED"}
    assert state == "HELD"
    assert "离现在太远" in reason
    phone.end()
    phone.sync()
    outing = phone.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"


@pytest.mark.parametrize("typed", BEYOND)
def test_an_observation_of_the_year_one_is_held(law: World, team: Team, typed: str) -> None:
    phone = watch(team, watched_from=typed)
    phone.clock = timedelta(hours=3)
    for word in phone.queue:
        word["made_at"] = phone.now.isoformat()
    phone.write("done", count=phone.sequence)
    phone.sync()
    ((state, reason),) = phone.told("done")
    assert (state, Observation.objects.count()) == ("HELD", 0)
    assert "离现在太远" in reason


def test_an_end_that_runs_into_the_next_patrol_is_held(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    phone.save(phone.arrive(), team.version)
    typed = timezone.localtime() - timedelta(hours=3)
    phone.write("end", text=f"{typed:%Y-%m-%dT%H:%M}", count=phone.sequence)
    later(phone, 0, 4)
    later(phone, 1, 2)
    other = services.outing_start(
        actor=team.user,
        monitors=[team.first, team.second],
        started_at=timezone.now() - timedelta(hours=2, minutes=30),
    )
    phone.sync()
    outing = phone.outing()
    assert outing is not None
    assert outing.status == "RUNNING"
    ((state, reason),) = phone.told("end")
    assert state == "HELD"
    assert other.number in reason


def test_a_record_that_cannot_be_settled_holds_up_no_other(
    law: World, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fieldwork.registries import forms

    broken, good = watch(team), team.beat()
    broken.write("done", count=broken.sequence)
    broken.send()
    good.start(team.first, team.second)
    good.send()

    def breaks(uid: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setitem(forms, "monitors.observation", replace(forms["monitors.observation"], load=breaks))
    assert field_services.records_sweep() == 1
    assert good.outing() is not None
    assert FieldRecord.objects.get(subject_uid=broken.visit.uid).is_dirty
