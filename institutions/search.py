"""Finding Chinese names: one normal form for what is stored and for what is asked."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.db.models import CharField, Lookup, TextField

_DROPPED = re.compile(
    r"[\s\x00-\x1f\x7f·•‧・.,，。、；;:：!！?？'\"“”‘’`~\-—–_/\\|()（）\[\]【】{}《》<>〈〉「」『』〔〕&+*#@^]+"
)
_LATIN = re.compile(r"[a-z]+\Z")
_SUFFIX = re.compile(
    "(股份有限公司|有限责任公司|有限公司|分公司|个体工商户|工作室|俱乐部|培训学校|培训中心|培训机构|培训部|"
    r"艺术学校|艺术中心|教育咨询|文化传播|培训|学校|中心|公司|教育)+\Z"
)
MAX_VARIANTS = 8
# 普通拼音库误读的地名、姓氏用字
PHRASES = {
    "单县": [["shàn"], ["xiàn"]],
    "曾都": [["zēng"], ["dū"]],
    "乐知": [["lè"], ["zhī"]],
    "乐清": [["yuè"], ["qīng"]],
    "音乐": [["yīn"], ["yuè"]],
    "声乐": [["shēng"], ["yuè"]],
    "器乐": [["qì"], ["yuè"]],
    "民乐": [["mín"], ["yuè"]],
    "单独": [["dān"], ["dú"]],
}


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def _pinyin() -> Any:
    import pypinyin

    pypinyin.load_phrases_dict(PHRASES)
    return pypinyin


def normalise(text: str) -> str:
    """The form compared everywhere: NFKC width, simplified characters, lower case, no spaces or punctuation.

    Applying it twice gives the same text.
    """
    for _ in range(4):
        folded = _fold(text)
        if folded == text:
            break
        text = folded
    return text


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        folded = _converter().convert(folded)
    return _DROPPED.sub("", folded)


def is_latin(text: str) -> bool:
    """Whether a normalised query can only be pinyin or initials."""
    return bool(_LATIN.match(text))


def core_name(name: str, places: Iterable[str] = ()) -> str:
    """What is left of a name without place names and kind words, for duplicate checks: 青柚子 of
    巫山县青柚子艺术培训有限公司. Falls back to the whole normal form when nothing is left."""
    whole = normalise(name)
    rest = whole
    for place in sorted(map(normalise, places), key=len, reverse=True):
        if place and rest.startswith(place):
            rest = rest[len(place) :]
    rest = _SUFFIX.sub("", rest)
    return rest if len(rest) >= 2 else whole


def bigrams(*texts: str) -> list[str]:
    """Distinct neighbouring pairs of characters, in a stable order."""
    return sorted({text[i : i + 2] for text in texts for i in range(len(text) - 1)})


def escape_like(text: str) -> str:
    """`text` with the LIKE wildcards made plain."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def initials(text: str) -> list[str]:
    """Pinyin initials of a normalised text, the usual reading first, other readings of
    heteronyms after it (at most 8)."""
    return _readings(text)[0]


def full_pinyin(text: str) -> str:
    """The usual reading in full, without tones: wushanxian."""
    return _readings(text)[1]


@cache
def _letters(character: str) -> tuple[str, ...]:
    if not character >= "\u2e80":
        return (character,)
    pinyin = _pinyin()
    read = pinyin.pinyin(character, style=pinyin.Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(item for item in (read[0] if read else ()) if item)) or (character,)


def _segments(text: str) -> Iterable[str]:
    """The words into which the pinyin library cuts a text before it reads them."""
    _pinyin()
    from pypinyin.seg import mmseg, simpleseg

    for run in simpleseg.seg(text):
        if run >= "\u2e80":
            yield from mmseg.seg.cut(run)
        else:
            yield run


@lru_cache(maxsize=50_000)
def _read(words: str) -> tuple[str, ...]:
    """The usual reading of one word; names of a register are made of the same few thousand words."""
    return tuple(_pinyin().lazy_pinyin(words, errors=list))


def _readings(text: str) -> tuple[list[str], str]:
    known = [_letters(character) for character in text]
    if all(len(readings) == 1 for readings in known):
        return ["".join(readings[0][:1] for readings in known)], "".join(readings[0] for readings in known)
    usual = [reading for words in _segments(text) for reading in _read(words)]
    first = "".join(part[:1] for part in usual)
    if len(usual) != len(text):
        return [first], "".join(usual)
    options = [
        tuple(dict.fromkeys(reading[:1] for reading in (part, *readings)))
        for part, readings in zip(usual, known, strict=True)
    ]
    variants = itertools.islice(map("".join, itertools.product(*options)), MAX_VARIANTS)
    return list(dict.fromkeys((first, *variants))), "".join(usual)


@dataclass(frozen=True)
class SearchColumns:
    """The stored search columns of one institution."""

    name_norm: str
    search_text: str
    name_grams: list[str]
    py: str
    py_text: str


def search_columns(names: list[str], address: str, numbers: list[str]) -> SearchColumns:
    """Columns from names (the present one first), the address and code-like texts (codes, phones)."""
    normal = list(dict.fromkeys(filter(None, map(normalise, names))))
    place = normalise(address)
    digits = [normalise(number) for number in numbers if number]
    readings = [_readings(name) for name in normal]
    latin = list(dict.fromkeys(part for short, long in readings for part in (*short, long)))
    return SearchColumns(
        name_norm=normal[0] if normal else "",
        search_text="\n".join((*normal, place, *digits)),
        name_grams=bigrams(*normal, place, *digits),
        py=readings[0][0][0] if readings else "",
        py_text="\n".join(latin),
    )


@CharField.register_lookup
@TextField.register_lookup
class Like(Lookup):  # type: ignore[type-arg]
    """`column__like="%text%"`: a plain LIKE on an already normal text, so that trigram indexes serve it."""

    lookup_name = "like"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} LIKE {right}", (*left_params, *right_params)
