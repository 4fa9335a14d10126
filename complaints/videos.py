"""Short videos without what the camera wrote beside the picture: place, device, owner, times.

An MP4 or MOV file is a tree of boxes. Boxes that carry metadata become `free` boxes of the same length, filled
with zeros, so that no offset moves; tracks that are neither picture nor sound go the same way, and every byte
of `mdat` that no kept track points to is zeroed (timed metadata with positions lives there).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from casework.errors import Unlawful

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"}
DROPPED = {b"udta", b"meta", b"uuid", b"skip", b"free", b"wide", b"ID32", b"pdin", b"cprt", b"tref"}
TIMED = {b"mvhd", b"tkhd", b"mdhd"}
KEPT_TRACKS = {b"vide", b"soun"}
BROKEN = "视频无法读取，可能没有录完或已损坏。请重新录一段，用手机自带的相机。"
HEADER = 8
LARGE_HEADER = 16
BOXES_MAX = 20_000


@dataclass(frozen=True)
class Box:
    """One box: its kind, where it starts, where its body starts and where it ends."""

    kind: bytes
    start: int
    body: int
    end: int


def clean_video(data: bytes) -> bytes:
    """`data` without metadata, same length; raises Unlawful for what is not a plain, complete MP4."""
    try:
        return _clean(bytearray(data))
    except (struct.error, IndexError, RecursionError) as error:
        raise Unlawful(BROKEN) from error


def _clean(raw: bytearray) -> bytes:
    top = list(_boxes(raw, 0, len(raw)))
    kinds = {box.kind for box in top}
    if b"moof" in kinds or not {b"moov", b"mdat"} <= kinds:
        raise Unlawful(BROKEN)
    kept: list[tuple[int, int]] = []
    for box in top:
        if box.kind == b"moov":
            _clean_movie(raw, box, kept)
        elif box.kind not in {b"ftyp", b"mdat"}:
            _blank(raw, box)
    for box in top:
        if box.kind == b"mdat":
            _zero_except(raw, box, kept)
    return bytes(raw)


def _boxes(raw: bytearray, start: int, end: int) -> Iterator[Box]:
    count = 0
    while start + HEADER <= end:
        size, kind = struct.unpack_from(">I4s", raw, start)
        body = start + HEADER
        if size == 1:
            size, body = struct.unpack_from(">Q", raw, body)[0], start + LARGE_HEADER
        elif size == 0:
            size = end - start
        count += 1
        if start + size > end or start + size < body or count > BOXES_MAX:
            raise Unlawful(BROKEN)
        yield Box(kind, start, body, start + size)
        start += size


def _blank(raw: bytearray, box: Box) -> None:
    raw[box.start + 4 : box.start + 8] = b"free"
    raw[box.body : box.end] = bytes(box.end - box.body)


def _clean_movie(raw: bytearray, movie: Box, kept: list[tuple[int, int]]) -> None:
    tracks = 0
    for box in _boxes(raw, movie.body, movie.end):
        if box.kind == b"trak":
            if _handler_of(raw, box) in KEPT_TRACKS:
                tracks += 1
                _clean_tree(raw, box)
                kept += _samples(raw, box)
            else:
                _blank(raw, box)
        elif box.kind in TIMED:
            _untime(raw, box)
        else:
            _blank(raw, box)
    if not tracks:
        raise Unlawful(BROKEN)


def _clean_tree(raw: bytearray, parent: Box) -> None:
    for box in _boxes(raw, parent.body, parent.end):
        if box.kind in DROPPED:
            _blank(raw, box)
        elif box.kind in TIMED:
            _untime(raw, box)
        elif box.kind == b"hdlr":
            # Version, flags, predefined, handler and three reserved words stay; the name is the maker's.
            raw[box.body + 24 : box.end] = bytes(max(box.end - box.body - 24, 0))
        elif box.kind in CONTAINERS:
            _clean_tree(raw, box)


def _untime(raw: bytearray, box: Box) -> None:
    width = 16 if raw[box.body] == 1 else 8
    raw[box.body + 4 : box.body + 4 + width] = bytes(width)


def _find(raw: bytearray, parent: Box, *path: bytes) -> Box | None:
    for box in _boxes(raw, parent.body, parent.end):
        if box.kind == path[0]:
            return box if len(path) == 1 else _find(raw, box, *path[1:])
    return None


def _handler_of(raw: bytearray, track: Box) -> bytes:
    box = _find(raw, track, b"mdia", b"hdlr")
    return bytes(raw[box.body + 8 : box.body + 12]) if box else b""


def _samples(raw: bytearray, track: Box) -> list[tuple[int, int]]:
    """The byte ranges of a track's samples, one for each chunk."""
    table = _find(raw, track, b"mdia", b"minf", b"stbl")
    if table is None:
        raise Unlawful(BROKEN)
    sizes = _sizes(raw, table)
    chunks = _chunks(raw, table)
    per_chunk = _per_chunk(raw, table, len(chunks))
    found, sample = [], 0
    for offset, count in zip(chunks, per_chunk, strict=True):
        length = sum(sizes[sample : sample + count])
        sample += count
        found.append((offset, offset + length))
    return found


def _words(raw: bytearray, box: Box, skip: int, code: str = "I") -> tuple[int, ...]:
    count = struct.unpack_from(">I", raw, box.body + skip - 4)[0]
    if count * struct.calcsize(">" + code) > box.end - box.body - skip:
        raise Unlawful(BROKEN)
    return struct.unpack_from(f">{count}{code}", raw, box.body + skip)


def _sizes(raw: bytearray, table: Box) -> tuple[int, ...] | list[int]:
    box = _find(raw, table, b"stsz")
    if box is None:
        raise Unlawful(BROKEN)
    fixed, count = struct.unpack_from(">II", raw, box.body + 4)
    if fixed:
        if count > len(raw):
            raise Unlawful(BROKEN)
        return [fixed] * count
    return _words(raw, box, 12)


def _chunks(raw: bytearray, table: Box) -> tuple[int, ...]:
    if box := _find(raw, table, b"stco"):
        return _words(raw, box, 8)
    if box := _find(raw, table, b"co64"):
        return _words(raw, box, 8, "Q")
    raise Unlawful(BROKEN)


def _per_chunk(raw: bytearray, table: Box, chunks: int) -> list[int]:
    box = _find(raw, table, b"stsc")
    if box is None:
        raise Unlawful(BROKEN)
    count = struct.unpack_from(">I", raw, box.body + 4)[0]
    if count * 12 > box.end - box.body - 8:
        raise Unlawful(BROKEN)
    runs = [struct.unpack_from(">III", raw, box.body + 8 + 12 * index) for index in range(count)]
    found: list[int] = []
    for index, (first, samples, _) in enumerate(runs):
        until = runs[index + 1][0] if index + 1 < count else chunks + 1
        if not 1 <= first <= until <= chunks + 1:
            raise Unlawful(BROKEN)
        found += [samples] * (until - first)
    if len(found) != chunks:
        raise Unlawful(BROKEN)
    return found


def _zero_except(raw: bytearray, box: Box, kept: list[tuple[int, int]]) -> None:
    place = box.body
    for start, end in sorted(kept):
        start, end = max(start, place), min(end, box.end)
        if start >= box.end or end <= place:
            continue
        raw[place:start] = bytes(start - place)
        place = end
    raw[place : box.end] = bytes(box.end - place)
