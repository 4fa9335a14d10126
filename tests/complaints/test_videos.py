"""Videos lose what the camera wrote beside the picture, and play as before."""

from __future__ import annotations

import contextlib
import struct

import pytest

from casework.errors import Unlawful
from complaints.media import cleaned
from complaints.videos import clean_video

PLACE = b"+31.0752+109.8795/"
SERIAL = b"SERIAL-CANARY-42"
PICTURE = bytes(range(1, 101)) * 4
POSITIONS = b"GPS-TRACK-CANARY" * 3


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def track(handler: bytes, offset: int, sizes: list[int]) -> bytes:
    table = box(b"stsd", struct.pack(">II", 0, 0))
    table += box(
        b"stsz", struct.pack(">III", 0, 0, len(sizes)) + b"".join(struct.pack(">I", n) for n in sizes)
    )
    table += box(b"stsc", struct.pack(">II", 0, 1) + struct.pack(">III", 1, len(sizes), 1))
    table += box(b"stco", struct.pack(">II", 0, 1) + struct.pack(">I", offset))
    head = struct.pack(">II", 0, 0) + handler + bytes(12) + b"Maker " + SERIAL + b"\0"
    media = box(b"mdhd", struct.pack(">IIIII", 0, 3_800_000_000, 3_800_000_001, 1000, 5000))
    media += box(b"hdlr", head) + box(b"minf", box(b"stbl", table))
    known = box(b"tkhd", struct.pack(">III", 7, 3_800_000_000, 3_800_000_000) + bytes(72))
    return box(b"trak", known + box(b"mdia", media) + box(b"udta", box(b"name", SERIAL)))


def movie() -> bytes:
    """A small MP4 with a picture track, a track of positions, and metadata in four places."""
    head = box(b"ftyp", b"mp42\0\0\0\0mp42isom")
    start = len(head) + 8
    data = box(b"mdat", PICTURE + POSITIONS + b"tail " + SERIAL)
    tracks = track(b"vide", start, [100, 100, 200]) + track(b"meta", start + len(PICTURE), [len(POSITIONS)])
    inside = box(b"mvhd", struct.pack(">IIIII", 0, 3_800_000_000, 3_800_000_000, 1000, 5000) + bytes(80))
    inside += tracks + box(b"udta", box(b"\xa9xyz", PLACE)) + box(b"meta", SERIAL)
    return head + data + box(b"moov", inside) + box(b"uuid", SERIAL * 2) + box(b"meta", PLACE)


def test_metadata_goes_and_the_picture_stays() -> None:
    source = movie()
    made = clean_video(source)
    assert len(made) == len(source)
    for planted in (PLACE, SERIAL, POSITIONS[:16]):
        assert planted in source
        assert planted not in made
    assert PICTURE in made
    assert struct.pack(">I", 3_800_000_000) not in made
    assert clean_video(made) == made
    assert cleaned(source).copy.read() == made


def test_every_cut_off_video_is_refused_or_cleaned() -> None:
    source = movie()
    for length in range(0, len(source), 3):
        try:
            made = clean_video(source[:length])
        except Unlawful:
            continue
        assert SERIAL not in made


@pytest.mark.parametrize("seed", range(40))
def test_damaged_videos_never_break_the_door(seed: int) -> None:
    import random

    dice = random.Random(seed)
    raw = bytearray(movie())
    for _ in range(6):
        raw[dice.randrange(len(raw))] = dice.randrange(256)
    with contextlib.suppress(Unlawful):
        assert len(clean_video(bytes(raw))) == len(raw)
