"""The one door: redaction, seal, number, clock, once per source."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from casework.errors import Unlawful
from casework.models import Deadline
from complaints import wall
from complaints.models import Channel, Clue, ClueKind, ClueStatus, SealedReport
from complaints.services import ClueReport, clue_register
from tests.conftest import World

pytestmark = pytest.mark.django_db

CONTACT = wall.Contact(name="韦晓岚", phone="13900001234")
REPORT = ClueReport(
    channel=Channel.SNAP,
    kind=ClueKind.UNLICENSED,
    text="我叫韦晓岚，电话１３９ 0000 1234，楼上晚上有人补数学。",
    place_text="高唐街道示例小区3栋2单元",
)


def test_words_are_redacted_and_sealed_as_written(world: World, reference_data: None) -> None:
    made = clue_register(
        actor=world.system, bureau=world.bureau, report=REPORT, contact=CONTACT, with_receipt=True
    )
    clue = made.clue
    assert clue.number == f"巫教培线索〔{clue.received_at.year}〕1号"
    assert clue.status == ClueStatus.RECEIVED
    assert clue.accept_due_on is not None
    assert "韦晓岚" not in clue.text
    assert "1234" not in clue.text
    assert "补数学" in clue.text
    sealed = SealedReport.objects.get(digest=wall.digest_of(clue.uid))
    opened = wall.unseal(sealed)
    assert opened["contact"]["phone"] == CONTACT.phone
    assert opened["words"]["text"] == REPORT.text
    assert Deadline.objects.get(subject_uid=clue.uid).kind == "CLUE_ACCEPT"


def test_sealed_rows_stand_apart_and_do_not_open_elsewhere(world: World, reference_data: None) -> None:
    first = clue_register(actor=world.system, bureau=world.bureau, report=REPORT, contact=CONTACT).clue
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'complaints_sealedreport'")
        assert cursor.fetchone() == ("sealed",)
        cursor.execute("SELECT row_to_json(r)::text FROM sealed.complaints_sealedreport r")
        kept = cursor.fetchone()[0]
    assert first.uid.hex not in kept.replace("-", "")
    assert CONTACT.phone not in kept
    assert json.loads(kept)["key_id"] == 1


def test_receipt_finds_its_clue_and_is_not_kept(world: World, reference_data: None) -> None:
    made = clue_register(actor=world.system, bureau=world.bureau, report=REPORT, with_receipt=True)
    spaced = f"{made.receipt[:4]} {made.receipt[4:8]}-{made.receipt[8:]}"
    code = wall.receipt_clean(spaced)
    assert code == made.receipt
    assert Clue.objects.get(receipt_digest=wall.receipt_digest(code)) == made.clue
    wrong = made.receipt[:-1] + str((int(made.receipt[-1]) + 1) % 10)
    assert wall.receipt_clean(wrong) == ""


def test_same_source_is_registered_once(world: World, reference_data: None) -> None:
    from dataclasses import replace

    star = replace(REPORT, channel=Channel.MONITOR, source_kind="PATROL", source_no="巡查-7/15")
    first = clue_register(actor=world.officer, bureau=world.bureau, report=star)
    again = clue_register(actor=world.officer, bureau=world.bureau, report=star)
    assert first.clue == again.clue
    assert Clue.objects.count() == 1
    assert not SealedReport.objects.exists()


def test_no_words_no_clue(world: World, reference_data: None) -> None:
    from dataclasses import replace

    with pytest.raises(Unlawful, match="请写明"):
        clue_register(actor=world.system, bureau=world.bureau, report=replace(REPORT, text="  "))
    assert not Clue.objects.exists()


def test_quarantined_clue_takes_no_number(world: World, reference_data: None) -> None:
    made = clue_register(actor=world.system, bureau=world.bureau, report=REPORT, is_quarantined=True)
    assert made.clue.status == ClueStatus.QUARANTINED
    assert made.clue.number == ""
    assert not Deadline.objects.filter(subject_uid=made.clue.uid).exists()
