"""Official documents: number, frozen content, signature, files, withdrawal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connections, transaction
from django.http import Http404
from django.test import override_settings
from pypdf import PdfReader

from casework import registries, typesetting
from casework.canonical import sha256_hex
from casework.documents import selectors
from casework.documents.services import (
    document_file,
    document_issue,
    document_render,
    document_supersede,
    document_withdraw,
    printable,
)
from casework.documents.signing import ALPHABET, check, normal_code, signing_key_rotate
from casework.errors import Unlawful, WrongState
from casework.models import AuditEvent, DocumentState, IssuedNumber, JobRun, OfficialDocument, SigningKey
from tests.casework.typesetting_samples import rectification_notice
from tests.conftest import World, build_world

NOON = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
KIND = "TEST_NOTICE"


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    """Files of this test only."""
    own = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    with override_settings(STORAGES={**settings.STORAGES, **own}):
        yield


def source() -> dict[str, Any]:
    """What a notice says, without number and code."""
    return {**typesetting.to_dict(rectification_notice()), "number": "", "qr": None}


def issue(world: World, **extra: Any) -> OfficialDocument:
    """The bureau issues a notice at noon."""
    about = JobRun.objects.create(bureau=world.bureau, kind="x", label="示例", created_by=world.officer)
    fields: dict[str, Any] = {
        "actor": world.officer,
        "organ": world.education,
        "kind": KIND,
        "subject": about,
        "content": source(),
        "title": "责令限期整改通知书",
        "party": "示例培训中心",
        "at": NOON,
        **extra,
    }
    return document_issue(**fields)


def test_issuing_takes_a_number_freezes_and_signs(world: World) -> None:
    document = issue(world)
    assert document.number == "巫教培〔2026〕1号"
    assert document.content["number"] == document.number
    assert document.content_hash == sha256_hex(document.content)
    assert IssuedNumber.objects.get().subject_uid == document.uid
    assert AuditEvent.objects.get(verb="casework.document_issue").object_no == document.number
    assert set(document.code) <= set(ALPHABET + "-")


def test_an_unnumbered_record_takes_no_number(world: World) -> None:
    assert issue(world, number="").number == ""
    assert not IssuedNumber.objects.exists()


def test_content_that_is_no_document_takes_no_number(world: World) -> None:
    with pytest.raises(typesetting.ContentError), transaction.atomic():
        issue(world, content={"form": "letter"})
    assert not IssuedNumber.objects.exists()
    assert issue(world).number.endswith("1号")


def test_an_organ_without_a_word_issues_nothing(world: World) -> None:
    with pytest.raises(Unlawful, match="机关代字"), transaction.atomic():
        issue(world, organ=world.partner.organisation)
    assert not OfficialDocument.objects.exists()


def test_both_files_are_rendered_and_say_the_number(world: World) -> None:
    document = document_render(document=issue(world))
    with default_storage.open(document.pdf_name) as file:
        text = "".join(page.extract_text() for page in PdfReader(file).pages)
    assert document.number in text.replace(" ", "").replace("\n", "")
    data, name = document_file(document=document, suffix="docx")
    assert data[:2] == b"PK"
    assert name == f"{document.number}.docx"


def test_rendering_again_gives_the_same_bytes(world: World) -> None:
    document = document_render(document=issue(world))
    first = (document.pdf_sha256, document.docx_sha256)
    again = document_render(document=OfficialDocument.objects.get(pk=document.pk))
    assert (again.pdf_sha256, again.docx_sha256) == first


def test_a_lost_file_is_rendered_when_it_is_asked_for(world: World) -> None:
    document = document_render(document=issue(world))
    default_storage.delete(document.pdf_name)
    data, _ = document_file(document=document, suffix="pdf")
    assert data.startswith(b"%PDF-")


def test_the_code_proves_the_document(world: World) -> None:
    document = issue(world)
    found = selectors.verify(document.code, document.signed_payload)
    assert (found.document, found.is_genuine) == (document, True)
    assert printable(document).qr is not None
    assert document.signed_payload in printable(document).qr.payload  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "spell",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: f" {code.replace('0', 'O').replace('1', 'l')} ",
    ],
)
def test_a_code_may_be_typed_as_people_do(world: World, spell: Any) -> None:
    document = issue(world)
    assert normal_code(spell(document.code)) == document.code
    assert selectors.verify(spell(document.code)).document == document


def test_a_code_alone_is_found_but_not_proven(world: World) -> None:
    assert not selectors.verify(issue(world).code).is_genuine
    assert selectors.verify("0000-0000-0000").document is None
    assert selectors.verify("").document is None


def test_one_changed_bit_anywhere_in_the_payload_fails(world: World) -> None:
    payload = issue(world).signed_payload
    passed = []
    for place in range(len(payload)):
        for bit in range(7):
            forged = payload[:place] + chr(ord(payload[place]) ^ (1 << bit)) + payload[place + 1 :]
            if forged.strip() == payload:
                continue
            if check(forged) is not None:
                passed.append((place, bit))
    assert passed == []


@pytest.mark.parametrize("payload", ["", ".", "....", "a.b.c.d.e", "一.二.三.四.五", "x" * 5000])
def test_nonsense_payloads_prove_nothing(world: World, payload: str) -> None:
    assert check(payload) is None


def test_changed_frozen_content_is_noticed(world: World) -> None:
    document = issue(world)
    OfficialDocument.objects.filter(pk=document.pk).update(content_hash=sha256_hex({"forged": 1}))
    assert not selectors.verify(document.code, document.signed_payload).is_genuine


def test_the_payload_of_another_document_proves_nothing(world: World) -> None:
    one, two = issue(world), issue(world)
    assert not selectors.verify(one.code, two.signed_payload).is_genuine


def test_old_paper_verifies_after_the_key_changed(world: World) -> None:
    old = issue(world)
    signing_key_rotate(actor=world.leader, bureau=world.bureau, at=NOON + timedelta(days=1))
    new = issue(world)
    assert old.signed_payload.split(".")[0] != new.signed_payload.split(".")[0]
    assert selectors.verify(old.code, old.signed_payload).is_genuine
    assert selectors.verify(new.code, new.signed_payload).is_genuine


def test_paper_of_a_revoked_key_does_not_verify(world: World) -> None:
    document = issue(world)
    SigningKey.objects.update(
        revoked_at=NOON, revoke_reason="介质遗失", revoke_asked_by=world.admin, revoked_by=world.leader
    )
    found = selectors.verify(document.code, document.signed_payload)
    assert not found.is_genuine
    assert found.revoked_key is not None


def test_each_bureau_signs_with_its_own_key(world: World) -> None:
    own = issue(world)
    other = issue(world, actor=world.neighbour_officer, organ=world.neighbour_officer.organisation)
    assert own.signed_payload.split(".")[0] != other.signed_payload.split(".")[0]


def test_a_withdrawn_document_keeps_its_number_and_says_why(world: World) -> None:
    document = issue(world)
    with pytest.raises(Unlawful, match="写明原因"):
        document_withdraw(actor=world.leader, document=document, reason=" ")
    gone = document_withdraw(actor=world.leader, document=document, reason="事实有误", at=NOON)
    assert (gone.state, gone.state_reason, gone.number) == (
        DocumentState.WITHDRAWN,
        "事实有误",
        document.number,
    )
    with pytest.raises(WrongState):
        document_withdraw(actor=world.leader, document=document, reason="再来")
    assert issue(world).number.endswith("2号")


def test_a_superseded_document_names_its_successor(world: World) -> None:
    old, new = issue(world), issue(world)
    done = document_supersede(actor=world.leader, document=old, by=new, reason="更正日期")
    assert (done.state, done.superseded_by) == (DocumentState.SUPERSEDED, new)
    with pytest.raises(WrongState):
        document_supersede(actor=world.leader, document=old, by=new, reason="再来")


def test_strangers_open_no_document_unless_the_owner_lets_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registries, "document_owners", {})
    document = issue(world)
    assert selectors.document_get(actor=world.officer, uid=document.uid) == document
    for person in (world.neighbour_officer, world.institution_user, world.township):
        with pytest.raises(Http404):
            selectors.document_get(actor=person, uid=document.uid)
    registries.add_document_owner("casework.jobrun", lambda actor, item: actor == world.institution_user)
    assert selectors.document_get(actor=world.institution_user, uid=document.uid) == document


@pytest.mark.django_db(transaction=True)
def test_two_threads_issue_two_numbers_under_one_key(tmp_path: Path) -> None:
    world = build_world()
    gate = threading.Barrier(2)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            gate.wait()
            issue(world)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(OfficialDocument.objects.values_list("number", flat=True)) == [
        "巫教培〔2026〕1号",
        "巫教培〔2026〕2号",
    ]
    assert SigningKey.objects.filter(bureau=world.bureau).count() == 1
