"""The reporter's own page: stage, messages, additions, verdict, asking for another handling."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from casework.models import EvidenceFile
from complaints import services, wall
from complaints.models import Clue, ClueMessage, ClueStatus, MessageSide
from complaints.services import Assignment
from tests.complaints.door import Phone, photo
from tests.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(world: World, reference_data: None) -> None:
    cache.clear()


def closed(world: World, clue: Clue) -> None:
    clue.status, clue.outcome, clue.closed_at, clue.closed_by = (
        "CLOSED",
        "CONFIRMED",
        timezone.now(),
        world.officer,
    )
    clue.outcome_note, clue.public_answer = "现场查实，已取缔。", "情况属实，已责令停止办学并退费。"
    clue.save()


def test_the_code_shows_stage_and_due_date_with_its_working() -> None:
    phone = Phone()
    page = phone.track(phone.report()).content.decode()
    clue = Clue.objects.get()
    assert "已登记，等待受理" in page
    assert clue.number in page
    assert "受理期限" in page
    assert "个工作日" in page


def test_words_and_photos_are_added_and_sealed_as_written() -> None:
    phone = Phone()
    code = phone.report()
    clue = Clue.objects.get()
    words = "我叫韦晓岚，他们搬到五楼了。"
    page = phone.client.post("/report/track/add/", {"code": code, "text": words, "files": [_file(photo(2))]})
    assert page.status_code == 200
    assert "已补充" in page.content.decode()
    message = ClueMessage.objects.get()
    assert message.side == MessageSide.REPORTER
    assert "韦晓岚" not in message.text
    assert "五楼" in message.text
    assert EvidenceFile.objects.filter(subject_uid=clue.uid).count() == 1
    assert [wall.unseal(row)["words"]["text"] for row in wall.sealed_of(clue.uid)][1] == words


def test_only_photos_may_be_added_but_not_nothing() -> None:
    phone = Phone()
    code = phone.report()
    assert phone.client.post("/report/track/add/", {"code": code}).status_code == 422
    assert (
        phone.client.post("/report/track/add/", {"code": code, "files": [_file(photo(2))]}).status_code == 200
    )
    assert ClueMessage.objects.get().text == "（补充了 1 个照片或视频）"


def test_a_verdict_and_a_second_handling_only_after_the_end(world: World) -> None:
    phone = Phone()
    code = phone.report()
    clue = Clue.objects.get()
    assert phone.client.post("/report/track/solved/", {"code": code, "solved": "YES"}).status_code == 422
    assert phone.client.post("/report/track/reopen/", {"code": code, "text": "还在"}).status_code == 422
    closed(world, clue)
    page = phone.track(code).content.decode()
    assert "属实并已处理" in page
    assert "已责令停止办学并退费" in page
    assert "现场查实" not in page
    assert phone.client.post("/report/track/solved/", {"code": code, "solved": "NO"}).status_code == 200
    assert phone.client.post("/report/track/reopen/", {"code": code, "text": " "}).status_code == 422
    assert (
        phone.client.post("/report/track/reopen/", {"code": code, "text": "第二天又开了。"}).status_code
        == 200
    )
    clue.refresh_from_db()
    assert (clue.solved, clue.status) == ("NO", ClueStatus.CLOSED)
    assert clue.reopen_asked_at is not None
    again = phone.client.post("/report/track/reopen/", {"code": code, "text": "再说一次。"})
    assert again.status_code == 422
    assert "正在由负责人决定" in again.content.decode()


def test_a_merged_report_shows_the_leading_one(world: World) -> None:
    phone = Phone()
    first, second = phone.report(), Phone().report(text="四楼也有人在教。")
    leading, own = Clue.objects.order_by("pk")
    closed(world, leading)
    own.status, own.merged_into = "MERGED", leading
    own.save()
    page = phone.track(second).content.decode()
    assert "合并办理" in page
    assert "已责令停止办学并退费" in page
    assert "三楼东侧" not in page, "the words of another reporter"
    assert phone.track(first).status_code == 200


def test_the_reporter_of_a_merged_clue_judges_the_result_and_asks_again(world: World, sign_in: Any) -> None:
    phone = Phone()
    first, second = phone.report(), Phone(address="203.0.113.9").report(text="同一处，晚上也上课。")
    leading, own = Clue.objects.order_by("pk")
    services.clue_merge(actor=world.head, clue=own, into=leading, reason="同一处")
    assert "问题解决了吗" not in phone.track(second).content.decode(), "nothing to judge yet"
    closed(world, leading)
    assert "问题解决了吗" in phone.track(second).content.decode()
    said = phone.client.post("/report/track/solved/", {"code": second, "solved": "YES"})
    assert said.status_code == 200
    own.refresh_from_db()
    leading.refresh_from_db()
    assert (own.solved, leading.solved) == ("YES", "")
    asked = phone.client.post("/report/track/reopen/", {"code": second, "text": "人又回来了。"})
    assert asked.status_code == 200
    own.refresh_from_db()
    leading.refresh_from_db()
    assert (own.solved, leading.solved) == ("NO", "")
    assert leading.reopen_asked_at
    assert own.reopen_asked_at is None
    assert "已收到重办要求" in phone.track(first).content.decode()
    assert (
        phone.client.post("/report/track/reopen/", {"code": first, "text": "我也看见了。"}).status_code == 422
    )
    desk = sign_in(world.head)
    page = desk.get(f"/desk/clues/{leading.uid}/").content.decode()
    assert "人又回来了" in page
    assert f"{own.number}（反映人：没有解决）" in page
    services.clue_reopen(
        actor=world.head, clue=leading, to=Assignment(world.officer.organisation), reason="又开课了"
    )
    own.refresh_from_db()
    assert own.solved == ""


def test_messages_of_the_office_are_read_and_those_of_others_are_not(world: World) -> None:
    phone = Phone()
    code, other = phone.report(), Phone().report(text="四楼也有人在教。")
    clue, stranger = Clue.objects.order_by("pk")
    for target, text in ((clue, "请问是几单元？"), (stranger, "给别人的话")):
        ClueMessage.objects.create(
            clue=target, side="OFFICE", text=text, said_at=timezone.now(), author=world.officer
        )
    page = phone.track(code).content.decode()
    assert "请问是几单元" in page
    assert "给别人的话" not in page
    assert world.officer.name not in page
    assert other != code


def test_the_code_of_one_bureau_opens_nothing_at_another() -> None:
    code = Phone().report()
    assert Phone(slug="fengjie").track(code).status_code == 422


def test_a_refused_report_says_why_and_takes_no_more() -> None:
    phone = Phone()
    code = phone.report()
    Clue.objects.update(status="REJECTED", rejected_reason="不是校外培训的事。", rejected_at=timezone.now())
    assert "不是校外培训的事" in phone.track(code).content.decode()
    assert phone.client.post("/report/track/add/", {"code": code, "text": "再补充"}).status_code == 422


def test_additions_are_limited_and_traps_refused() -> None:
    phone = Phone()
    code = phone.report()
    codes = [
        phone.client.post("/report/track/add/", {"code": code, "text": f"补充{n}"}).status_code
        for n in range(12)
    ]
    assert codes == [200] * 10 + [422] * 2
    fresh = Phone(address="203.0.113.200")
    other = fresh.report(text="另一处。")
    assert (
        fresh.client.post("/report/track/add/", {"code": other, "text": "x", "website": "y"}).status_code
        == 422
    )


def _file(data: bytes) -> object:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("IMG_1.jpg", data, "image/jpeg")
