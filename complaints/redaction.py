"""Taking personal marks out of free text before handlers see it.

Numbers and addresses of fixed shape are found by pattern. Names in free prose are found by what stands before
them (我叫、本人、联系人); how many that finds is measured by a test and printed, never promised.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MASK = "〔已隐去〕"
FULL_WIDTH = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF10, 0xFF1A)})
SPACED = r"[\s\-—·.]{0,2}"

PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("邮箱", re.compile(r"[A-Za-z0-9._%+-]+\s?@\s?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    ("身份证号", re.compile(rf"(?<!\d)[1-9](?:{SPACED}\d){{16}}{SPACED}[\dXx](?![\dA-Za-z])")),
    ("手机号", re.compile(rf"(?<!\d)(?:(?:\+|00)?86{SPACED})?1{SPACED}[3-9](?:{SPACED}\d){{9}}(?!\d)")),
    ("固定电话", re.compile(r"(?<!\d)(?:\(?0\d{2,3}\)?[-\s]?)\d{7,8}(?!\d)")),
    ("QQ或微信号", re.compile(r"(?i)(?:微信号?|weixin|wechat|wx|vx|q\s?q号?)\s*[:：是为]?\s*[A-Za-z0-9_-]{5,20}")),
    (
        "姓名",
        re.compile(r"(?:我叫|我是|本人叫?|我的名字(?:是|叫)|我姓名[:：]?|举报人[:：是]?|联系人[:：是]?|家长[:：])\s*"
                   r"(?!学生|家长|业主|居民|老师|教师|附近|隔壁|一名|一个|住在|这里|小区|他们|你们)[\u4e00-\u9fff·]{2,4}"
                   r"(?=[，,。；;、！!\s]|$|，)"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Redacted:
    """The text that may be shown and the kinds of marks that were taken out."""

    text: str
    found: tuple[str, ...]


def redact(text: str) -> Redacted:
    """`text` without telephone, identity, bank, mail and chat marks, and without self-introductions."""
    shown = unicodedata.normalize("NFC", text).translate(FULL_WIDTH)
    found = []
    for label, pattern in PATTERNS:
        shown, count = pattern.subn(MASK, shown)
        if count:
            found.append(label)
    return Redacted(shown, tuple(found))
