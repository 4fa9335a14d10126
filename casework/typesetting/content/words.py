"""Clean texts, dates and lines of titles."""

from __future__ import annotations

import base64
import re
from datetime import date

_DROPPED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e01ef]"
)


class ContentError(ValueError):
    """The stored source of a document does not describe a document; the text says what to mend."""


def clean_text(text: str) -> str:
    """Drop control, zero-width and direction characters, which print nothing and can disguise a text."""
    return _DROPPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip(" \n")


def picture_bytes(data: str) -> bytes:
    """A picture of the source as bytes. Raises ContentError for what is neither JPEG nor PNG."""
    try:
        found = base64.b64decode(data, validate=True)
    except ValueError as error:
        raise ContentError("图片数据已损坏，请重新上传照片后再制发。") from error
    if not found.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        raise ContentError("图片须是 JPEG 或 PNG，请重新上传照片后再制发。")
    return found


def chinese_date(value: str | date) -> str:
    """2026-11-02 -> 2026年11月2日 (Arabic figures, full year, no leading zero)."""
    day = value if isinstance(value, date) else parse_date(value)
    return f"{day.year}年{day.month}月{day.day}日"


def parse_date(value: str) -> date:
    """Read a YYYY-MM-DD date or say that it is not one."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ContentError(f"日期“{value}”无法识别，请按“2026-11-22”的格式填写。") from error


TITLE_LINE_CHARACTERS = 19
_AFTER = "的和及与、》”】）"
_NEVER_FIRST = "的、，》”）】〕"
_PAIRS = ("《》", "“”", "（）", "〔〕")


def title_lines(title: str, limit: int = TITLE_LINE_CHARACTERS) -> tuple[str, ...]:
    """The lines of a title: as broken by its author, or divided where the meaning allows into similar lengths."""
    if "\n" in title:
        return tuple(line.strip() for line in title.split("\n") if line.strip())
    if len(title) <= limit:
        return (title,)
    count = -(-len(title) // limit)
    return tuple(_divide(title, count, limit))


def _divide(title: str, count: int, limit: int) -> list[str]:
    if count == 1:
        return [title]
    ideal = len(title) / count
    low, high = max(2, len(title) - limit * (count - 1)), min(limit, len(title) - 2)
    cut = min(range(low, high + 1), key=lambda at: (_break_cost(title, at) + abs(at - ideal), at))
    return [title[:cut], *_divide(title[cut:], count - 1, limit)]


def _break_cost(title: str, at: int) -> float:
    before, after = title[at - 1], title[at]
    cost = 0.0 if before in _AFTER or title.startswith(("关于", "的通知"), at) else 3.0
    if after in _NEVER_FIRST or before in "《“（〔" or title.startswith(("关于",), at - 1):
        cost += 30
    if before.isascii() and after.isascii():
        cost += 30
    return cost + sum(8 for pair in _PAIRS if title[:at].count(pair[0]) > title[:at].count(pair[1]))


def text_width(text: str) -> float:
    """Width in characters of the body grid; ASCII counts as half."""
    return sum(0.5 if ord(char) < 0x2000 else 1.0 for char in text)
