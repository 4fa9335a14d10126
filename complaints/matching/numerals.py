"""Chinese and full-width numerals as Arabic ones, where a counting word of an address follows."""

from __future__ import annotations

import re
import unicodedata

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100}
SIGNS = "".join(DIGITS) + "".join(UNITS)
COUNTED = r"(?=号|组|期|栋|幢|座|单元|楼|层|室|房|户|门|附|之|#|点|f\b)"
_NUMERAL = re.compile(rf"[{SIGNS}]{{1,7}}{COUNTED}")
_BELOW = re.compile(r"(?:负|地下|b)(?:第)?(\d{1,2})(?=楼|层|f\b)")
_DASHES = re.compile(r"[‐-―−－—–]")


def value_of(text: str) -> int | None:
    """The number that Chinese numerals write: 二十一 is 21, 一二〇一 is 1201; None when they write none."""
    if not text or any(sign not in SIGNS for sign in text):
        return None
    if not any(sign in UNITS for sign in text):
        return int("".join(str(DIGITS[sign]) for sign in text))
    total, pending = 0, 0
    for sign in text:
        if sign in DIGITS:
            pending = DIGITS[sign]
        else:
            total += (pending or 1) * UNITS[sign]
            pending = 0
    return total + pending


def arabic(text: str) -> str:
    """`text` in NFKC and lower case, with numerals before counting words as Arabic ones.

    Idempotent. 三号楼 becomes 3号楼, 负一楼 becomes -1楼; 人民二路 stays, since 路 counts nothing.
    """
    folded = _DASHES.sub("-", unicodedata.normalize("NFKC", text).casefold())
    folded = _NUMERAL.sub(lambda found: str(value_of(found.group())), folded)
    return _BELOW.sub(r"-\1", folded)
