"""Patrols from phones when people err: two phones on one patrol, ends typed wrong, words that another sent first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import User
from casework.models import AuditEvent
from fieldwork import services as field_services
from fieldwork.bundles import state_of
from fieldwork.models import Channel, FieldDelivery, FieldDevice, FieldOperation, FieldRecord
from fieldwork.registries import forms
from institutions.models import Institution
from monitors import services
from monitors.models import Observation, Outing, Stop
from tests.conftest import World
from tests.fieldwork.phones import picture, settle, states
from tests.inspections.making import make_place
from tests.monitors import making
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


def close(place: Institution) -> None:
    """It has ended."""
    Institution.objects.filter(pk=place.pk).update(
        operating_state="CLOSED", ended_on=timezone.localdate(), end_kind="CEASED"
    )


def test_the_phone_carries_ended_places_and_tells_how_many_there_are(
    law: World, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = make_place(law, name="示例停办培训部")
    close(ended)
    form = forms["monitors.outing"]
    extras = form.extras(team.user, timezone.localdate())
    told = {row["name"]: (row["state"], row["is_ended"]) for row in extras["places"]}
    assert told == {team.place.name: ("正常办学", False), ended.name: ("已注销", True)}
    assert extras["places_known"] == 2
    monkeypatch.setattr("monitors.field.bundle.PLACES_MAX", 1)
    extras = form.extras(team.user, timezone.localdate())
    assert (len(extras["places"]), extras["places_known"]) == (1, 2)


def test_an_observation_may_name_a_place_that_has_ended(law: World, team: Team) -> None:
    close(team.place)
    phone = watch(team, institution=str(team.place.uid))
    phone.write("done", count=phone.sequence)
    phone.sync()
    assert phone.told("done") == {("APPLIED", "")}
    assert Observation.objects.get().institution == team.place


def third(law: World) -> User:
    """A monitor with an account who takes no part."""
    return making.with_account(law, making.appointed(law, 3), "mon3")


def evening(team: Team) -> Beat:
    """A whole patrol with a photo, still on the phone."""
    phone = team.beat()
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.answer(key, "F4")
    phone.photo("photo", key, picture("blue"))
    phone.save(key, team.version)
    phone.end()
    backdate(phone)
    return phone


def carrier(phone: Beat, user: User) -> Beat:
    """Another phone that took the export file of the first."""
    return Beat(user=user, visit=phone.visit, queue=list(phone.queue), files=dict(phone.files))


@pytest.mark.parametrize("is_settled", [True, False])
def test_words_that_a_stranger_brought_count_once_their_author_sends_them(
    law: World, team: Team, is_settled: bool
) -> None:
    mine = evening(team)
    other = carrier(mine, third(law))
    other.send()
    other.send_files()
    if is_settled:
        settle(mine.visit)
        assert {state for state, _ in states(mine.visit).values()} == {"HELD"}
        assert Outing.objects.count() == 0
    mine.send()
    assert not any("没有参加" in reason for _, reason in states(mine.visit).values())
    mine.sync()
    outing = mine.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"
    assert outing.created_by == team.user
    assert outing.stops.get().clue is not None
    assert FieldOperation.objects.count() == len(mine.queue)
    assert {state for state, _ in states(mine.visit).values()} == {"APPLIED"}
    record = FieldRecord.objects.get(subject_uid=mine.visit.uid)
    assert record.held_count == 0
    held = state_of(
        actor=team.user, device=mine.device(), form=forms[mine.form], subject=UUID(str(mine.visit.uid))
    )
    assert held is not None
    assert {one["uid"] for one in held["outcomes"]} == {one["uid"] for one in mine.queue}


def test_a_stranger_is_told_who_may_send(law: World, team: Team) -> None:
    mine = evening(team)
    other = carrier(mine, third(law))
    other.send()
    settle(mine.visit)
    assert all("没有参加这次巡查" in reason for _, reason in states(mine.visit).values())


def test_words_that_found_no_record_are_kept_anew_for_their_author(law: World, team: Team) -> None:
    mine = evening(team)
    mine.send(mine.queue[:1])
    other = carrier(mine, third(law))
    assert {receipt.state for receipt in other.send(mine.queue[1:])} == {"UNKNOWN"}
    mine.sync()
    outing = mine.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"
    held = state_of(
        actor=team.user, device=mine.device(), form=forms[mine.form], subject=UUID(str(mine.visit.uid))
    )
    assert held is not None
    told = {one["uid"]: one["state"] for one in held["outcomes"]}
    assert {told[one["uid"]] for one in mine.queue} == {"APPLIED"}
    before = FieldOperation.objects.count()
    mine.sync()
    carrier(mine, team.companion).sync()
    assert FieldOperation.objects.count() == before
    assert outing.stops.count() == 1


def test_the_desk_takes_in_what_a_stopped_phone_sent(law: World, team: Team) -> None:
    mine = evening(team)
    device = mine.device()
    FieldDevice.objects.filter(pk=device.pk).update(
        revoked_at=timezone.now(), revoked_by=law.head, revoked_reason="遗失"
    )
    device.refresh_from_db()
    field_services.operations_receive(actor=team.user, device=device, operations=mine.queue)
    assert mine.outing() is None
    field_services.operations_receive(
        actor=law.head, device=device, operations=mine.queue, channel=Channel.FILE
    )
    settle(mine.visit)
    assert mine.outing() is not None
    assert mine.told("stop") == {("APPLIED", "")}


def test_a_phone_goes_on_after_a_companion_sent_its_first_words(law: World, team: Team) -> None:
    mine = team.beat()
    mine.start(team.first, team.second)
    key = mine.arrive()
    mine.save(key, team.version)
    backdate(mine)
    carrier(mine, team.companion).sync()
    assert Stop.objects.filter(uid=key).exists()
    mine.end()
    mine.sync()
    outing = mine.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"


def test_a_delivery_is_never_changed(law: World, team: Team) -> None:
    mine = evening(team)
    mine.send()
    carrier(mine, team.companion).send()
    assert FieldDelivery.objects.count() == len(mine.queue)
    with pytest.raises(DatabaseError), transaction.atomic():
        FieldDelivery.objects.update(received_at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        FieldDelivery.objects.all().delete()


def test_an_observation_stays_that_of_its_author_though_another_brought_it(law: World, team: Team) -> None:
    mine = watch(team)
    mine.write("done", people=[str(team.first.uid)], count=mine.sequence)
    stranger = third(law)
    other = Beat(user=stranger, form=mine.form, visit=mine.visit, queue=list(mine.queue))
    other.sync()
    ((state, reason),) = other.told("done")
    assert state == "HELD"
    assert "只能登记您本人参加的人流观察" in reason
    assert Observation.objects.count() == 0
    mine.sync()
    assert mine.told("done") == {("APPLIED", "")}
    row = Observation.objects.get()
    assert (row.monitor, row.created_by) == (team.first, team.user)


def test_the_desk_that_takes_in_a_carriers_file_records_whom_the_words_name(law: World, team: Team) -> None:
    mine = watch(team)
    mine.write("done", people=[str(team.first.uid)], count=mine.sequence)
    other = Beat(user=third(law), form=mine.form, visit=mine.visit)
    field_services.operations_receive(
        actor=law.head, device=other.device(), operations=mine.queue, channel=Channel.FILE
    )
    settle(mine.visit)
    row = Observation.objects.get()
    assert (row.monitor, row.created_by) == (team.first, law.head)


def test_nobody_is_made_an_observer_by_another_monitor(law: World, team: Team) -> None:
    mine = watch(team)
    mine.write("done", people=[str(team.second.uid)], count=mine.sequence)
    mine.sync()
    assert not Observation.objects.filter(monitor=team.second).exists()
