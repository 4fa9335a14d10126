"""Pupils' names in free text: warned about when typed, masked when exported.

The patterns of `casework.redaction` find names by what stands around them; schools also write lists of names
(学生甲某某、乙某某) and bare lines of names. What is found is a hint and never a proof: a person may say that it
is no name, and exports mask it all the same.
"""

from __future__ import annotations

import re

from casework.errors import Reason, Unlawful
from casework.redaction import MASK, NAME, NOT_A_NAME, redact

# What schools write after 学生 or 班 that begins with a surname's character and is none.
_WORDS = (
    r"(?!周[末一二三四五六日天边围内]|代[码表课为]|平[均台]|全[部校程员体]|安[排全]|经[核查常]|应[当该]|高[年度中]|明[确显]|"
    r"成[长效]|相[关应]|利用|居家|单[独位]|严[格重]|常[规见]|连续|秋季|计[划入]|于[是]|都[能是]|宣[传讲]|张[贴]|"
    r"关[爱注于]|毕业|温馨|强[化调]|解[释答]|管[理控]|包[括含]|向[家学]|和[家学]|项[目]|路[队上]|车[辆上]|"
    r"时[间段]|万[人元]|余[人名]|左右|莫|巫山|家[访庭校]|文[明体]|乐[园于])"
)
_ENDS = r"(?=[、，,。；;：:\s（()）]|等|和|与|及|同学|在|因|参加|被|已|正|进入|走进|走出|离开|前往|来到|从|没有|$)"
_GIVEN = re.compile(
    rf"(?:学生|同学|班级?(?:的|里|上)?|年级|[一二三四五六七八九十\d]班的?)[:：为是有]?\s*{NOT_A_NAME}{_WORDS}(?P<name>{NAME}){_ENDS}"
)
_CALLED = re.compile(
    rf"(?:[校班级生与和对有、：:，,]|^|\s){NOT_A_NAME}{_WORDS}(?P<name>{NAME})(?=同学|小朋友)"
)
_NEXT = re.compile(rf"{MASK}\s*[、和与及]\s*{NOT_A_NAME}{_WORDS}(?P<name>{NAME}){_ENDS}")
_TOKEN = re.compile(rf"{NOT_A_NAME}{_WORDS}{NAME}")
_BREAKS = re.compile(r"[\s、，,；;]+")
LIST_MIN = 2
ADVICE = "学生姓名留在学校，这里只写人数或学校自编的代码"


def names_in(text: str) -> tuple[str, ...]:
    """Words of the text that look like pupils' names, in order."""
    found: list[str] = []
    _walk(text, found)
    return tuple(dict.fromkeys(found))


def masked(text: str) -> str:
    """The text as it may leave the house: names and personal numbers taken out."""
    return redact(_walk(text, [])).text


def _walk(text: str, found: list[str]) -> str:
    lines = [_name_line(line, found) for line in text.split("\n")]
    shown = "\n".join(lines)
    for pattern in (_GIVEN, _CALLED):
        shown = _taken(pattern, shown, found)
    before = None
    while before != shown:
        before, shown = shown, _taken(_NEXT, shown, found)
    return shown


def _name_line(line: str, found: list[str]) -> str:
    """A line made of nothing but names."""
    tokens = [token for token in _BREAKS.split(line.strip("。. ")) if token]
    if len(tokens) < LIST_MIN or not all(_TOKEN.fullmatch(token) for token in tokens):
        return line
    found += tokens
    return "、".join([MASK] * len(tokens))


def _taken(pattern: re.Pattern[str], text: str, found: list[str]) -> str:
    def hide(hit: re.Match[str]) -> str:
        found.append(hit["name"])
        start, end = hit.start("name") - hit.start(), hit.end("name") - hit.start()
        return hit.group()[:start] + MASK + hit.group()[end:]

    return pattern.sub(hide, text)


def warning(texts: tuple[str, ...]) -> str:
    """The sentence that warns of names in the texts, or nothing."""
    names = [name for text in texts for name in names_in(text)]
    if not names:
        return ""
    return f"“{'”“'.join(dict.fromkeys(names))}”像是学生姓名。{ADVICE}。"


def require_nameless(*texts: str, is_checked: bool) -> None:
    """Refuse texts with what looks like a pupil's name unless somebody checked. Raises Unlawful."""
    said = warning(texts)
    if said and not is_checked:
        raise Unlawful(f"{said}请改写；确认不是学生姓名的，勾选“已核对”后再提交。")


def naming_reasons(*texts: str) -> list[Reason]:
    """Why a letter may not go out: it names pupils. There is no way around."""
    said = warning(texts)
    return [Reason(said, "个人信息保护法第三十一条", "请改写后再发出。", "names")] if said else []
