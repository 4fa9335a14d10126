"""Real threads: phones that come up from the basement at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from casework.models import EvidenceFile
from fieldwork import services
from fieldwork.models import FieldFile, FieldOperation, FieldRecord, PadNumber
from inspections.models import Visit
from inspections.services import deployment_notify
from tests.conftest import World, build_world
from tests.fieldwork.phones import Phone, answers_of, picture, settle, small_version, states
from tests.inspections import making

pytestmark = pytest.mark.django_db(transaction=True)


def together(*jobs: Callable[[], object]) -> list[str]:
    """Run jobs at the same moment; what each came to."""
    barrier, outcomes = Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        barrier.wait()
        try:
            job()
            outcomes.append("done")
        except Exception as error:  # noqa: BLE001
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


def scene() -> tuple[World, Visit, str]:
    """A notified visit with a checklist."""
    world = build_world()
    making.load_law()
    version = small_version(world.head)
    plan = making.make_plan(world, making.make_place(world), checklist_version=version)
    deployment_notify(actor=world.officer, deployment=making.approve(world, plan))
    return world, plan.visits.get(), str(version.uid)


def test_two_phones_and_a_doubled_one_send_the_same_visit_at_once() -> None:
    world, visit, version = scene()
    one, two = Phone(world.officer, visit), Phone(world.officer2, visit)
    for phone, codes in ((one, ("A1", "A2")), (two, ("A2", "A3"))):
        phone.write("start")
        for code in codes:
            phone.write("answer", code, value="YES", version=version)
        phone.photo("answer_photo", codes[0], picture("red" if phone is one else "blue"), code=codes[0])

    def all_of(phone: Phone, *queue: object) -> None:
        phone.send(*queue)
        phone.send_files()

    outcomes = together(
        lambda: all_of(one),
        lambda: all_of(one),
        lambda: all_of(two, list(reversed(two.queue))),
        lambda: all_of(two),
    )
    assert outcomes == ["done"] * 4
    settle(visit)
    assert FieldOperation.objects.count() == 8
    assert FieldRecord.objects.count() == 1
    assert FieldFile.objects.filter(state="RECEIVED").count() == 2
    assert EvidenceFile.objects.filter(subject_type="fieldwork.checklistanswer").count() == 2
    assert answers_of(visit) == dict.fromkeys(("A1", "A2", "A3"), ("YES", ""))
    assert {state for state, _ in states(visit).values()} == {"APPLIED"}


def test_the_pieces_of_one_file_sent_twice_at_once_make_one_file() -> None:
    world, visit, _ = scene()
    phone = Phone(world.officer, visit)
    phone.device()
    data = picture("green", 200)
    operation = phone.photo("sketch", "s", data)
    sha = operation["value"]["sha256"]
    assert together(*[lambda: phone.send_file(sha, piece=500)] * 3) == ["done"] * 3
    assert phone.send_file(sha, piece=500) == "RECEIVED"
    row = FieldFile.objects.get()
    assert services.file_bytes(row.device, sha) == data


def test_one_page_of_a_pad_is_not_used_at_two_places() -> None:
    world, visit, _ = scene()
    other = making.make_place(world, name="示例远航美术培训中心", licence_no="教民150023770000002")
    plan = making.make_plan(world, other)
    deployment_notify(actor=world.officer, deployment=making.approve(world, plan))
    pad = services.pad_hand_out(actor=world.head, holder=world.officer, size=1)
    text = pad.numbers.get().text
    uids = (visit.uid, plan.visits.get().uid)
    outcomes = together(
        *[
            lambda uid=uid: services.pad_number_use(
                actor=world.officer, text=text, subject_uid=uid, subject_label="家"
            )
            for uid in uids
        ]
    )
    assert outcomes[-1] == "done"
    assert "不能再用" in outcomes[0]
    assert PadNumber.objects.get().state == "USED"


def test_pads_handed_out_at_once_have_different_codes() -> None:
    world, *_ = scene()
    hand_out = lambda: services.pad_hand_out(actor=world.head, holder=world.officer, size=2)  # noqa: E731
    assert together(hand_out, hand_out, hand_out) == ["done"] * 3
    assert PadNumber.objects.values("text").distinct().count() == 6
