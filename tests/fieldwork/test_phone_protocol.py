"""The protocol between phones and the desk: kept once, answered, merged item by item, carried over lawfully."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from datetime import timedelta

import pytest
from django.db import InternalError, transaction
from django.utils import timezone

from casework.errors import Blocked, NotAllowed, Unlawful
from casework.models import EvidenceFile, IssuedNumber
from fieldwork import services
from fieldwork.models import (
    ChecklistVersion,
    FieldFile,
    FieldOperation,
    FieldOutcome,
    FieldRecord,
    PadNumber,
)
from inspections.models import Visit
from inspections.services import deployment_notify, visit_record
from tests.conftest import World
from tests.fieldwork.phones import Phone, answers_of, digest, picture, settle, small_version, states
from tests.inspections import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(world: World) -> ChecklistVersion:
    """A published checklist of three items."""
    making.load_law()
    return small_version(world.head)


@pytest.fixture
def visit(world: World, version: ChecklistVersion) -> Visit:
    """An approved and notified visit, planned with that checklist."""
    place = making.make_place(world, longitude=109.88, latitude=31.07)
    plan = making.make_plan(world, place, checklist_version=version)
    deployment_notify(actor=world.officer, deployment=making.approve(world, plan))
    found: Visit = plan.visits.get()
    return found


@pytest.fixture
def one(world: World, visit: Visit) -> Phone:
    """The first officer's phone."""
    return Phone(world.officer, visit)


@pytest.fixture
def two(world: World, visit: Visit) -> Phone:
    """The second officer's phone."""
    return Phone(world.officer2, visit)


def fill(phone: Phone, version: ChecklistVersion, *codes: str, value: str = "YES", note: str = "") -> None:
    """Answer items."""
    for code in codes:
        phone.write("answer", code, value=value, note=note, version=str(version.uid))


def test_a_visit_of_two_phones_from_entry_to_record(
    world: World, visit: Visit, version: ChecklistVersion, one: Phone, two: Phone
) -> None:
    one.write(
        "start", place_note="二楼大厅", position={"longitude": 109.88, "latitude": 31.07, "accuracy": 12}
    )
    fill(one, version, "A1")
    fill(two, version, "A2", value="NO", note="安全出口堆放桌椅")
    two.photo(
        "answer_photo",
        "A2",
        picture("blue"),
        code="A2",
        position={"longitude": 109.9, "latitude": 31.2, "accuracy": 5},
    )
    fill(two, version, "A3")
    finding = str(uuid.uuid4())
    two.write(
        "finding",
        "A2",
        uid=finding,
        violation="FEE_OVER_LIMIT",
        text="安全出口堆放桌椅",
        mode="IN_TERM",
        organ=world.education.pk,
    )
    two.photo("finding_photo", "A2", picture("green"), finding="A2", phase="BEFORE")
    one.record()
    one.sign(world.officer, world.officer2)
    two.sync()
    one.end()
    one.sync()

    visit.refresh_from_db()
    assert visit.status == "RECORDED"
    assert visit.signature == "SIGNED"
    assert visit.place_note == "二楼大厅"
    assert answers_of(visit) == {"A1": ("YES", ""), "A2": ("NO", "安全出口堆放桌椅"), "A3": ("YES", "")}
    assert str(visit.findings.get().uid) == finding
    assert visit.findings.get().photos.count() == 1
    photo = EvidenceFile.objects.get(subject_type="fieldwork.checklistanswer")
    assert [flag["code"] for flag in photo.flags] == ["FAR"]
    assert EvidenceFile.objects.filter(subject_uid=visit.uid).count() == 3
    assert {state for state, _ in states(visit).values()} == {"APPLIED"}
    assert not IssuedNumber.objects.filter(kind="RECTIFICATION_NOTICE").exists()


def test_a_problem_outside_the_checklist_keeps_its_photos_and_its_corrections(
    world: World, visit: Visit, one: Phone
) -> None:
    said = {
        "violation": "FEE_OVER_LIMIT",
        "text": "另开小学数学班",
        "mode": "REFER",
        "organ": world.education.pk,
    }
    item = str(uuid.uuid4())
    one.write("start")
    one.photo("finding_photo", item, picture("green"), finding=item, phase="BEFORE")
    one.write("finding", item, uid=str(uuid.uuid4()), **said)
    one.sync()
    one.write("finding", item, uid=str(uuid.uuid4()), **said | {"text": "另开小学数学班2个"})
    one.sync()

    found = visit.findings.get()
    assert (str(found.uid), found.text) == (item, "另开小学数学班2个")
    assert found.photos.count() == 1
    assert {state for state, _ in states(visit).values()} == {"APPLIED", "SUPERSEDED"}


def test_sending_again_changes_nothing(visit: Visit, version: ChecklistVersion, one: Phone) -> None:
    one.write("start")
    fill(one, version, "A1", "A2")
    one.photo("answer_photo", "A1", picture(), code="A1")
    one.sync()
    before = (
        FieldOperation.objects.count(),
        FieldFile.objects.count(),
        EvidenceFile.objects.count(),
        answers_of(visit),
    )
    receipts = one.send()
    one.sync()
    assert [row.state for row in receipts] == ["APPLIED"] * 4
    assert before == (
        FieldOperation.objects.count(),
        FieldFile.objects.count(),
        EvidenceFile.objects.count(),
        answers_of(visit),
    )


def test_words_wait_for_the_entry_and_photos_for_their_bytes(
    visit: Visit, version: ChecklistVersion, one: Phone, two: Phone
) -> None:
    fill(two, version, "A1")
    two.photo("answer_photo", "A1", picture(), code="A1")
    two.send()
    assert {state for state, _ in (settle(visit), states(visit))[1].values()} == {"WAITING"}
    one.write("start")
    one.sync()
    waiting = {reason for state, reason in states(visit).values() if state == "WAITING"}
    assert waiting == {"文件还没有收到，请在手机上继续发送。"}
    two.send_files()
    settle(visit)
    assert {state for state, _ in states(visit).values()} == {"APPLIED"}


def test_differing_answers_are_both_kept_until_a_person_decides(
    world: World, visit: Visit, version: ChecklistVersion, one: Phone, two: Phone
) -> None:
    one.write("start")
    fill(one, version, "A1", value="YES")
    one.sync()
    fill(two, version, "A1", value="NO", note="许可证已过期")
    two.lamport += 5
    two.sync()
    record = FieldRecord.objects.get()
    assert record.differing_count == 1
    with pytest.raises(Blocked, match="填写不一致"):
        visit_record(actor=world.officer, visit=Visit.objects.get(), values={**making.RECORD})
    chosen = FieldOperation.objects.get(kind="answer", device__user=world.officer)
    services.difference_decide(actor=world.officer2, record=record, chosen=chosen, reason="现场复核")
    settle(visit)
    assert answers_of(visit)["A1"] == ("YES", "")
    assert FieldRecord.objects.get().differing_count == 0
    assert FieldOperation.objects.filter(kind="answer").count() == 3
    with pytest.raises(Unlawful, match="刷新"):
        services.difference_decide(actor=world.officer2, record=record, chosen=chosen)


def test_the_last_decision_ends_a_visit_that_the_phones_have_left(
    world: World, visit: Visit, version: ChecklistVersion, one: Phone, two: Phone
) -> None:
    one.write("start")
    fill(one, version, "A1", "A2", "A3")
    one.record()
    one.sign(world.officer, world.officer2)
    fill(two, version, "A1", value="NA")
    two.sync()
    one.end()
    one.sync()
    record = FieldRecord.objects.get()
    assert Visit.objects.get().status == "STARTED"
    chosen = FieldOperation.objects.get(kind="answer", item="A1", device__user=world.officer)
    services.difference_decide(actor=world.officer2, record=record, chosen=chosen)
    settle(visit)
    assert Visit.objects.get().status == "RECORDED"
    assert FieldRecord.objects.get().held_count == 0


def test_an_answer_that_was_on_the_screen_is_replaced_not_contradicted(
    visit: Visit, version: ChecklistVersion, one: Phone, two: Phone
) -> None:
    one.write("start")
    first = one.write("answer", "A1", value="YES", version=str(version.uid))
    one.sync()
    two.lamport = one.lamport
    two.write("answer", "A1", value="NO", version=str(version.uid), supersedes=(first["uid"],))
    two.sync()
    assert FieldRecord.objects.get().differing_count == 0
    assert answers_of(visit)["A1"][0] == "NO"
    assert states(visit)[first["uid"]][0] == "SUPERSEDED"


def test_agreeing_answers_keep_both_notes(
    visit: Visit, version: ChecklistVersion, one: Phone, two: Phone
) -> None:
    one.write("start")
    fill(one, version, "A1", value="NO", note="没有公示")
    fill(two, version, "A1", value="NO", note="墙上空白")
    one.sync()
    two.sync()
    assert set(answers_of(visit)["A1"][1].split("；")) == {"没有公示", "墙上空白"}
    assert FieldRecord.objects.get().differing_count == 0


def test_what_nobody_understands_is_kept_and_told(visit: Visit, one: Phone) -> None:
    odd = [
        {
            "uid": str(uuid.uuid4()),
            "form": "patrols.patrol",
            "kind": "answer",
            "subject": str(visit.uid),
            "value": {},
        },
        {
            "uid": str(uuid.uuid4()),
            "form": "inspections.visit",
            "kind": "dance",
            "subject": str(visit.uid),
            "value": 7,
        },
        {"uid": "not-one", "form": "inspections.visit"},
        {"uid": str(uuid.uuid4()), "form": "inspections.visit", "kind": "note", "subject": str(uuid.uuid4())},
        "plain words",
        {"uid": str(uuid.uuid4()), "form": "inspections.visit", "kind": "note", "value": {"text": "a\x00b"}},
    ]
    receipts = one.send(odd)
    assert {row.state for row in receipts} == {"UNKNOWN"}
    assert all(row.reason.endswith(("。", "文")) for row in receipts)
    assert FieldOperation.objects.count() == 6
    assert [row.state for row in one.send(odd)] == ["UNKNOWN"] * 6
    assert FieldOperation.objects.count() == 6


def test_numbers_and_times_that_no_database_holds_are_kept_as_words(visit: Visit, one: Phone) -> None:
    odd = json.loads('{"x": NaN, "y": 1e999, "z": "\\ud800"}')
    deep: list[object] = []
    for _ in range(900):
        deep = [deep]
    one.write("note", "summary", text="a", **odd)["made_at"] = "0001-01-01T00:00:00+14:00"
    one.write("note", "premises", nested=deep)["lamport"] = 10**40
    one.queue.append({"uid": True, "made_at": 1e300, "value": deep})
    receipts = one.send()
    assert [receipt.state for receipt in receipts][::2] == ["RECEIVED", "UNKNOWN"]
    assert FieldOperation.objects.count() == 3
    assert FieldOperation.objects.get(item="summary").value["x"] == "nan"
    assert FieldOperation.objects.get(item="summary").happened_at is None


def test_the_same_number_with_other_words_does_not_replace_the_first(visit: Visit, one: Phone) -> None:
    operation = one.write("note", "summary", text="第一次")
    one.send()
    receipts = one.send([{**operation, "value": {"text": "第二次"}}])
    assert receipts[0].state == "UNKNOWN"
    assert "两份都已保留" in receipts[0].reason
    assert set(FieldOperation.objects.values_list("value__text", flat=True)) == {"第一次", "第二次"}


def test_operations_never_change_in_the_database(visit: Visit, one: Phone) -> None:
    one.write("note", "summary", text="原话")
    one.send()
    with pytest.raises(InternalError), transaction.atomic():
        FieldOperation.objects.update(value={"text": "改写"})
    FieldOutcome.objects.all().delete()
    with pytest.raises(InternalError), transaction.atomic():
        FieldOperation.objects.all().delete()


def test_an_officer_outside_the_team_is_heard_and_not_counted(
    world: World, visit: Visit, version: ChecklistVersion, one: Phone
) -> None:
    one.write("start")
    one.sync()
    stranger = Phone(world.head, visit)
    fill(stranger, version, "A1", value="NO")
    stranger.sync()
    assert answers_of(visit) == {}
    held = [reason for state, reason in states(visit).values() if state == "HELD"]
    assert len(held) == 1
    assert held[0].startswith("您不是本次检查的执法人员")


def test_a_visit_without_notice_is_not_entered(world: World, version: ChecklistVersion) -> None:
    plan = making.approve(world, making.make_plan(world, making.make_place(world)))
    visit = plan.visits.get()
    phone = Phone(world.officer, visit)
    phone.write("start")
    fill(phone, version, "A1")
    phone.sync()
    visit.refresh_from_db()
    assert visit.status == "PLANNED"
    told = states(visit)
    assert sorted(state for state, _ in told.values()) == ["HELD", "WAITING"]
    assert "还没有制作检查通知书" in "".join(reason for _, reason in told.values())


def test_an_entry_before_the_notice_is_refused(visit: Visit, one: Phone) -> None:
    early = one.write("start")
    early["made_at"] = (timezone.now() - timedelta(hours=5)).isoformat()
    one.sync()
    assert states(visit)[early["uid"]][0] == "HELD"
    assert "早于检查通知" in states(visit)[early["uid"]][1]


def test_a_clock_of_1970_poisons_nothing(visit: Visit, version: ChecklistVersion, one: Phone) -> None:
    one.clock = timedelta(days=-20_700)
    one.write("start")
    fill(one, version, "A1")
    one.clock = timedelta()
    one.photo("answer_photo", "A1", picture(), code="A1")["made_at"] = "1970-01-01T08:00:00+08:00"
    one.sync()
    visit.refresh_from_db()
    photo = EvidenceFile.objects.get()
    assert photo.captured_at is None
    assert visit.started_at is not None
    assert visit.started_at.year == timezone.now().year
    notes = FieldOperation.objects.exclude(clock_note="").values_list("clock_note", flat=True)
    assert any("不可信" in note for note in notes)


def test_a_clock_that_is_off_all_the_time_is_set_right(visit: Visit, one: Phone) -> None:
    one.clock = timedelta(hours=-3)
    one.write("start")
    one.sync()
    operation = FieldOperation.objects.get()
    assert operation.happened_at is not None
    assert abs(operation.happened_at - timezone.now()) < timedelta(minutes=1)
    assert "慢" in operation.clock_note
    assert abs((one.device().skew_ms or 0) + 3 * 3600 * 1000) < 60_000


def test_a_checklist_withdrawn_meanwhile_keeps_the_answers_and_tells(
    visit: Visit, version: ChecklistVersion, one: Phone
) -> None:
    ChecklistVersion.objects.filter(pk=version.pk).update(state="RETIRED")
    one.write("start")
    fill(one, version, "A1", "A2")
    one.sync()
    assert answers_of(visit) == {}
    held = [reason for state, reason in states(visit).values() if state == "HELD"]
    assert len(held) == 2
    assert all("已停用" in reason and "已保留" in reason for reason in held)


def test_a_photo_that_is_not_one_is_kept_and_told(
    visit: Visit, version: ChecklistVersion, one: Phone
) -> None:
    one.write("start")
    fill(one, version, "A1")
    bad = one.photo("answer_photo", "A1", b"\xff\xd8\xff this is not a picture", code="A1")
    one.sync()
    state, reason = states(visit)[bad["uid"]]
    assert (state, "无法打开" in reason) == ("HELD", True)
    kept = FieldFile.objects.get()
    assert services.file_bytes(kept.device, kept.sha256) == b"\xff\xd8\xff this is not a picture"


def test_a_file_comes_in_pieces_and_must_be_what_its_name_says(one: Phone) -> None:
    data = bytes(range(256)) * 40
    one.files[digest(data)] = data
    assert one.send_file(digest(data), piece=1000) == "RECEIVED"
    assert one.send_file(digest(data), piece=700) == "RECEIVED"
    kept = FieldFile.objects.get()
    assert services.file_bytes(kept.device, kept.sha256) == data
    one.files["a" * 64] = b"something else"
    assert one.send_file("a" * 64) == "BROKEN"
    row = services.file_receive(
        actor=one.user, device=one.device(), sha256="b" * 64, size=10, offset=4, data=b"late"
    )
    assert (row.state, row.received_bytes) == ("PARTIAL", 0)
    with pytest.raises(Unlawful, match="SHA-256"):
        services.file_receive(
            actor=one.user, device=one.device(), sha256="../etc", size=1, offset=0, data=b"x"
        )


def test_the_end_waits_for_everything_the_phone_wrote_before(
    world: World, visit: Visit, version: ChecklistVersion, one: Phone
) -> None:
    one.write("start")
    fill(one, version, "A1", "A2", "A3")
    one.record()
    one.sign(world.officer, world.officer2)
    one.end()
    lost = [operation for operation in one.queue if operation["item"] == "A2"]
    one.send([operation for operation in one.queue if operation not in lost])
    one.send_files()
    settle(visit)
    assert "没有收到" in states(visit)[one.queue[-1]["uid"]][1]
    one.sync()
    visit.refresh_from_db()
    assert visit.status == "RECORDED"


def test_one_officer_alone_does_not_end_a_visit(world: World, visit: Visit, one: Phone) -> None:
    one.write("start")
    one.record()
    one.sign(world.officer)
    one.end()
    one.sync()
    visit.refresh_from_db()
    assert visit.status == "STARTED"
    assert "两名执法人员签名" in states(visit)[one.queue[-1]["uid"]][1]


def test_a_party_that_refuses_needs_a_witness(visit: Visit, one: Phone) -> None:
    one.write("start")
    refused = one.write("signature", "party", state="REFUSED", representative="张某")
    one.sync()
    assert "见证人" in states(visit)[refused["uid"]][1]
    one.write("signature", "party", state="REFUSED", representative="张某", witness="社区李某")
    one.sync()
    visit.refresh_from_db()
    assert (visit.signature, visit.witness) == ("REFUSED", "社区李某")


def test_an_export_file_is_taken_in_once(
    world: World, visit: Visit, version: ChecklistVersion, one: Phone
) -> None:
    one.device()
    one.write("start")
    fill(one, version, "A1")
    one.photo("answer_photo", "A1", picture("pink"), code="A1")
    sheet = {
        "format": "field-record-1",
        "device": str(one.uid),
        "written_at": one.now.isoformat(),
        "operations": one.queue,
        "files": [{"sha256": sha, "data": b64encode(data).decode()} for sha, data in one.files.items()],
    }
    done = services.sheet_import(actor=world.officer2, data=json.dumps(sheet).encode())
    settle(visit)
    assert (len(done.receipts), done.files, done.refused) == (3, 1, ())
    assert EvidenceFile.objects.count() == 1
    services.sheet_import(actor=world.officer2, data=json.dumps(sheet).encode())
    one.sync()
    assert FieldOperation.objects.count() == 3
    assert EvidenceFile.objects.count() == 1
    with pytest.raises(Unlawful, match="不是现场应用导出的文件"):
        services.sheet_import(actor=world.officer2, data=b"\xff\xfe")


def test_a_revoked_phone_gets_nothing_more(world: World, one: Phone) -> None:
    device = one.device()
    services.device_revoke(actor=world.officer, device=device, reason="遗失")
    with pytest.raises(NotAllowed, match="已停用"):
        one.device()
    with pytest.raises(NotAllowed, match="另一人名下"):
        services.device_meet(actor=world.officer2, uid=one.uid, label="", clock=None)


def test_a_page_of_a_pad_is_used_once(world: World, visit: Visit, one: Phone, two: Phone) -> None:
    pad = services.pad_hand_out(actor=world.head, holder=world.officer, size=3)
    first, second, third = [number.text for number in pad.numbers.order_by("serial")]
    one.write("start")
    one.write("pad", first, text="当场交付")
    foreign = two.write("pad", second)
    one.sync()
    one.sync()
    two.sync()
    assert PadNumber.objects.get(text=first).state == "USED"
    assert "由执法甲领用" in states(visit)[foreign["uid"]][1]
    services.pad_number_void(actor=world.officer, number=PadNumber.objects.get(text=second), reason="写坏")
    services.pad_return(actor=world.officer, pad=pad)
    assert [number.state for number in pad.numbers.order_by("serial")] == ["USED", "VOID", "RETURNED"]
    with pytest.raises(Unlawful, match="交回未用"):
        services.pad_number_use(
            actor=world.officer, text=third, subject_uid=visit.uid, subject_label="", operation_uid=None
        )
