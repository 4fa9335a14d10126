"""When something goes on: kinds of days and parts of the day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from complaints.matching.numerals import arabic

DAY_WORDS = {"WEEKDAY": "工作日", "WEEKEND": "周末", "HOLIDAY": "寒暑假"}
PART_WORDS = {"MORNING": "上午", "AFTERNOON": "下午", "EVENING": "晚上"}
_DAYS = (
    ("WEEKEND", re.compile(r"周末|双休|星期[六天日]|周[六日天]|礼拜[六天日]|休息日")),
    ("WEEKDAY", re.compile(r"工作日|平时|放学|(?:周|星期|礼拜)[1-5一二三四五]|上学")),
    ("HOLIDAY", re.compile(r"寒假|暑假|寒暑假|假期|节假日|国庆|五一|春节")),
)
_EVERY_DAY = re.compile(r"每天|天天|每日")
_PARTS = (
    ("MORNING", re.compile(r"上午|早上|早晨|清早|一大早")),
    ("AFTERNOON", re.compile(r"下午|中午|午后|午托|放学")),
    ("EVENING", re.compile(r"晚上|晚间|夜里|夜间|晚托|傍晚|深夜|半夜|晚")),
)
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})(?:点|:|时)")
EVENING_FROM, AFTERNOON_FROM = 18, 12


@dataclass(frozen=True)
class Times:
    """Kinds of days and parts of the day that were named or seen."""

    days: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()


def _part_of(hour: int) -> str:
    return "EVENING" if hour >= EVENING_FROM else "AFTERNOON" if hour >= AFTERNOON_FROM else "MORNING"


def times_of(note: str, happened_at: datetime | None = None) -> Times:
    """The pattern as written, and the one moment that was seen (in the time zone of `happened_at`)."""
    plain = arabic(note)
    days = {code for code, pattern in _DAYS if pattern.search(plain)}
    if _EVERY_DAY.search(plain):
        days |= {"WEEKDAY", "WEEKEND"}
    parts = {code for code, pattern in _PARTS if pattern.search(plain)}
    if not parts:
        parts |= {_part_of(int(hour)) for hour in _CLOCK.findall(plain) if 6 <= int(hour) < 24}
    if happened_at is not None:
        if not days:
            days.add("WEEKEND" if happened_at.weekday() >= 5 else "WEEKDAY")
        if not parts:
            parts.add(_part_of(happened_at.hour))
    return Times(frozenset(days), frozenset(parts))
