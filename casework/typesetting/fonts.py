"""Which typefaces stand in for the official ones, and which characters they can print."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from casework.typesetting.content import DocumentContent, cleaned, to_dict

ROLES: dict[str, tuple[str, tuple[str, ...], int]] = {
    "title": ("方正小标宋简体", ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "Noto Serif SC"), 700),
    "body": (
        "仿宋_GB2312",
        ("FangSong_GB2312", "FangSong", "FandolFang R", "FandolFang", "Noto Serif SC"),
        400,
    ),
    "hei": ("黑体", ("SimHei", "Noto Sans SC"), 700),
    "kai": ("楷体_GB2312", ("KaiTi_GB2312", "KaiTi", "FandolKai", "LXGW WenKai", "Noto Serif SC"), 400),
    "song": ("宋体", ("SimSun", "Noto Serif SC"), 400),
}
"""Role -> official typeface, families to look for (official first), weight."""

LAST_RESORTS = ("Noto Serif SC", "Noto Sans SC", "LXGW WenKai")


class FontsMissingError(RuntimeError):
    """The font folder lacks what a document needs."""


class MissingGlyphError(ValueError):
    """A document contains characters that no installed typeface can print."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        self.characters = characters
        named = "、".join(f"“{char}”（U+{ord(char):04X}）" for char in characters)
        super().__init__(
            f"字库中没有 {named}，请核对该字或改用规范汉字；确需使用的，请管理员在字体目录中补充字体后重试。"
        )


@dataclass(frozen=True, slots=True)
class Substitution:
    """An official typeface that is not installed and the family printed instead."""

    role: str
    official: str
    used: str

    def __str__(self) -> str:
        return f"{self.official}以 {self.used} 代替"


@dataclass(frozen=True, slots=True)
class FontSet:
    """The faces of one font folder, loaded once per process."""

    fonts: typst.Fonts
    stacks: dict[str, tuple[str, ...]]
    weights: dict[str, int]
    covers: dict[str, frozenset[int]]


def default_font_dir() -> Path:
    """The font folder of the running site (setting DOCUMENT_FONT_DIR)."""
    from django.conf import settings

    return Path(settings.DOCUMENT_FONT_DIR)


@lru_cache(maxsize=4)
def load_fonts(font_dir: Path) -> FontSet:
    """Load a font folder; raises FontsMissingError when the body or title could not be set at all."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_dir)])
    families = set(fonts.families())
    last = tuple(name for name in LAST_RESORTS if name in families)
    stacks = {role: _stack(names, families, last) for role, (_, names, _) in ROLES.items()}
    if not all(stacks.values()):
        raise FontsMissingError("字体目录中没有可用的中文字体，请先运行“python tools/fonts.py”安装公文字体。")
    weights = {role: weight for role, (_, _, weight) in ROLES.items()}
    return FontSet(fonts, stacks, weights, _coverage(fonts))


def _stack(names: tuple[str, ...], families: set[str], last: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(name for name in names if name in families)][:1] + list(last)))


def _coverage(fonts: typst.Fonts) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for face in fonts.fonts():
        if face.path and face.path.lower().endswith((".ttf", ".otf")) and face.family not in found:
            found[face.family] = frozenset(_code_points(Path(face.path)))
    return found


def fonts_used(font_dir: Path | None = None) -> dict[str, str]:
    """Role (title, body, hei, kai, song) -> family that prints it."""
    return {role: stack[0] for role, stack in load_fonts(font_dir or default_font_dir()).stacks.items()}


def font_fallbacks(font_dir: Path | None = None) -> tuple[Substitution, ...]:
    """The departures from the standard's typefaces, for the template's list of departures."""
    used = fonts_used(font_dir)
    return tuple(
        Substitution(role, official, used[role])
        for role, (official, names, _) in ROLES.items()
        if used[role]
        in {"Noto Serif SC", "Noto Sans SC", "FandolFang R", "FandolFang", "FandolKai", "LXGW WenKai"}
        and used[role] in (*names, *LAST_RESORTS)
    )


def missing_glyphs(content: DocumentContent, font_dir: Path | None = None) -> tuple[str, ...]:
    """Characters of the document that no face of any role can print, in order of appearance."""
    fonts = load_fonts(font_dir or default_font_dir())
    reachable = [
        frozenset().union(*(fonts.covers.get(name, frozenset()) for name in s)) for s in fonts.stacks.values()
    ]
    printable = frozenset.intersection(*reachable)
    seen = dict.fromkeys(char for text in _texts(to_dict(cleaned(content))) for char in text)
    return tuple(char for char in seen if char != "\n" and ord(char) not in printable)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in {"kind", "payload", "form", "align", "data"}:
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _code_points(path: Path) -> Iterator[int]:
    """Code points with a glyph, read from the `cmap` table of an OpenType file."""
    with path.open("rb") as file:
        count = struct.unpack(">4xH6x", file.read(12))[0]
        directory = [struct.unpack(">4sLLL", file.read(16)) for _ in range(count)]
        offset, length = next((at, size) for tag, _, at, size in directory if tag == b"cmap")
        file.seek(offset)
        table = file.read(length)
    records = [
        struct.unpack_from(">HHL", table, 4 + 8 * no) for no in range(struct.unpack_from(">H", table, 2)[0])
    ]
    for platform, encoding, at in records:
        kind = struct.unpack_from(">H", table, at)[0]
        if (platform, encoding, kind) == (3, 10, 12):
            yield from _segmented_coverage(table, at)
        elif (platform, encoding, kind) == (3, 1, 4):
            yield from _segment_mapping(table, at)


def _segmented_coverage(table: bytes, at: int) -> Iterator[int]:
    for no in range(struct.unpack_from(">L", table, at + 12)[0]):
        first, last, _ = struct.unpack_from(">LLL", table, at + 16 + 12 * no)
        yield from range(first, last + 1)


def _segment_mapping(table: bytes, at: int) -> Iterator[int]:
    count = struct.unpack_from(">H", table, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, at + 14)
    starts = struct.unpack_from(f">{count}H", table, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", table, at + 16 + 4 * count)
    base = at + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", table, base)
    for no, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            where = base + 2 * no + offset + 2 * (code - first)
            glyph = struct.unpack_from(">H", table, where)[0] if offset else code
            if glyph and (glyph + delta) & 0xFFFF:
                yield code
