"""Received files: what is refused, what is kept, what is flagged."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import override_settings
from PIL import Image, ImageDraw

from casework import registries
from casework.canonical import sha256_hex
from casework.errors import Unlawful
from casework.evidence.checks import difference_hash, hash_distance
from casework.evidence.selectors import evidence_of
from casework.evidence.services import Position, distance_m, evidence_receive
from casework.models import AuditEvent, EvidenceFile, JobRun
from tests.conftest import World

NOON = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
WUSHAN = (109.8785, 31.0746)


@pytest.fixture(autouse=True)
def stores(tmp_path: Path) -> Iterator[None]:
    """Files of this test only."""
    kept = {
        name: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / name)},
        }
        for name in ("default", "sealed")
    }
    with override_settings(STORAGES={**settings.STORAGES, **kept}):
        yield


def photo(
    shade: int = 0, kind: str = "JPEG", exif: Image.Exif | None = None, size: tuple[int, int] = (640, 480)
) -> bytes:
    """A picture with some structure in it."""
    image = Image.new("RGB", size, (200, 180, 160))
    draw = ImageDraw.Draw(image)
    for index in range(8):
        left = (index * 73 + shade * 31) % size[0]
        draw.rectangle(
            (left, index * 50, left + 90, index * 50 + 40 + shade), fill=(index * 30, 40 + shade, 90)
        )
    target = io.BytesIO()
    extra: dict[str, Any] = {"exif": exif} if exif is not None else {}
    image.save(target, kind, **extra)
    return target.getvalue()


def located_exif() -> Image.Exif:
    """EXIF as a phone writes it: position, maker, capture time."""
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    exif[0x8825] = {1: "N", 2: (31.0, 4.0, 28.0), 3: "E", 4: (109.0, 52.0, 42.0)}
    exif[0x8769] = {0x9003: "2026:11:20 11:58:00"}
    return exif


def subject(world: World) -> JobRun:
    """Something that evidence may be about."""
    return JobRun.objects.create(bureau=world.bureau, kind="x", label="示例", created_by=world.officer)


def receive(
    world: World, data: bytes, name: str = "a.jpg", about: JobRun | None = None, **extra: Any
) -> EvidenceFile:
    """Hand one file in at noon."""
    return evidence_receive(
        actor=world.officer,
        subject=about or subject(world),
        upload=ContentFile(data, name=name),
        at=extra.pop("at", NOON),
        **extra,
    )


def stored(evidence: EvidenceFile) -> bytes:
    """The copy that people are shown."""
    with storages["default"].open(evidence.stored_as) as file:
        return bytes(file.read())


def archive(*parts: tuple[str, bytes]) -> bytes:
    """A zip file of the given parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts:
            made.writestr(name, data)
    return target.getvalue()


def png_header_bomb() -> bytes:
    """A PNG of a few bytes that claims 60,000 by 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


PLAIN_TYPES = ("[Content_Types].xml", b"<Types/>")
MACRO_TYPES = (
    "[Content_Types].xml",
    b'<Types><Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "空的"),
    "text": (b"hello, this is no picture at all", "不支持"),
    "html called jpg": (b"<html><script>alert(1)</script></html>", "不支持"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "不支持"),
    "program": (b"MZ\x90\x00" + b"\0" * 200, "不支持"),
    "jpeg head and rubbish": (b"\xff\xd8\xff\xe0" + b"rubbish" * 50, "无法打开"),
    "cut-off jpeg": (photo()[:900], "无法打开"),
    "cut-off png": (photo(kind="PNG")[:200], "无法打开"),
    "png of 3.6 gigapixels": (png_header_bomb(), "照片"),
    "heic": (b"\0\0\0\x18ftypheic" + b"\0" * 64, "HEIC"),
    "heic sequence": (b"\0\0\0\x18ftypmsf1" + b"\0" * 64, "HEIC"),
    "avif": (b"\0\0\0\x18ftypavif" + b"\0" * 64, "HEIC"),
    "plain zip": (archive(("a.txt", b"x")), "压缩包"),
    "broken zip": (b"PK\x03\x04" + b"\0" * 80, "损坏"),
    "zip bomb as docx": (archive(PLAIN_TYPES, ("word/document.xml", b"\0" * 30_000_000)), "过大"),
    "docx with macro": (
        archive(PLAIN_TYPES, ("word/document.xml", b"x"), ("word/vbaProject.bin", b"x")),
        "宏",
    ),
    "macro in capitals": (
        archive(PLAIN_TYPES, ("word/document.xml", b"x"), ("word/VBAPROJECT.BIN", b"x")),
        "宏",
    ),
    "macro renamed": (archive(MACRO_TYPES, ("word/document.xml", b"x"), ("word/x.bin", b"x")), "宏"),
    "xlsx with macro": (archive(PLAIN_TYPES, ("xl/workbook.xml", b"x"), ("xl/vbaProject.bin", b"x")), "宏"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_with_what_to_do(world: World, name: str, tmp_path: Path) -> None:
    data, words = HOSTILE[name]
    with pytest.raises(Unlawful, match=words) as caught:
        receive(world, data)
    assert caught.value.message.endswith("。")
    assert not EvidenceFile.objects.exists()
    assert not list((tmp_path / "default").rglob("*.jpg"))


def test_a_file_over_the_limit_is_refused_unread(world: World) -> None:
    with pytest.raises(Unlawful, match="超过 20 MB"):
        receive(world, b"\xff\xd8\xff" + b"\0" * (20 * 1024 * 1024))


def test_a_lying_size_does_not_slip_past(world: World) -> None:
    upload = ContentFile(photo(), name="a.jpg")
    upload.size = 0
    evidence = evidence_receive(actor=world.officer, subject=subject(world), upload=upload, at=NOON)
    assert evidence.size == len(photo())


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"%PDF-1.7\n%...", "application/pdf"),
        (b"\0\0\0\x18ftypisom" + b"\0" * 64, "video/mp4"),
        (
            archive(PLAIN_TYPES, ("word/document.xml", b"x")),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            archive(PLAIN_TYPES, ("xl/workbook.xml", b"x")),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_other_accepted_kinds_are_kept_byte_for_byte(world: World, data: bytes, mime: str) -> None:
    evidence = receive(world, data, name="什么都行.jpg")
    assert evidence.mime == mime
    assert stored(evidence) == data
    assert evidence.sealed_as == ""
    assert not evidence.stored_as.endswith("什么都行.jpg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_shown_copy_has_no_trace_of_place_or_phone(world: World, kind: str) -> None:
    data = photo(kind=kind, exif=located_exif())
    assert b"SecretPhone" in data
    shown = stored(receive(world, data))
    with Image.open(io.BytesIO(shown)) as image:
        assert not dict(image.getexif())
        assert not dict(image.getexif().get_ifd(0x8825))
        assert image.format == "JPEG"
    assert b"SecretPhone" not in shown
    assert b"Exif" not in shown


def test_the_original_is_sealed_unchanged(world: World) -> None:
    data = photo(exif=located_exif())
    evidence = receive(world, data)
    with storages["sealed"].open(evidence.sealed_as) as file:
        assert file.read() == data
    assert evidence.sha256 == sha256_hex(data)
    assert not storages["default"].exists(evidence.sealed_as)


def test_what_hides_behind_a_picture_is_not_served(world: World) -> None:
    data = photo() + archive(("evil.html", b"<script>alert(1)</script>")) + b"<script>alert(2)</script>"
    shown = stored(receive(world, data))
    assert b"PK\x03\x04" not in shown
    assert b"<script>" not in shown


def test_the_claimed_capture_time_is_taken_over(world: World) -> None:
    evidence = receive(world, photo(exif=located_exif()))
    assert evidence.captured_at == datetime(2026, 11, 20, 11, 58, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert evidence.flags == []


@pytest.mark.parametrize("text", ["not a date", "2026:13:40 99:99:99", "0000:00:00 00:00:00"])
def test_a_nonsense_capture_time_is_ignored(world: World, text: str) -> None:
    exif = Image.Exif()
    exif[0x8769] = {0x9003: text}
    assert receive(world, photo(exif=exif)).captured_at is None


def test_the_same_bytes_for_the_same_subject_are_one_file(world: World) -> None:
    about, data = subject(world), photo()
    first = receive(world, data, about=about)
    again = receive(world, data, about=about, at=NOON + timedelta(hours=1))
    assert first.pk == again.pk
    assert AuditEvent.objects.filter(verb="casework.evidence_receive").count() == 1
    other = receive(world, data)
    assert other.pk != first.pk


def codes(evidence: EvidenceFile) -> list[str]:
    """Which flags a file carries."""
    return [flag["code"] for flag in evidence.flags]


def test_a_photo_seen_before_is_flagged_even_when_saved_again(world: World) -> None:
    first = receive(world, photo())
    smaller = Image.open(io.BytesIO(photo())).resize((320, 240))
    target = io.BytesIO()
    smaller.save(target, "JPEG", quality=60)
    again = receive(world, target.getvalue())
    assert codes(again) == ["SEEN_BEFORE"]
    assert again.flags[0]["uid"] == str(first.uid)
    assert codes(receive(world, photo(shade=9))) == []


def test_photos_of_another_bureau_are_not_compared(world: World) -> None:
    elsewhere = JobRun.objects.create(
        bureau=world.neighbour, kind="x", label="邻县", created_by=world.neighbour_officer
    )
    evidence_receive(
        actor=world.neighbour_officer, subject=elsewhere, upload=ContentFile(photo(), name="a.jpg"), at=NOON
    )
    assert codes(receive(world, photo())) == []


@pytest.mark.parametrize(
    ("metres_north", "accuracy", "flags"),
    [(300, 10, []), (700, 10, ["FAR"]), (700, 400, []), (5000, 50, ["FAR"])],
)
def test_a_far_photo_is_flagged_with_its_accuracy_in_mind(
    world: World, metres_north: int, accuracy: int, flags: list[str]
) -> None:
    place = Position(WUSHAN[0], WUSHAN[1] + metres_north / 111_195, accuracy)
    assert codes(receive(world, photo(), position=place, site=WUSHAN)) == flags


@pytest.mark.parametrize(("accuracy", "is_mock"), [(0, False), (8, True)])
def test_a_mock_position_is_flagged(world: World, accuracy: float, is_mock: bool) -> None:
    place = Position(*WUSHAN, accuracy_m=accuracy, is_mock=is_mock)
    assert codes(receive(world, photo(), position=place, site=WUSHAN)) == ["MOCK_POSITION"]


def test_an_old_photo_is_flagged(world: World) -> None:
    assert codes(receive(world, photo(), captured_at=NOON - timedelta(days=3))) == ["OLD_CAPTURE"]


def test_distance_is_in_metres() -> None:
    assert distance_m(WUSHAN, WUSHAN) == 0
    assert distance_m((109.0, 31.0), (109.0, 32.0)) == pytest.approx(111_195, rel=0.001)


def test_difference_hashes_count_bits() -> None:
    with Image.open(io.BytesIO(photo())) as one, Image.open(io.BytesIO(photo(shade=9))) as two:
        assert hash_distance(difference_hash(one), difference_hash(one)) == 0
        assert hash_distance(difference_hash(one), difference_hash(two)) > 6


def test_nobody_sees_a_file_whose_owner_is_unknown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registries, "evidence_owners", {})
    about = subject(world)
    receive(world, photo(), about=about)
    assert evidence_of(actor=world.officer, subject=about) == []
    registries.add_evidence_owner("casework.jobrun", lambda actor, evidence: actor == world.officer)
    assert len(evidence_of(actor=world.officer, subject=about)) == 1
    assert evidence_of(actor=world.neighbour_officer, subject=about) == []
