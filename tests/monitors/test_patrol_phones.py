"""Patrols from phones: one thing said at a time, replays, ended terms, overlaps, hostile words, nothing issued."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone

from accounts.models import User
from casework.models import EvidenceFile, IssuedNumber, OfficialDocument
from casework.models.base import uuid7
from fieldwork import services as field_services
from fieldwork.models import FieldOperation, FieldRecord, NumberPad, PadNumber
from institutions.models import Institution
from monitors import services
from monitors.models import Monitor, Observation, Outing, OutingMember, Stop
from monitors.selectors.patrols import checklist_on
from monitors.selectors.phones import records_refused
from tests.conftest import World
from tests.fieldwork.phones import Phone, picture, settle, states
from tests.inspections.making import make_place
from tests.monitors import making

pytestmark = pytest.mark.django_db
EARLIER = timedelta(hours=2)


@dataclass
class Beat(Phone):
    """A monitor's phone on one patrol that it began by itself."""

    form: str = "monitors.outing"
    visit: Any = field(default_factory=lambda: SimpleNamespace(uid=uuid7()))

    def start(self, *people: Monitor, **value: Any) -> dict[str, Any]:
        """Go out."""
        return self.write("start", people=[str(one.uid) for one in people], names=[], **value)

    def arrive(self, place: Institution | None = None, name: str = "示例托管", **facts: Any) -> str:
        """Stand before a place; its key."""
        key = str(uuid7())
        self.write("arrive", key, institution=str(place.uid) if place else "", name=name)
        given = {"spot_kind": "STREET", "activity": "SUBJECT", "pupils": "11", "teachers": "1", **facts}
        if place is None:
            given = {"seen_name": name, "place": "高唐街道示例横街7号二楼", **given}
        for fact, text in given.items():
            self.write("fact", f"{key}/{fact}", text=text)
        return key

    def answer(self, key: str, code: str, value: str = "NO", note: str = "黑板上是四年级数学题") -> None:
        """One item."""
        self.write("answer", f"{key}/{code}", value=value, note=note)

    def save(self, key: str, version: Any, **value: Any) -> dict[str, Any]:
        """“保存这一家”: items left alone were not seen."""
        return self.write("stop", key, version=str(version.uid), rest="UNSEEN", count=self.sequence, **value)

    def end(self) -> None:
        self.write("end", count=self.sequence)

    def outing(self) -> Outing | None:
        """The patrol as the desk holds it."""
        return Outing.objects.filter(uid=self.visit.uid).first()

    def told(self, kind: str) -> set[tuple[str, str]]:
        """States and reasons of words of one kind."""
        known = states(self.visit)
        return {known[one["uid"]] for one in self.queue if one["kind"] == kind}


@dataclass
class Team:
    """Two monitors in office, both with accounts, a place and the list in force."""

    first: Monitor
    second: Monitor
    user: User
    companion: User
    place: Institution
    version: Any

    def beat(self, user: User | None = None) -> Beat:
        """A phone on a patrol of its own."""
        return Beat(user=user or self.user)


@pytest.fixture
def team(law: World) -> Team:
    making.law_with_list(law)
    first, second = making.appointed(law, 1), making.appointed(law, 2)
    users = [making.with_account(law, one, f"mon{number}") for number, one in enumerate((first, second))]
    version = checklist_on(law.bureau, timezone.localdate())
    return Team(first, second, users[0], users[1], make_place(law), version)


def backdate(phone: Beat, hours: float = 2.0, step: float = 1.0) -> None:
    """Spread the words of a phone over time, beginning `hours` ago, a minute (`step`) between two."""
    begun = timezone.now() - timedelta(hours=hours)
    for place, word in enumerate(phone.queue):
        word["made_at"] = (begun + timedelta(minutes=place * step)).isoformat()


def test_a_patrol_of_two_places_comes_up_from_a_basement(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second, note="夜查")
    one = phone.arrive(team.place, name=team.place.name)
    phone.save(one, team.version)
    two = phone.arrive()
    phone.answer(two, "F4")
    phone.write("position", two, longitude=109.88, latitude=31.07, accuracy=12)
    phone.photo("photo", two, picture("blue"), name="现场.jpg")
    phone.save(two, team.version)
    phone.end()
    backdate(phone)
    phone.send()
    settle(phone.visit)

    outing = phone.outing()
    assert outing is not None
    assert outing.status == "RUNNING", "not submitted before the photo is here"
    assert phone.told("end") == {("WAITING", "1 项还在等待文件或前一步。")}
    stop = outing.stops.get(ordinal=2)
    assert stop.clue is not None, "the clue does not wait for the photo"
    assert stop.clue.channel == "MONITOR"
    assert (stop.seen_name, stop.pupils, stop.longitude) == ("示例托管", 11, 109.88)
    assert stop.answers["F4"] == "NO"
    assert stop.answers["A2"] == "UNSEEN"
    assert set(outing.stops.get(ordinal=1).answers.values()) == {"UNSEEN"}

    phone.send_files()
    settle(phone.visit)
    outing.refresh_from_db()
    assert outing.status == "SUBMITTED"
    assert {state for state, _ in states(phone.visit).values()} == {"APPLIED"}
    assert EvidenceFile.objects.filter(subject_uid=stop.uid).count() == 1
    assert EvidenceFile.objects.filter(subject_uid=stop.clue.uid).count() == 1
    assert EvidenceFile.objects.get(subject_uid=stop.uid).longitude is None
    assert abs((timezone.now() - outing.started_at) - EARLIER) < timedelta(minutes=1)
    assert outing.started_at < outing.stops.get(ordinal=1).arrived_at < stop.arrived_at < outing.ended_at
    assert outing.people == 2


def test_sending_again_from_anywhere_changes_nothing(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.answer(key, "F4")
    phone.photo("photo", key, picture("red"))
    phone.save(key, team.version)
    phone.end()
    backdate(phone)
    phone.sync()
    before = _counts()
    for order in (phone.queue, phone.queue[::-1], [*phone.queue, *phone.queue]):
        phone.send(list(order))
        phone.send_files()
        settle(phone.visit)
    companion = Beat(user=team.companion, visit=phone.visit, files=phone.files)
    companion.send(phone.queue)
    companion.send_files()
    settle(phone.visit)
    assert _counts() == before
    assert before["clues"] == 1


def _counts() -> dict[str, int]:
    from complaints.models import Clue

    return {
        "outings": Outing.objects.count(),
        "members": OutingMember.objects.count(),
        "stops": Stop.objects.count(),
        "clues": Clue.objects.count(),
        "words": FieldOperation.objects.count(),
        "numbers": IssuedNumber.objects.count(),
        "evidence": EvidenceFile.objects.filter(subject_type="monitors.stop").count(),
    }


def test_words_in_any_order_come_to_the_same(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.answer(key, "A1", "YES", "")
    phone.save(key, team.version)
    phone.end()
    backdate(phone)
    for word in reversed(phone.queue):
        phone.send([word])
        settle(phone.visit)
    outing = phone.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"
    assert outing.stops.get().answers["A1"] == "YES"
    assert {state for state, _ in states(phone.visit).values()} == {"APPLIED"}


def test_one_person_is_told_and_nothing_is_lost(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first)
    phone.arrive()
    phone.send()
    settle(phone.visit)
    assert phone.outing() is None
    ((state, reason),) = phone.told("start")
    assert state == "HELD"
    assert "一个人不能开始" in reason
    assert {state for state, _ in phone.told("arrive")} == {"HELD"}
    assert "原因见“开始巡查”" in next(iter(phone.told("arrive")))[1]
    assert FieldOperation.objects.count() == len(phone.queue)


def test_a_term_that_has_ended_is_told_and_kept_for_the_desk(law: World, team: Team, client: Client) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.save(key, team.version)
    phone.end()
    _end_term(team.second)
    phone.send()
    record = settle(phone.visit)
    ((state, reason),) = phone.told("start")
    assert state == "HELD"
    assert f"{team.second.name}任期已于" in reason
    assert Outing.objects.count() == 0
    assert record.operations.count() == len(phone.queue)
    assert list(records_refused(law.head)) == [record]
    assert not records_refused(law.neighbour_officer)
    client.force_login(law.head)
    page = client.get(f"/b/{law.bureau.slug}/desk/field-records/{record.uid}/").content.decode()
    assert "任期已于" in page
    assert "示例托管" in page


def _end_term(monitor: Monitor) -> None:
    """Over since yesterday."""
    today = timezone.localdate()
    Monitor.objects.filter(pk=monitor.pk).update(term=DateRange(today - timedelta(days=30), today))


def test_a_patrol_within_a_term_that_ended_meanwhile_counts(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    phone.save(phone.arrive(), team.version)
    phone.end()
    for number, word in enumerate(phone.queue):
        word["made_at"] = (timezone.now() - timedelta(days=1) + timedelta(minutes=number)).isoformat()
    for one in (team.first, team.second):
        _end_term(one)
    phone.sync()
    outing = phone.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"


def test_two_patrols_at_two_places_at_once_are_told(law: World, team: Team) -> None:
    online = services.outing_start(
        actor=team.companion,
        monitors=[team.second, team.first],
        started_at=timezone.now() - timedelta(hours=3),
    )
    phone = team.beat()
    phone.start(team.first, team.second)
    phone.save(phone.arrive(), team.version)
    phone.end()
    backdate(phone)
    phone.sync()
    ((state, reason),) = phone.told("start")
    assert state == "HELD"
    assert online.number in reason
    assert "还没有提交，请先提交" in reason
    services.stop_record(
        actor=team.companion,
        outing=online,
        sight=making.sight(law, arrived_at=timezone.now() - timedelta(hours=2, minutes=50)),
    )
    services.outing_submit(
        actor=team.companion, outing=online, ended_at=timezone.now() - timedelta(hours=2, minutes=30)
    )
    record = FieldRecord.objects.get(subject_uid=phone.visit.uid)
    assert record.is_dirty, "the obstacle has gone: it is tried again by itself"
    field_services.record_settle(record=record)
    outing = phone.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"


def test_a_morning_sent_after_the_afternoon_began_is_no_overlap(law: World, team: Team) -> None:
    morning = team.beat()
    morning.start(team.first, team.second)
    morning.save(morning.arrive(), team.version)
    morning.end()
    backdate(morning, hours=5)
    services.outing_start(
        actor=team.user, monitors=[team.first, team.second], started_at=timezone.now() - timedelta(hours=1)
    )
    morning.sync()
    outing = morning.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"


def test_overlapping_spans_on_two_phones_hold_the_second(law: World, team: Team) -> None:
    one, two = team.beat(), team.beat(team.companion)
    for phone, people in ((one, (team.first, team.second)), (two, (team.second, team.first))):
        phone.start(*people)
        phone.save(phone.arrive(), team.version)
        phone.end()
        backdate(phone)
        phone.sync()
    assert one.outing() is not None
    assert two.outing() is None
    ((state, reason),) = two.told("start")
    assert state == "HELD"
    assert "一个人不能同时在两处巡查" in reason
    assert FieldOperation.objects.count() == len(one.queue) + len(two.queue)


def test_a_problem_without_words_waits_for_its_words(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.answer(key, "F4", note="")
    phone.save(key, team.version)
    phone.end()
    phone.sync()
    ((state, reason),) = phone.told("stop")
    assert state == "HELD"
    assert "请写明看到的情况" in reason
    assert "1 家没有被受理" in next(iter(phone.told("end")))[1]
    phone.answer(key, "F4", note="黑板上是数学题")
    phone.save(key, team.version)
    phone.sync()
    outing = phone.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"
    assert outing.stops.get().clue is not None


def test_a_recorded_place_is_not_changed_afterwards(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.answer(key, "F4")
    phone.save(key, team.version)
    phone.sync()
    phone.answer(key, "F4", value="YES", note="")
    phone.write("fact", f"{key}/pupils", text="0")
    phone.sync()
    stop = Stop.objects.get()
    assert (stop.answers["F4"], stop.pupils) == ("NO", 11)
    held = [reason for state, reason in states(phone.visit).values() if state == "HELD"]
    assert len(held) == 2
    assert all("已经写入" in reason for reason in held)


def test_a_dropped_place_holds_nothing_back(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    wrong = phone.arrive(name="点错了")
    phone.write("stop", wrong, removed=True)
    phone.save(phone.arrive(), team.version)
    phone.end()
    phone.sync()
    outing = phone.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"
    assert outing.stops.count() == 1


def test_an_old_list_a_tie_and_a_place_elsewhere_are_told(law: World, team: Team) -> None:
    services.tie_declare(actor=law.clerk, monitor=team.second, institution=team.place, kind="CHILD")
    phone = team.beat()
    phone.start(team.first, team.second)
    old, tied, strange = phone.arrive(), phone.arrive(team.place), phone.arrive()
    phone.queue[-1]["value"] = {"text": "1"}
    phone.write("arrive", strange, institution=str(uuid4()), name="别处")
    phone.write("stop", old, version=str(uuid4()), rest="UNSEEN", count=phone.sequence)
    phone.save(tied, team.version)
    phone.save(strange, team.version)
    phone.sync()
    reasons = " ".join(reason for _, reason in phone.told("stop"))
    assert "不是现行的" in reasons
    assert "须回避" in reasons
    assert "没有在名录中找到" in reasons
    assert Stop.objects.count() == 0


HOSTILE: tuple[dict[str, Any], ...] = (
    {"kind": "start", "item": "", "value": {"people": "everybody"}},
    {"kind": "start", "item": "", "value": {"people": [["x"], {"a": 1}]}},
    {"kind": "start", "item": "", "value": {"people": [str(uuid4())] * 900}},
    {"kind": "stop", "item": "no-uid", "value": {"version": {"a": 1}, "count": "many"}},
    {"kind": "stop", "item": str(uuid4()), "value": {"count": -5}},
    {"kind": "arrive", "item": "../../etc", "value": {"institution": ["x"]}},
    {"kind": "fact", "item": f"{uuid4()}/status", "value": {"text": "SUBMITTED"}},
    {"kind": "fact", "item": f"{uuid4()}/pupils", "value": {"text": 1e300}},
    {"kind": "answer", "item": f"{uuid4()}/Z9", "value": {"value": {"deep": []}, "note": 7}},
    {"kind": "position", "item": str(uuid4()), "value": {"longitude": "x", "latitude": 1e999}},
    {"kind": "photo", "item": "x", "value": {"sha256": "0" * 64, "name": "../../a.jpg"}},
    {"kind": "end", "item": "", "value": {"text": "0000-99-99T99:99", "count": 10**30}},
    {"kind": "position", "item": str(uuid4()), "value": {"longitude": int("9" * 400), "latitude": 31}},
    {"kind": "end", "item": "", "value": {"text": "0001-01-01T00:00"}},
    {"kind": "end", "item": "", "value": {"text": "9999-12-31T23:59"}},
)


def test_hostile_words_are_kept_and_harm_nothing(law: World, team: Team) -> None:
    phone = team.beat()
    for word in HOSTILE:
        phone.write(word["kind"], word["item"])
        phone.queue[-1]["value"] = word["value"]
    phone.send()
    settle(phone.visit)
    good = team.beat()
    good.visit = phone.visit
    good.start(team.first, team.second)
    good.send()
    for word in HOSTILE[3:]:
        phone.write(word["kind"], word["item"])
        phone.queue[-1]["value"] = word["value"]
    phone.send()
    settle(phone.visit)
    assert Stop.objects.count() == 0
    assert not Outing.objects.filter(status="SUBMITTED").exists()
    assert all(reason for state, reason in states(phone.visit).values() if state in {"HELD", "WAITING"})


def test_numbers_that_cannot_be_are_refused_with_their_label(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    for facts in ({"pupils": "-3"}, {"pupils": "九"}, {"spot_kind": "PALACE"}, {"summary": "长" * 600}):
        phone.save(phone.arrive(**facts), team.version)
    phone.sync()
    reasons = sorted(reason for _, reason in phone.told("stop"))
    assert Stop.objects.count() == 0
    assert len(reasons) == 4
    assert any(reason.startswith("学生（约，人）") for reason in reasons)
    assert any(reason.startswith("场所类型") for reason in reasons)
    assert any(reason.startswith("情况摘要") for reason in reasons)


def test_strangers_neither_see_nor_fill_it(law: World, team: Team) -> None:
    third = making.with_account(law, making.appointed(law, 3), "mon3")
    phone = team.beat()
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.save(key, team.version)
    phone.sync()
    stranger = Beat(user=third, visit=phone.visit)
    stranger.write("stop", key, removed=True)
    stranger.end()
    (one, two) = stranger.send()
    assert one.state == two.state == "UNKNOWN"
    assert "无权填写" in one.reason
    other = Beat(user=third)
    other.start(team.first, team.second)
    other.save(key, team.version)
    other.sync()
    assert "只能登记您本人参加的巡查" in next(iter(other.told("start")))[1]
    neighbour = Beat(user=law.neighbour_officer, visit=phone.visit)
    neighbour.end()
    assert neighbour.send()[0].state == "UNKNOWN"
    outing = phone.outing()
    assert outing is not None
    assert outing.status == "RUNNING"


def test_a_file_of_another_phone_is_no_photo_of_mine(law: World, team: Team) -> None:
    theirs = team.beat(team.companion)
    theirs.photo("photo", str(uuid7()), picture("green"))
    theirs.send_files()
    (sha,) = theirs.files
    phone = team.beat()
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.write("photo", f"{key}/{sha[:16]}", sha256=sha)
    phone.save(key, team.version)
    phone.sync()
    assert phone.told("photo") == {("WAITING", "文件还没有收到，请在手机上继续发送。")}
    assert not EvidenceFile.objects.filter(subject_type="monitors.stop").exists()


def test_a_stop_uid_of_another_patrol_is_refused(law: World, team: Team) -> None:
    one = team.beat()
    one.start(team.first, team.second)
    key = one.arrive()
    one.save(key, team.version)
    one.end()
    backdate(one, hours=6)
    one.sync()
    two = team.beat()
    two.start(team.first, team.second)
    two.write("arrive", key, institution="", name="冒用")
    two.save(key, team.version)
    two.sync()
    assert "编号已用在另一次巡查" in next(iter(two.told("stop")))[1]


def test_no_word_of_a_monitor_signs_numbers_or_issues(law: World, team: Team) -> None:
    phone = team.beat()
    phone.start(team.first, team.second)
    for kind in ("signature", "pad", "notice", "finding", "fix", "sketch"):
        phone.write(kind, "party", state="SIGNED")
    receipts = phone.send()
    assert [row.state for row in receipts[1:]] == ["UNKNOWN"] * 6
    assert all("没有这种操作" in row.reason for row in receipts[1:])
    settle(phone.visit)
    outing, record = phone.outing(), FieldRecord.objects.get()
    assert outing is not None
    assert OfficialDocument.objects.filter(subject_uid=outing.uid).count() == 0

    first = FieldOperation.objects.filter(kind="start").get()
    with pytest.raises(DatabaseError, match="no inspection"), transaction.atomic():
        FieldOperation.objects.create(
            uid=uuid4(), record=record, device=first.device, sequence=9, lamport=9, form="monitors.outing",
            subject_uid=outing.uid, kind="signature", item="party", value={}, content_hash="0" * 64,
            received_at=timezone.now(), received_by=team.user, channel="PHONE",
        )  # fmt: skip
    pad = field_services.pad_hand_out(actor=law.head, holder=law.officer)
    with pytest.raises(DatabaseError, match="no slip is left"), transaction.atomic():
        PadNumber.objects.filter(pad=pad).update(subject_uid=outing.uid)
    with pytest.raises(DatabaseError, match="holds no number pad"), transaction.atomic():
        NumberPad.objects.filter(pk=pad.pk).update(holder=team.user)


def test_a_monitor_speaks_about_no_visit(law: World, team: Team) -> None:
    from inspections.services import deployment_notify
    from tests.inspections.making import approve, make_plan

    plan = make_plan(law, make_place(law))
    deployment_notify(actor=law.officer, deployment=approve(law, plan))
    phone = Phone(team.user, plan.visits.get())
    phone.write("start")
    (receipt,) = phone.send()
    assert receipt.state == "UNKNOWN"
    assert "无权填写" in receipt.reason


def test_the_bundle_of_a_monitor_has_the_patrol_and_no_visit(law: World, team: Team, client: Client) -> None:
    services.tie_declare(actor=law.clerk, monitor=team.second, institution=team.place, kind="CHILD")
    client.force_login(team.user)
    base = f"/b/{law.bureau.slug}/field/api"
    told = client.post(
        f"{base}/bundle/",
        json.dumps(
            {"device": {"uid": str(uuid4()), "label": "手机"}, "clock": timezone.now().timestamp() * 1000}
        ),
        content_type="application/json",
    ).json()
    by_key = {form["key"]: form for form in told["forms"]}
    assert set(by_key) == {"monitors.outing", "monitors.observation"}
    assert told["pads"] == []
    extras = by_key["monitors.outing"]["extras"]
    assert len(extras["checklist"]["items"]) == 43
    assert [one["label"] for one in extras["checklist"]["answers"]] == ["是", "否", "不适用", "未看到"]
    assert extras["people"][0]["avoid"] == [str(team.place.uid)]
    assert team.place.name in {one["name"] for one in extras["places"]}
    assert "CHILD" not in json.dumps(told)
    assert set(by_key["monitors.outing"]["fleeting"]) == {"people", "places", "tasks", "ties"}
    client.force_login(law.officer)
    told = client.post(
        f"{base}/bundle/", json.dumps({"device": {"uid": str(uuid4())}}), content_type="application/json"
    ).json()
    assert [form["key"] for form in told["forms"]] == ["inspections.visit"]


def test_an_export_file_of_a_closed_account_is_taken_in_at_the_desk(law: World, team: Team) -> None:
    phone = team.beat()
    phone.device()
    phone.start(team.first, team.second)
    key = phone.arrive()
    phone.answer(key, "F4")
    phone.photo("photo", key, picture("blue"))
    phone.save(key, team.version)
    phone.end()
    backdate(phone)
    User.objects.filter(pk=team.user.pk).update(is_active=False)
    sheet = {
        "format": "field-record-1",
        "device": str(phone.uid),
        "written_at": timezone.now().isoformat(),
        "skew_ms": 0,
        "operations": phone.queue,
        "files": [{"sha256": sha, "data": b64encode(data).decode()} for sha, data in phone.files.items()],
    }
    done = field_services.sheet_import(actor=law.head, data=json.dumps(sheet).encode())
    assert done.files == 1
    settle(phone.visit)
    outing = phone.outing()
    assert outing is not None
    assert outing.status == "SUBMITTED"
    assert outing.stops.get().clue is not None


def test_a_wrong_clock_is_set_right(law: World, team: Team) -> None:
    phone = team.beat()
    phone.clock = timedelta(hours=-3)
    phone.start(team.first, team.second)
    phone.save(phone.arrive(), team.version)
    phone.end()
    phone.sync()
    outing = phone.outing()
    assert outing is not None
    assert timezone.now() - outing.started_at < timedelta(minutes=5)
    ancient = team.beat(team.companion)
    ancient.start(team.first, team.second)
    ancient.save(ancient.arrive(), team.version)
    ancient.end()
    for word in ancient.queue:
        word["made_at"] = "1970-01-01T08:00:00+08:00"
    ancient.sync()
    again = ancient.outing()
    assert again is not None
    assert again.started_at.year == timezone.now().year
    assert again.status == "SUBMITTED"


def watch(team: Team, **changes: Any) -> Beat:
    """An observation on the phone, not saved yet."""
    phone = Beat(user=team.user, form="monitors.observation")
    begun = timezone.localtime() - timedelta(minutes=40)
    facts = {
        "watched_from": f"{begun:%Y-%m-%dT%H:%M}",
        "watched_until": f"{begun + timedelta(minutes=30):%Y-%m-%dT%H:%M}",
        "place": "示例大厦 2 号楼门口",
        "spot_kind": "OFFICE",
        "entered": "14",
        "activity": "SUBJECT",
        "text": "背书包的学生陆续进电梯到 7 楼",
        "is_public_only": "true",
        **changes,
    }
    for name, text in facts.items():
        phone.write("fact", name, text=text)
    return phone


def test_an_observation_becomes_a_clue(law: World, team: Team) -> None:
    phone = watch(team)
    phone.photo("photo", "", picture("blue"))
    phone.queue[-1]["item"] = next(iter(phone.files))[:16]
    phone.write("done", count=phone.sequence)
    phone.sync()
    row = Observation.objects.get()
    assert str(row.uid) == str(phone.visit.uid)
    assert row.monitor == team.first
    assert (row.entered, row.minutes) == (14, 30)
    assert {state for state, _ in states(phone.visit).values()} == {"APPLIED"}
    assert EvidenceFile.objects.filter(subject_uid__in=[row.uid, row.clue.uid]).count() == 2
    phone.sync()
    assert Observation.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_public_only": "false"}, "公共场所"),
        ({"entered": "0"}, "没有看到学生进出"),
        ({"watched_until": "昨天"}, "时间无法识别"),
        ({"text": "学生王小明、李小红进了电梯。"}, "像是学生姓名"),
        ({"institution": str(UUID(int=1))}, "没有在名录中找到"),
    ],
)
def test_an_observation_is_refused_with_its_reason(
    law: World, team: Team, changes: dict[str, str], words: str
) -> None:
    phone = watch(team, **changes)
    phone.write("done", count=phone.sequence)
    phone.sync()
    ((state, reason),) = phone.told("done")
    assert state == "HELD"
    assert words in reason
    assert Observation.objects.count() == 0
