"""Telephone, WeChat and QQ numbers that the reported side advertises."""

from __future__ import annotations

import re
import unicodedata

from complaints.matching.numerals import DIGITS

_SPELT = str.maketrans({sign: str(value) for sign, value in DIGITS.items()} | {"幺": "1", "o": "0"})
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86)?(1[3-9]\d{9})(?!\d)")
_MASKED = re.compile(r"(?<!\d)(1[3-9]\d)\s*[*x＊×某]{3,5}\s*(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(010|02\d|0[3-9]\d{2})?([2-8]\d{6,7})(?!\d)")
_ACCOUNT = re.compile(
    r"(?:微信号?|weixin|wechat|wx|vx|v信|薇信|威信|v)[:：是为同]*\s*([a-z][a-z0-9_\-]{4,19})"
)
_QQ = re.compile(r"(?:q\s?q|扣扣)号?群?[:：是为]*\s*([1-9]\d{4,10})")
_BARE = re.compile(r"^[a-z][a-z0-9_\-]{5,19}$")
_GAPS = re.compile(r"(?<=\d)[\s\-—–·.、]+(?=\d)")
# 公共服务号码谁都会写，不能说明是同一处
PUBLIC = frozenset({"12345", "12315", "12318", "110", "119", "120"})


def contacts_of(text: str) -> frozenset[str]:
    """Numbers in normal form, each with its kind: `p:13900001234`, `t:02357680000`, `w:abc_123`, `q:12345678`.

    A mobile number as hotlines and banks pass it on, its middle hidden, is `m:139-1234`.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    found: set[str] = {f"w:{match}" for match in _ACCOUNT.findall(plain)}
    found |= {f"q:{match}" for match in _QQ.findall(plain)}
    plain = _QQ.sub(" ", plain)
    digits = _GAPS.sub("", plain.translate(_SPELT))
    mobiles = _MOBILE.findall(digits)
    found |= {f"p:{match}" for match in mobiles}
    found |= {f"m:{start}-{end}" for start, end in _MASKED.findall(digits)}
    rest = _MOBILE.sub(" ", digits)
    found |= {f"t:{number}" for _, number in _LANDLINE.findall(rest) if number not in PUBLIC}
    if not found and _BARE.match(plain.strip()):
        found.add(f"w:{plain.strip()}")
    return frozenset(found)


def masked(contacts: frozenset[str]) -> frozenset[str]:
    """The mobile numbers with their middle hidden, those that came so included."""
    whole = {f"m:{number[2:5]}-{number[-4:]}" for number in contacts if number.startswith("p:")}
    return frozenset(whole | {number for number in contacts if number.startswith("m:")})
