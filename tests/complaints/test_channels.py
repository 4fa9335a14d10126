"""Mail files and hotline sheets: hostile, messy, taken in once, senders behind the wall."""

from __future__ import annotations

import io
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import NotAllowed, Unlawful, WrongState
from casework.evidence.selectors import evidence_of
from complaints import services, wall
from complaints.channels.mail import read_mail
from complaints.channels.tickets import kind_of
from complaints.data import cover_patterns
from complaints.models import (
    Channel,
    Clue,
    ClueKind,
    ClueStatus,
    CoverPattern,
    Outcome,
    SealedReport,
    TicketBatch,
    TicketReply,
)
from complaints.selectors import channels as selectors
from tests.conftest import World
from tests.fieldwork.phones import picture

pytestmark = pytest.mark.django_db
SENDER = "jiazhang.lu@example.com"


def mail(**values: Any) -> bytes:
    message = EmailMessage()
    message["From"] = values.get("sender", f"卢晚照 <{SENDER}>")
    message["Subject"] = values.get("subject", "有人无证补课")
    message["Message-ID"] = values.get("key", "<a1@example.com>")
    message["Date"] = "Mon, 23 Nov 2026 09:00:00 +0800"
    if "html" in values:
        message.set_content(values["html"], subtype="html")
    else:
        message.set_content(values.get("body", "示例小区三栋晚上补数学，电话13800009876"))
    for data in values.get("pictures", ()):
        message.add_attachment(data, maintype="image", subtype="jpeg", filename="卢晚照拍.jpg")
    return message.as_bytes()


def sheet(*rows: list[Any], head: list[str] | None = None) -> ContentFile[bytes]:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["巫山县12345工单"])
    page.append(
        head or ["工单编号", "诉求标题", "诉求内容", "诉求地址", "来电人", "来电号码", "受理时间", "办结期限"]
    )
    for row in rows:
        page.append(row)
    target = io.BytesIO()
    book.save(target)
    return ContentFile(target.getvalue(), name="工单.xlsx")


def ticket(number: str, text: str = "机构不退费", **values: str) -> list[Any]:
    return [number, "投诉", text, "高唐街道示例路8号", "卢晚照", "13800009876",
            values.get("came", "2026-11-20"), values.get("due", "2026-11-27")]  # fmt: skip


def test_mail_becomes_a_clue_and_its_sender_stays_behind_the_wall(world: World, reference_data: None) -> None:
    taken = services.mail_import(actor=world.officer, data=mail(pictures=[picture()]))
    clue = taken.clue
    assert (clue.channel, clue.kind) == (Channel.MAIL, ClueKind.UNLICENSED)
    shown = f"{clue.text}{clue.place_text}{clue.subject_name}"
    assert "13800009876" not in shown
    assert SENDER not in shown
    files = evidence_of(actor=world.officer, subject=clue)
    assert [file.original_name for file in files] == ["邮件照片1.jpg"] or files == []
    sealed = SealedReport.objects.get(digest=wall.digest_of(clue.uid))
    assert wall.unseal(sealed)["contact"]["email"] == SENDER


def test_same_mail_twice_is_one_clue(world: World, reference_data: None) -> None:
    first = services.mail_import(actor=world.officer, data=mail())
    again = services.mail_import(actor=world.officer, data=mail())
    assert (first.is_new, again.is_new, first.clue) == (True, False, again.clue)


def test_html_mail_is_read_as_words() -> None:
    found = read_mail(mail(html="<style>x{}</style><p>三楼&nbsp;补课</p><script>alert(1)</script>"))
    assert "三楼" in found.words
    assert "alert" not in found.words
    assert "<" not in found.words


def test_picture_that_is_none_is_told_and_nothing_is_lost(world: World, reference_data: None) -> None:
    taken = services.mail_import(actor=world.officer, data=mail(pictures=[b"\xff\xd8\xffbroken"]))
    assert taken.clue.number
    assert "照片 1" in taken.left_out[0]


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"hello", b"PK\x03\x04 zip", b"\n\n\n"])
def test_what_is_no_mail_is_refused(data: bytes) -> None:
    with pytest.raises(Unlawful):
        read_mail(data)


@given(st.binary(max_size=400), st.text(max_size=60))
def test_hostile_mail_is_read_or_refused(tail: bytes, head: str) -> None:
    raw = f"From: a@b.c\nSubject: {head}\nContent-Type: text/plain; charset={head[:9]}\n\n".encode() + tail
    try:
        found = read_mail(raw)
    except Unlawful:
        return
    assert found.words
    assert "\x00" not in found.words


def checked(world: World, upload: ContentFile[bytes]) -> TicketBatch:
    return services.tickets_check(actor=world.clerk, upload=upload, name=upload.name or "")


def test_sheet_is_checked_first_and_registered_after(world: World, reference_data: None) -> None:
    batch = checked(world, sheet(ticket("GD-1"), ticket("GD-2", "周末补课"), ticket(""), ticket("GD-1")))
    assert batch.summary == {"new": 2, "known": 0, "rejected": 2}
    assert not Clue.objects.exists()
    assert "卢晚照" not in str(batch.columns) + str(batch.rejected) + batch.file_name
    done = services.tickets_apply(actor=world.clerk, batch=batch)
    assert done.summary["made"] == 2
    first = Clue.objects.get(external_no="GD-1")
    assert (first.kind, str(first.external_due_on)) == (ClueKind.REFUND, "2026-11-27")
    assert str(timezone.localdate(first.received_at)) == "2026-11-20"
    assert first.has_contact
    with pytest.raises(WrongState):
        services.tickets_apply(actor=world.clerk, batch=done)


def test_repeating_a_sheet_changes_nothing(world: World, reference_data: None) -> None:
    services.tickets_apply(actor=world.clerk, batch=checked(world, sheet(ticket("GD-1"))))
    again = checked(world, sheet(ticket("GD-1"), ticket("GD-3")))
    assert again.summary == {"new": 1, "known": 1, "rejected": 0}
    services.tickets_apply(actor=world.clerk, batch=again)
    assert Clue.objects.count() == 2


def test_rows_are_destroyed_after_use(world: World, reference_data: None) -> None:
    batch = checked(world, sheet(ticket("GD-1")))
    sealed = SealedReport.objects.get(digest=wall.digest_of(batch.uid))
    services.tickets_drop(actor=world.clerk, batch=batch)
    sealed.refresh_from_db()
    assert bytes(sealed.wrapped_key) == b""
    with pytest.raises(Unlawful, match="销毁"):
        wall.unseal(sealed)


@pytest.mark.parametrize(("head", "word"), [(["甲", "乙"], "表头"), (["工单编号", "电话"], "表头")])
def test_sheet_without_needed_columns_is_refused(
    world: World, reference_data: None, head: list[str], word: str
) -> None:
    with pytest.raises(Unlawful, match=word):
        checked(world, sheet(["1", "2"], head=head))


def test_bad_date_is_told_by_row(world: World, reference_data: None) -> None:
    batch = checked(world, sheet(ticket("GD-1", due="卢晚照")))
    assert batch.rejected == [[3, "办结期限不是日期"]]


def test_answers_go_back_once_and_again_after_reopening(world: World, reference_data: None) -> None:
    services.tickets_apply(actor=world.clerk, batch=checked(world, sheet(ticket("GD-1"))))
    clue = Clue.objects.get()
    for number in (1, 2):
        clue.status, clue.outcome = ClueStatus.CLOSED, Outcome.CONFIRMED
        clue.outcome_note, clue.public_answer = "已退", "已退费"
        clue.closed_at, clue.closed_by = timezone.now(), world.head
        clue.save()
        waiting = list(selectors.replies_waiting(world.clerk))
        assert waiting == [clue]
        assert services.replies_export(actor=world.clerk, clues=waiting) == [clue]
        with pytest.raises(Unlawful, match="没有新的答复"):
            services.replies_export(actor=world.clerk, clues=waiting)
        assert TicketReply.objects.count() == number


def test_only_those_who_may(world: World, reference_data: None) -> None:
    with pytest.raises(NotAllowed):
        services.mail_import(actor=world.partner, data=mail())
    with pytest.raises(NotAllowed):
        services.tickets_check(actor=world.township, upload=sheet(ticket("GD-1")), name="a.xlsx")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("机构不退费", ClueKind.REFUND), ("托管班讲新课", ClueKind.DISGUISED), ("你好", ClueKind.OTHER)],
)
def test_matter_is_read_from_the_words(text: str, kind: str) -> None:
    assert kind_of(text) == kind


# -- on the screen -------------------------------------------------------------------------------------------


def test_screens(world: World, reference_data: None, sign_in: Callable[..., Client]) -> None:
    client: Any = sign_in(world.clerk)
    page = client.post(
        "/desk/clues/intake/mail/",
        {"mails": [ContentFile(mail(), name="a.eml"), ContentFile(b"x", name="b.eml")]},
    )
    assert "没有登记" in page.content.decode()
    assert Clue.objects.filter(channel=Channel.MAIL).count() == 1
    made = client.post("/desk/clues/intake/tickets/new/", {"sheet": sheet(ticket("GD-1"), ticket(""))})
    assert made.status_code == 302, made.content.decode()[:3000]
    shown = client.get(made.url).content.decode()
    assert "没有工单编号" in shown
    assert "卢晚照" not in shown
    batch = TicketBatch.objects.get()
    assert client.post(f"/desk/clues/intake/tickets/batches/{batch.uid}/apply/").status_code == 302
    assert "GD-1" in client.get("/desk/clues/intake/tickets/").content.decode()
    assert client.get(made.url, {"export": "csv"}).status_code == 200


# -- covers --------------------------------------------------------------------------------------------------


def test_covers_ask_for_evidence_and_count(world: World, reference_data: None) -> None:
    assert services.reference_load(actor=world.system) == len(cover_patterns())
    assert services.reference_load(actor=world.system) == CoverPattern.objects.count()
    clue = services.mail_import(actor=world.officer, data=mail()).clue
    care = CoverPattern.objects.get(code="CARE")
    row = services.pattern_note(actor=world.officer, clue=clue, pattern=care, held=care.evidence[:2])
    assert row.missing == care.evidence[2:]
    with pytest.raises(Unlawful, match="不是"):
        services.pattern_note(actor=world.officer, clue=clue, pattern=care, held=["口供"])
    counted = {row.code: row.clue_count for row in selectors.patterns_counted(world.officer)}
    assert counted["CARE"] == 1
    assert {row.code: row.clue_count for row in selectors.patterns_counted(world.partner)}["CARE"] == 0
    services.pattern_drop(actor=world.officer, clue=clue, pattern=care, reason="看错了")
    assert not clue.patterns.exists()
