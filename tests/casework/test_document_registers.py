"""The register of documents, signing keys, published lists, previews, posting photos, number words."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core.cache import cache, caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client, override_settings
from pypdf import PdfReader

from accounts.models import User
from casework.data import document_kinds, document_labels
from casework.documents import keys, publication, selectors
from casework.documents.preview import NOT_NUMBERED, preview_content, preview_pdf
from casework.documents.services import document_recall, document_supersede, document_withdraw, posting_add
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.management.commands.load_reference import load_document_kinds
from casework.models import AuditEvent, DocumentKind, NumberTemplate, OfficialDocument, SigningKey
from casework.numbering import number_word_set, pattern_of
from tests.casework.test_documents import NOON, issue, source
from tests.conftest import World
from tests.inspections.making import photo


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    """Files of this test only, and nobody counted before."""
    cache.clear()
    caches["pages"].clear()
    own = {
        name: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / name)},
        }
        for name in ("default", "sealed")
    }
    with override_settings(STORAGES={**settings.STORAGES, **own}):
        yield


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.ActiveUserBackend")
    return client


def page(user: User, path: str) -> Any:
    return client_of(user).get(f"/b/{user.bureau.slug}{path}")


def post(user: User, path: str, values: dict[str, Any]) -> Any:
    return client_of(user).post(f"/b/{user.bureau.slug}{path}", values)


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def stranger_verifies(keys_json: bytes, revocations_json: bytes, payload: str) -> str:
    """What docs/verify.md tells a stranger to do, with nothing but the two files and an Ed25519 library."""
    known = {key["key_id"]: key for key in json.loads(keys_json)["keys"]}
    envelope = json.loads(revocations_json)
    signer = Ed25519PublicKey.from_public_bytes(unpadded(known[envelope["key_id"]]["public_key"]))
    signer.verify(unpadded(envelope["signature"]), envelope["signed"].encode())
    revoked = json.loads(envelope["signed"])
    body, _, signature = payload.rpartition(".")
    key_id, code, _day, _digest = body.split(".")
    if key_id not in known or known[key_id]["revoked_at"]:
        return "KEY"
    try:
        Ed25519PublicKey.from_public_bytes(unpadded(known[key_id]["public_key"])).verify(
            unpadded(signature), body.encode()
        )
    except InvalidSignature:
        return "FORGED"
    digest = hashlib.sha256(code.encode()).hexdigest()
    states = {row["code_sha256"]: row["state"] for row in revoked["documents"]}
    return states.get(digest, "VALID")


def files(world: World) -> tuple[bytes, bytes]:
    base = f"/b/{world.bureau.slug}/verify"
    return Client().get(f"{base}/keys.json").content, Client().get(f"{base}/revocations.json").content


def test_a_stranger_verifies_from_the_published_files_alone(world: World) -> None:
    good, gone, old = issue(world), issue(world), issue(world)
    document_withdraw(actor=world.leader, document=gone, reason="事实有误", at=NOON)
    document_supersede(actor=world.leader, document=old, by=good, reason="更正")
    first = files(world)
    assert stranger_verifies(*first, good.signed_payload) == "VALID"
    assert stranger_verifies(*first, gone.signed_payload) == "WITHDRAWN"
    assert stranger_verifies(*first, old.signed_payload) == "SUPERSEDED"
    forged = good.signed_payload.replace(good.code.replace("-", ""), gone.code.replace("-", ""))
    assert stranger_verifies(*first, forged) == "FORGED"
    assert gone.code.encode() not in first[1]
    keys.key_rotate(actor=world.admin, bureau=world.bureau, reason="例行更换", at=NOON + timedelta(days=1))
    assert stranger_verifies(*files(world), good.signed_payload) == "VALID"
    first_key = SigningKey.objects.get(key_id=good.key_id)
    keys.key_revoke_ask(actor=world.admin, key=first_key, reason="介质遗失")
    keys.key_revoke_confirm(actor=world.leader, key=first_key)
    assert stranger_verifies(*files(world), good.signed_payload) == "KEY"


def test_a_tampered_revocation_list_is_noticed(world: World) -> None:
    document_withdraw(actor=world.leader, document=issue(world), reason="事实有误", at=NOON)
    key_file, listed = files(world)
    envelope = json.loads(listed)
    envelope["signed"] = envelope["signed"].replace("WITHDRAWN", "SUPERSEDED")
    with pytest.raises(InvalidSignature):
        stranger_verifies(key_file, json.dumps(envelope).encode(), issue(world).signed_payload)


def test_the_list_answers_304_until_something_changes(world: World) -> None:
    document = issue(world)
    address = f"/b/{world.bureau.slug}/verify/revocations.json"
    first = Client().get(address)
    again = Client().get(address, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    document_withdraw(actor=world.leader, document=document, reason="事实有误", at=NOON)
    assert Client().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_bureau_that_signed_nothing_publishes_no_list(world: World) -> None:
    base = f"/b/{world.bureau.slug}/verify"
    assert Client().get(f"{base}/revocations.json").status_code == 404
    assert Client().get(f"{base}/keys.json").json()["keys"] == []


def test_lists_name_only_the_own_bureau(world: World) -> None:
    issue(world)
    other = issue(world, actor=world.neighbour_officer, organ=world.neighbour_officer.organisation)
    document_withdraw(actor=world.neighbour_leader, document=other, reason="事实有误", at=NOON)
    assert selectors.revocations(world.bureau)["documents"] == []
    assert len(selectors.revocations(world.neighbour)["documents"]) == 1
    assert {row["bureau"] for row in publication.public_keys(world.bureau)} == {world.bureau.slug}
    assert len(selectors.public_keys()) == 2


def test_a_revocation_needs_two_people_and_a_reason(world: World) -> None:
    key = SigningKey.objects.get(key_id=issue(world).key_id)
    with pytest.raises(NotAllowed):
        keys.key_revoke_ask(actor=world.leader, key=key, reason="遗失")
    with pytest.raises(Unlawful, match="原因"):
        keys.key_revoke_ask(actor=world.admin, key=key, reason=" ")
    with pytest.raises(WrongState, match="还没有人提出"):
        keys.key_revoke_confirm(actor=world.leader, key=key)
    asked = keys.key_revoke_ask(actor=world.admin, key=key, reason="介质遗失")
    assert asked.standing == "ASKED"
    with pytest.raises(NotAllowed, match="不能自己确认"):
        keys.key_revoke_confirm(actor=world.admin, key=key)
    keys.key_revoke_drop(actor=world.admin, key=key, reason="找回")
    assert SigningKey.objects.get(pk=key.pk).standing == "CURRENT"
    keys.key_revoke_ask(actor=world.admin, key=key, reason="介质遗失")
    gone = keys.key_revoke_confirm(actor=world.leader, key=key)
    assert gone.standing == "REVOKED"
    current = SigningKey.objects.get(bureau=world.bureau, retired_at=None, revoked_at=None)
    assert current.key_id != key.key_id
    with pytest.raises(WrongState, match="已经吊销"):
        keys.key_revoke_ask(actor=world.admin, key=key, reason="再来")
    assert AuditEvent.objects.filter(verb="casework.signing_key_revoke", object_no=key.key_id).exists()


def test_the_database_wants_two_names_on_a_revocation(world: World) -> None:
    issue(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.update(
            revoked_at=NOON, revoke_reason="遗失", revoke_asked_by=world.admin, revoked_by=world.admin
        )


def test_a_revoked_key_is_told_plainly_on_the_verify_page_and_the_desk(world: World) -> None:
    document = issue(world)
    key = SigningKey.objects.get(key_id=document.key_id)
    keys.key_revoke_ask(actor=world.admin, key=key, reason="介质遗失")
    keys.key_revoke_confirm(actor=world.leader, key=key)
    body = (
        Client()
        .get(f"/b/{world.bureau.slug}/verify/{document.code}/?p={document.signed_payload}")
        .content.decode()
    )
    assert "签名不再作证" in body
    assert "介质遗失" in body
    assert "签名密钥已吊销" in page(world.officer, f"/desk/documents/{document.uid}/").content.decode()


def test_the_key_screen_rotates_and_counts_documents(world: World) -> None:
    document = issue(world)
    body = page(world.admin, "/desk/documents/keys/").content.decode()
    assert document.key_id in body
    assert SigningKey.objects.get().fingerprint in body
    assert post(world.admin, "/desk/documents/keys/rotate/", {"reason": ""}).status_code == 422
    assert post(world.admin, "/desk/documents/keys/rotate/", {"reason": "例行更换"}).status_code == 302
    assert selectors.verify(document.code, document.signed_payload).is_genuine
    counted = {row.key.key_id: row.documents for row in selectors.keys_of(world.bureau)}
    assert counted[document.key_id] == 1
    assert sum(counted.values()) == 1
    assert page(world.officer, "/desk/documents/keys/").status_code == 403
    old = document.key_id
    asked = post(world.admin, f"/desk/documents/keys/{old}/revoke/", {"reason": "遗失"})
    assert asked.status_code == 302
    assert "介质" not in page(world.leader, f"/desk/documents/keys/{old}/confirm/").content.decode()
    assert post(world.leader, f"/desk/documents/keys/{old}/confirm/", {}).status_code == 302
    assert SigningKey.objects.get(key_id=old).standing == "REVOKED"
    assert page(world.neighbour_leader, f"/desk/documents/keys/{old}/confirm/").status_code == 404


def test_the_register_is_scoped_filtered_and_exported(world: World) -> None:
    mine = issue(world, party="启航培训中心")
    other = issue(world, actor=world.neighbour_officer, organ=world.neighbour_officer.organisation)
    body = page(world.officer, "/desk/documents/").content.decode()
    assert mine.number in body
    assert str(other.uid) not in body
    assert mine.number in page(world.officer, "/desk/documents/?q=启航").content.decode()
    assert mine.number not in page(world.officer, "/desk/documents/?state=WITHDRAWN").content.decode()
    assert (
        mine.number
        in page(world.officer, "/desk/documents/?since=2026-11-20&until=2026-11-20").content.decode()
    )
    assert mine.number not in page(world.officer, "/desk/documents/?since=2026-11-21").content.decode()
    exported = b"".join(page(world.officer, "/desk/documents/?export=csv").streaming_content).decode()
    assert mine.code in exported
    assert other.code not in exported
    assert page(world.neighbour_officer, f"/desk/documents/{mine.uid}/").status_code == 404
    assert page(world.institution_user, "/desk/documents/").status_code == 403


def test_the_page_of_a_document_shows_content_versions_and_withdrawal(world: World) -> None:
    old, new = issue(world), issue(world)
    document_supersede(actor=world.leader, document=old, by=new, reason="更正日期")
    body = page(world.leader, f"/desk/documents/{new.uid}/").content.decode()
    assert old.number in body
    assert "替代关系" in body
    assert post(world.leader, f"/desk/documents/{new.uid}/withdraw/", {"reason": ""}).status_code == 422
    assert post(world.officer, f"/desk/documents/{new.uid}/withdraw/", {"reason": "错"}).status_code == 403
    assert post(world.leader, f"/desk/documents/{new.uid}/withdraw/", {"reason": "错发"}).status_code == 302
    assert OfficialDocument.objects.get(pk=new.pk).state == "WITHDRAWN"


def test_only_the_issuing_organ_withdraws_and_rooms_may_stop_it(world: World) -> None:
    document = issue(world)
    with pytest.raises(NotAllowed):
        document_recall(actor=world.neighbour_leader, document=document, reason="错")
    OfficialDocument.objects.filter(pk=document.pk).update(subject_type="inspections.servicerecord")
    document.refresh_from_db()
    with pytest.raises(Blocked, match="送达回证"):
        document_recall(actor=world.leader, document=document, reason="错")
    assert (
        "现在还不能办理" in page(world.leader, f"/desk/documents/{document.uid}/withdraw/").content.decode()
    )


def test_a_preview_has_a_watermark_and_no_number(world: World, tmp_path: Path) -> None:
    said = {
        **source(),
        "number": "巫教培〔2026〕1号",
        "qr": {"payload": "x", "caption": "", "verify_url": ""},
    }
    shown = preview_content(said)
    assert (shown.number, shown.qr) == (NOT_NUMBERED, None)
    target = tmp_path / "preview.pdf"
    target.write_bytes(preview_pdf(said).content)
    pages = ["".join(page.extract_text().split()) for page in PdfReader(target).pages]
    assert all("预览" in text for text in pages)
    assert not any("1号" in text and "〔2026〕1号" in text for text in pages)


def test_a_torn_down_notice_is_proved_by_its_photo(world: World) -> None:
    document = issue(world)
    picture = photo("navy")
    raw = picture.read()
    picture.seek(0)
    kept = posting_add(actor=world.officer, document=document, upload=picture, captured_at=NOON)
    body = page(world.officer, f"/desk/documents/{document.uid}/").content.decode()
    assert kept.sha256 in body
    address = f"/b/{world.bureau.slug}/verify/photo/"
    before = type(kept).objects.count()
    same = Client().post(address, {"photo": SimpleUploadedFile("a.jpg", raw, "image/jpeg")})
    assert "与登记的张贴照片一致" in same.content.decode()
    assert document.number in same.content.decode()
    assert same["Cache-Control"] == "no-store"
    assert type(kept).objects.count() == before


def pattern(flip: bool = False, quality: int = 90) -> SimpleUploadedFile:
    """A picture with a shape, so that its look differs from others."""
    import io

    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(picture)
    for step in range(8):
        x = step * 40
        shade = (step * 67) % 256
        draw.rectangle((x, 30 + (step * 37) % 150, x + 30, 220), fill=(shade, shade, 255 - shade))
    if flip:
        picture = picture.rotate(180)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return SimpleUploadedFile("p.jpg", target.getvalue(), "image/jpeg")


def test_a_compressed_copy_is_called_similar_and_another_photo_unknown(world: World) -> None:
    document = issue(world)
    posting_add(actor=world.officer, document=document, upload=pattern())
    address = f"/b/{world.bureau.slug}/verify/photo/"
    assert "相似" in Client().post(address, {"photo": pattern(quality=40)}).content.decode()
    assert "没有登记过" in Client().post(address, {"photo": pattern(flip=True)}).content.decode()
    elsewhere = f"/b/{world.neighbour.slug}/verify/photo/"
    assert "没有登记过" in Client().post(elsewhere, {"photo": pattern()}).content.decode()


def test_reloading_the_answer_leads_to_the_form(world: World) -> None:
    response = Client().get(f"/b/{world.bureau.slug}/verify/photo/")
    assert (response.status_code, response.url) == (302, f"/b/{world.bureau.slug}/verify/")


@pytest.mark.parametrize(
    ("upload", "word"),
    [
        (None, "请选择一张照片"),
        (SimpleUploadedFile("a.jpg", b"\xff\xd8\xff no picture"), "无法打开"),
        (SimpleUploadedFile("a.pdf", b"%PDF-1.7 x"), "JPG 或 PNG"),
        (SimpleUploadedFile("a.jpg", b""), "请选择一张照片|空的"),
        (SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024)), "10 MB"),
    ],
)
def test_bad_photos_are_told_plainly(world: World, upload: Any, word: str) -> None:
    import re

    values = {} if upload is None else {"photo": upload}
    response = Client().post(f"/b/{world.bureau.slug}/verify/photo/", values)
    assert response.status_code == 422
    assert re.search(word, response.content.decode())


def test_one_address_may_not_send_photos_without_end(world: World) -> None:
    address = f"/b/{world.bureau.slug}/verify/photo/"
    answers = [Client().post(address, {}).content.decode() for _ in range(21)]
    assert "次数过多" in answers[-1]
    assert "次数过多" not in answers[0]


def test_a_posting_photo_is_a_photo_of_the_own_bureau(world: World) -> None:
    document = issue(world)
    with pytest.raises(Unlawful, match="JPG 或 PNG"):
        posting_add(actor=world.officer, document=document, upload=SimpleUploadedFile("a.pdf", b"%PDF-1.7"))
    with pytest.raises(NotAllowed):
        posting_add(actor=world.neighbour_officer, document=document, upload=photo())
    with pytest.raises(Unlawful, match="晚于现在"):
        posting_add(
            actor=world.officer,
            document=document,
            upload=photo(),
            captured_at=NOON,
            at=NOON - timedelta(days=1),
        )
    sent = post(world.officer, f"/desk/documents/{document.uid}/posting/", {"photo": photo()})
    assert sent.status_code == 302


def test_every_catalogue_field_has_a_chinese_label() -> None:
    labels = document_labels()["fields"]
    named = {name for kind in document_kinds() if kind["catalogue_no"] for name in kind["required_fields"]}
    assert named <= set(labels)


def test_number_words_are_set_per_organ_and_audited(world: World) -> None:
    load_document_kinds()
    kind = DocumentKind.objects.get(code="RECTIFICATION_NOTICE")
    row = number_word_set(actor=world.admin, organ=world.education, kind=kind, word="责改", has_ordinal=True)
    assert pattern_of(world.education, kind.code) == "{organ}责改〔{year}〕第{n}号"
    assert pattern_of(world.market, kind.code) == kind.number_pattern
    assert issue(world, kind=kind.code).number == "巫教培责改〔2026〕第1号"
    assert AuditEvent.objects.filter(verb="casework.number_word_set").count() == 1
    with pytest.raises(Unlawful, match="已使用"):
        number_word_set(actor=world.admin, organ=world.education, kind=kind, word="罚字")
    with pytest.raises(Unlawful, match="汉字"):
        number_word_set(actor=world.admin, organ=world.education, kind=kind, word="A1")
    with pytest.raises(NotAllowed):
        number_word_set(actor=world.officer, organ=world.education, kind=kind, word="责改")
    unnumbered = DocumentKind.objects.get(code="SITE_RECORD")
    with pytest.raises(Unlawful, match="不编号"):
        number_word_set(actor=world.admin, organ=world.education, kind=unnumbered, word="笔录")
    with pytest.raises(IntegrityError), transaction.atomic():
        NumberTemplate.objects.create(
            bureau=world.bureau, organ=row.organ, kind=kind.code, pattern=row.pattern
        )


def test_the_catalogue_screen_shows_kinds_and_takes_words(world: World) -> None:
    load_document_kinds()
    body = page(world.officer, "/desk/documents/kinds/").content.decode()
    assert "行政处罚事先告知书" in body
    detail = page(world.officer, "/desk/documents/kinds/PENALTY_DECISION/").content.decode()
    assert "履行期限" in detail
    assert "设置中间字" not in detail
    values = {"organ": world.education.pk, "word": "罚决", "has_ordinal": ""}
    assert post(world.admin, "/desk/documents/kinds/PENALTY_DECISION/", values).status_code == 302
    assert post(world.officer, "/desk/documents/kinds/PENALTY_DECISION/", values).status_code == 403
    assert page(world.officer, "/desk/documents/kinds/NOTHING/").status_code == 404
