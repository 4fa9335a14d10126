"""The public door over HTTP: lanes, files, once only, nothing about whoever stands in front of it."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone
from PIL import Image

from casework.models import AuditEvent, EvidenceFile
from complaints import services, wall
from complaints.models import Clue, ClueStatus, IntakeFile, SealedReport
from tests.complaints.door import WORDS, Phone, photo, receipt_in
from tests.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(world: World, reference_data: None) -> None:
    cache.clear()


def errors_in(response: object) -> list[str]:
    return re.findall(r"<li>(.*?)</li>", response.content.decode())[:5]  # type: ignore[attr-defined]


def files_on_disk() -> dict[str, bytes]:
    found = {}
    for name in ("default", "sealed"):
        base = Path(storages[name].location)
        found |= {str(path): path.read_bytes() for path in base.rglob("*") if path.is_file()}
    return found


def test_a_report_in_parts_becomes_a_clue_with_clean_photos(world: World) -> None:
    phone = Phone()
    given = phone.new_pass()
    data = photo(3, serial="CANARY77")
    key = phone.upload(data, given)
    assert all(b"CANARY77" not in blob for blob in files_on_disk().values()), "parts lie in clear"
    response = phone.send(
        given=given, uploads=(key,), contact_phone="13900001234", text=f"{WORDS}电话13900001234",
        longitude="109.8795123", latitude="31.0751987", accuracy_m="17",
    )  # fmt: skip
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    clue = Clue.objects.get()
    assert clue.status == ClueStatus.RECEIVED
    assert clue.number
    assert "1390000" not in clue.text
    assert (clue.longitude, clue.latitude, clue.accuracy_m) == (109.8795, 31.0752, 20)
    assert wall.unseal(wall.sealed_of(clue.uid).get())["contact"]["phone"] == "13900001234"
    evidence = EvidenceFile.objects.get()
    assert (evidence.original_name, evidence.longitude, evidence.captured_at) == ("", None, None)
    assert evidence.sealed_as == "", "the photo as sent is kept nowhere"
    with storages["default"].open(evidence.stored_as) as file, Image.open(file) as kept:
        assert not kept.getexif()
        assert kept.size == (640, 480)
    assert not IntakeFile.objects.exists()
    assert all(b"CANARY77" not in blob for blob in files_on_disk().values())


def test_an_interrupted_upload_goes_on_and_repeats_change_nothing() -> None:
    phone = Phone()
    given, key = phone.new_pass(), secrets.token_hex(32)
    data = photo(5, size=(1600, 1200)) + b"\0" * 90_000
    headers = {"Report-Pass": given, "Upload-Key": key}
    fields = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert phone.client.post("/report/upload/", fields, headers=headers).json()["received"] == 0
    assert phone.part(given, key, 0, data[:50_000]).json()["received"] == 50_000
    assert phone.part(given, key, 0, data[:50_000]).json()["received"] == 50_000
    ahead = phone.part(given, key, 80_000, data[80_000:])
    assert (ahead.status_code, ahead.json()["received"]) == (409, 50_000)
    again = phone.client.post("/report/upload/", fields, headers=headers).json()
    assert again == {"received": 50_000, "size": len(data), "sha256": ""}
    done = phone.part(given, key, 50_000, data[50_000:]).json()
    assert done["sha256"] == fields["sha256"]
    assert phone.part(given, key, 50_000, data[50_000:]).json() == done


def test_a_file_that_arrives_damaged_is_refused() -> None:
    phone = Phone()
    given, key = phone.new_pass(), secrets.token_hex(32)
    data = photo(6)
    headers = {"Report-Pass": given, "Upload-Key": key}
    phone.client.post("/report/upload/", {"size": len(data), "sha256": "0" * 64}, headers=headers)
    answer = phone.part(given, key, 0, data)
    assert answer.status_code == 422
    assert "重新添加" in answer.json()["message"]


def test_uploads_without_pass_are_refused() -> None:
    phone = Phone()
    answer = phone.client.post(
        "/report/upload/", {"size": 3, "sha256": "0" * 64}, headers={"Upload-Key": "0" * 64}
    )
    assert answer.status_code == 403
    assert not IntakeFile.objects.exists()


def test_uploads_that_are_never_sent_expire(django_capture_on_commit_callbacks: object) -> None:
    phone = Phone()
    before = set(files_on_disk())
    phone.upload(photo(8), phone.new_pass())
    assert set(files_on_disk()) != before
    assert services.uploads_expire(now=timezone.now()) == 0
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert services.uploads_expire(now=timezone.now() + timedelta(hours=25)) == 1
    assert not IntakeFile.objects.exists()
    assert set(files_on_disk()) == before


def test_sent_twice_registered_once() -> None:
    phone = Phone()
    given, draft = phone.new_pass(), secrets.token_hex(16)
    first = phone.send(given=given, draft=draft)
    again = phone.send(given=given, draft=draft)
    assert receipt_in(first) == receipt_in(again)
    assert Clue.objects.count() == 1


def test_without_script_the_report_is_set_apart_with_its_files() -> None:
    phone = Phone()
    response = phone.send(files=(photo(9, serial="CANARY88"), photo(10)))
    assert response.status_code == 200
    clue = Clue.objects.get()
    assert (clue.status, clue.number, clue.is_spam_suspect) == (ClueStatus.QUARANTINED, "", False)
    assert EvidenceFile.objects.count() == 2
    assert all(b"CANARY88" not in blob for blob in files_on_disk().values())
    assert phone.track(receipt_in(response)).status_code == 200


def test_preview_without_script_keeps_nothing() -> None:
    response = Phone().send(preview="1", text=f"我叫韦晓岚，{WORDS}")
    page = response.content.decode()
    assert response.status_code == 200
    assert "我叫〔已隐去〕" in page
    assert "已隐去：姓名" in page
    assert not Clue.objects.exists()
    assert not SealedReport.objects.exists()


def test_what_the_reporter_left_is_taken_out_of_the_words_too() -> None:
    phone = Phone()
    phone.report(contact_name="覃小满", text=f"{WORDS}问覃小满就知道。")
    assert "覃小满" not in Clue.objects.get().text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"text": " "}, "请写几句话"),
        ({"kind": "NOPE"}, "选择"),
        ({"happened_at": "2999-01-01T00:00"}, "不能在以后"),
        ({"uploads": ("zz",)}, "上传编号不对"),
        ({"uploads": ("0" * 64,)}, "没有传完整"),
    ],
)
def test_bad_input_gets_a_sentence(values: dict[str, Any], sentence: str) -> None:
    response = Phone().send(**values)
    assert response.status_code == 422
    assert sentence in response.content.decode(), errors_in(response)
    assert not Clue.objects.exists()


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a....", b"\xff\xd8\xff broken", b"%PDF-1.7 x", b"\0\0\0\x18ftypmp42\0\0"]
)
def test_other_files_are_refused(data: bytes) -> None:
    response = Phone().send(files=(data,))
    assert response.status_code in {200, 422}
    assert not EvidenceFile.objects.exists()


def test_positions_outside_the_country_are_dropped() -> None:
    Phone().report(longitude="999", latitude="abc")
    assert Clue.objects.get().longitude is None


def test_no_address_and_no_request_id_reach_the_audit_chain(caplog: pytest.LogCaptureFixture) -> None:
    phone = Phone(address="203.0.113.99")
    with caplog.at_level(logging.DEBUG):
        code = phone.report(contact_phone="13900005678")
        phone.client.post("/report/track/add/", {"code": code, "text": "晚上还在上课。"})
    events = AuditEvent.objects.filter(verb__startswith="complaints.")
    assert events.count() >= 3
    assert set(events.values_list("address", "request_id")) == {("", "")}
    assert set(AuditEvent.objects.values_list("address", flat=True)) == {""}
    assert "203.0.113.99" not in caplog.text
    assert code not in caplog.text
    assert "13900005678" not in caplog.text


def test_errors_are_logged_without_what_was_written(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**kwargs: object) -> None:
        raise RuntimeError(f"cannot take {kwargs}")

    monkeypatch.setattr(services, "report_send", broken)
    with caplog.at_level(logging.DEBUG):
        response = Phone().send(contact_phone="13900005678")
    assert response.status_code == 500
    assert "RuntimeError at " in caplog.text
    assert "13900005678" not in caplog.text
    assert WORDS[:6] not in caplog.text


def test_cache_keys_and_values_do_not_say_who() -> None:
    phone = Phone(address="203.0.113.99", mark="device-mark-of-today")
    code = phone.report()
    client = cache._cache.get_client(None)  # type: ignore[attr-defined]
    for name in client.keys("*report:*"):
        blob = name + (client.get(name) or b"")
        for planted in ("203.0.113.99", "device-mark-of-today", code, WORDS[:8]):
            assert planted.encode() not in blob


def test_forms_answer_without_code_and_are_not_cached() -> None:
    client = Client()
    for path in ("/report/", "/report/track/", "/report/privacy/"):
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "same-origin"


def test_the_door_asks_for_the_form_token() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/report/", {"kind": "OTHER", "text": WORDS}).status_code == 403
    assert client.post("/report/track/", {"code": "0" * 16}).status_code == 403


def test_unknown_bureau_has_no_door() -> None:
    assert Client().get("/b/nowhere/report/").status_code == 404


def test_large_requests_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaints.door.REQUEST_MAX_BYTES", 20_000)
    response = Phone().send(files=(photo(1), photo(2)))
    assert response.status_code == 422
    assert "合计超过" in response.content.decode()


def test_pixels_survive() -> None:
    Phone().send(files=(photo(4, size=(320, 240)),))
    with storages["default"].open(EvidenceFile.objects.get().stored_as) as file, Image.open(file) as kept:
        assert kept.size == (320, 240)
        assert len(set(kept.resize((8, 8)).tobytes())) > 10
