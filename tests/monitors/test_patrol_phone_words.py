"""Patrols from phones: names of pupils, limits, terms, lists that change, dropped places, companions who both began."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.errors import Unlawful
from fieldwork.models import FieldOperation, FieldRecord
from fieldwork.registries import forms
from fieldwork.services import records_sweep, settling
from monitors import services
from monitors.field import sightings
from monitors.field.patrols import SETTLED
from monitors.models import Monitor, Observation, Outing, Stop
from tests.conftest import World
from tests.fieldwork.phones import digest, picture, settle, small_version
from tests.monitors import making
from tests.monitors.test_patrol_phone_faults import later, shared
from tests.monitors.test_patrol_phones import Beat, Team, backdate, team, watch

__all__ = ["team"]
pytestmark = pytest.mark.django_db
NAMED = "看到学生王小明、李小红每天来"


def test_pupils_names_in_a_place_are_warned_about(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    key = phone.arrive(summary=NAMED)
    phone.save(key, team.version)
    noted = phone.arrive(name="示例画室")
    phone.answer(noted, "F4", note=NAMED)
    phone.save(noted, team.version)
    phone.sync()
    told = phone.told("stop")
    assert {state for state, _ in told} == {"HELD"}
    assert all("学生姓名" in reason for _, reason in told)
    phone.save(key, team.version, names_checked=True)
    phone.save(noted, team.version, names_checked=True)
    phone.sync()
    assert Stop.objects.count() == 2


def test_the_page_of_a_place_warns_too(law: World, team: Team, client: Client) -> None:
    outing = services.outing_start(actor=team.user, monitors=[team.first, team.second])
    client.force_login(team.user)
    page = f"/b/{law.bureau.slug}/portal/patrols/{outing.uid}/stop/"
    sent = {
        "seen_name": "示例画室", "place": "高唐街道示例横街7号", "spot_kind": "STREET", "cover": "SCHOOL",
        "licence": "UNSEEN", "activity": "UNKNOWN", "pupils": "3", "teachers": "1", "summary": NAMED,
        **{f"a_{item.code}": "UNSEEN" for item in team.version.items.all()},
    }  # fmt: skip
    answer = client.post(page, sent)
    assert answer.status_code == 422
    assert "names_checked" in answer.content.decode()
    assert Stop.objects.count() == 0
    assert client.post(page, {**sent, "names_checked": "on"}).status_code == 302
    assert Stop.objects.get().summary == NAMED


def test_the_phone_knows_how_long_and_how_many(law: World, team: Team) -> None:
    day = timezone.localdate()
    limits = forms["monitors.outing"].extras(team.user, day)["limits"]
    assert (limits["note"], limits["pupils"], limits["teachers"], limits["summary"]) == (300, 2000, 500, 500)
    limits = forms["monitors.observation"].extras(team.user, day)["limits"]
    assert (limits["entered"], limits["adults"], limits["text"]) == (2000, 200, 500)


def test_an_observation_counts_in_the_term_of_its_day(law: World, team: Team) -> None:
    phone = watch(team)
    phone.write("done", count=phone.sequence)
    today = timezone.localdate()
    newer = making.appointed(law, 4)
    Monitor.objects.filter(pk=team.first.pk).update(
        status="EXPIRED", term=DateRange(today - timedelta(days=300), today + timedelta(days=1))
    )
    Monitor.objects.filter(pk=newer.pk).update(
        user=team.user, term=DateRange(today + timedelta(days=1), today + timedelta(days=300))
    )
    phone.sync()
    assert phone.told("done") == {("APPLIED", "")}
    assert Observation.objects.get().monitor == team.first


def test_either_list_counts_across_the_day_on_which_it_changes(
    law: World, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = small_version(law.head)
    begun = timezone.localdate() - timedelta(days=1)
    monkeypatch.setattr(
        "monitors.field.patrols.selectors.checklist_on",
        lambda bureau, day: team.version if day <= begun else newer,
    )
    phone = team.beat()
    phone.start(team.first, team.second)
    old = phone.arrive()
    phone.save(old, team.version)
    late = phone.arrive(name="示例画室")
    phone.write("stop", late, version=str(newer.uid), rest="NA", count=phone.sequence)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for place, word in enumerate(phone.queue):
        word["made_at"] = (midnight - timedelta(minutes=30) + timedelta(seconds=place)).isoformat()
        if word["item"].startswith(late):
            word["made_at"] = (midnight + timedelta(seconds=place)).isoformat()
    phone.sync()
    assert phone.told("stop") == {("APPLIED", "")}
    assert Stop.objects.get(uid=old).checklist_version == team.version
    assert Stop.objects.get(uid=late).checklist_version == newer
    assert set(Stop.objects.get(uid=late).answers) == {"A1", "A2", "A3"}


def test_dropping_what_another_phone_saved_changes_nothing(law: World, team: Team) -> None:
    mine, other = shared(team)
    key = mine.arrive()
    mine.save(key, team.version)
    mine.sync()
    other.lamport = 50
    other.write("stop", key, removed=True)
    other.sync()
    assert mine.told("stop") == {("APPLIED", "")}
    assert other.told("stop") == {("APPLIED", "")}
    mine.write("stop", key, removed=True)
    mine.sync()
    assert ("HELD", SETTLED) in mine.told("stop")
    assert Stop.objects.filter(uid=key).exists()


def test_a_place_saved_here_and_dropped_there_unseen_is_recorded(law: World, team: Team) -> None:
    mine, other = shared(team)
    key = mine.arrive()
    mine.save(key, team.version)
    other.lamport = 50
    other.write("stop", key, removed=True)
    other.send()
    mine.sync()
    assert Stop.objects.filter(uid=key).exists()


def test_companions_who_both_began_are_told_where_to_go_on(law: World, team: Team) -> None:
    first, second = team.beat(), team.beat(team.companion)
    for phone, people in ((first, (team.first, team.second)), (second, (team.second, team.first))):
        phone.start(*people)
        phone.save(phone.arrive(), team.version)
        backdate(phone)
        phone.sync()
    outing = first.outing()
    assert outing is not None
    ((state, reason),) = second.told("start")
    assert state == "HELD"
    assert f"在 {outing.number} 里接着填" in reason
    assert "同一组人" in reason


def test_the_desk_reads_a_file_only_of_the_phone_that_named_it(
    law: World, team: Team, client: Client
) -> None:
    strange = Beat(user=law.officer, form="inspections.visit")
    data = picture("green")
    strange.files[digest(data)] = data
    strange.send_files()
    phone = team.beat()
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.write("photo", f"{key}/x", sha256=digest(data))
    phone.send()
    record = settle(phone.visit)
    client.force_login(law.head)
    page = f"/b/{law.bureau.slug}/desk/field-records/{record.uid}/files/{digest(data)}/"
    assert client.get(page).status_code == 404
    phone.files[digest(data)] = data
    phone.send_files()
    assert client.get(page).status_code == 200


def test_ending_asks_as_often_for_many_places_as_for_one(law: World, team: Team) -> None:
    counts = []
    for number in (1, 6):
        phone = team.beat()
        phone.start(team.first, team.second)
        for place in range(number):
            phone.save(phone.arrive(name=f"示例{place}"), team.version)
        backdate(phone, hours=9 - number, step=0.1)
        phone.sync()
        phone.end()
        later(phone, -1, 8.5 - number)
        phone.send()
        with CaptureQueriesContext(connection) as asked:
            settle(phone.visit)
        outing = phone.outing()
        assert outing is not None
        assert (outing.status, outing.stops.count()) == ("SUBMITTED", number)
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 1


WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize("spoil", [lambda day: day.translate(WIDE), lambda day: day.replace("-", "-0")])
def test_a_day_written_in_another_way_stops_nothing(
    law: World, team: Team, spoil: Callable[[str], str]
) -> None:
    begun = f"{timezone.localtime() - timedelta(minutes=40):%Y-%m-%dT%H:%M}"
    phone = watch(team, watched_from=spoil(begun))
    phone.write("done", count=phone.sequence)
    phone.sync()
    ((state, reason),) = phone.told("done")
    assert (state, reason) == ("APPLIED", "") or (state == "HELD" and "无法识别" in reason)
    assert not FieldRecord.objects.filter(is_dirty=True).exists()


def test_a_word_that_no_reader_foresaw_is_held_and_the_sweep_goes_on(
    law: World, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "SWEPT_AT_ONCE", 2)
    for _ in range(3):
        phone = watch(team)
        phone.write("done", count=phone.sequence)
        with monkeypatch.context() as broken:
            broken.setattr(sightings, "moment_of", lambda word: int("x"))
            phone.sync()
        ((state, reason),) = phone.told("done")
        assert state == "HELD"
        assert "无法识别" in reason
    assert not FieldRecord.objects.filter(is_dirty=True).exists()
    FieldRecord.objects.update(is_dirty=True)
    assert records_sweep() + records_sweep() == 3
    assert not FieldRecord.objects.filter(is_dirty=True).exists()


def test_nobody_names_themselves_into_anothers_patrol(
    law: World, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**values: Any) -> Any:
        raise Unlawful("还不能开始。")

    mine = team.beat()
    mine.start(team.first, making.appointed(law, 5))
    with monkeypatch.context() as held:
        held.setattr(services, "outing_start", refused)
        mine.sync()
    assert {state for state, _ in mine.told("start")} == {"HELD"}
    other = Beat(user=team.companion, visit=mine.visit, lamport=50)
    other.start(team.second)
    other.sync()
    assert not Outing.objects.filter(members__monitor=team.second).exists()
    kept = FieldOperation.objects.filter(kind="start", received_by=team.companion)
    assert not kept.filter(outcome__state="APPLIED").exists()
