"""Codes of organisations: the social credit code and the school licence number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.core.exceptions import ValidationError

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_USCC_SHAPE = re.compile(rf"[{USCC_ALPHABET}]{{18}}\Z")
_LICENCE_DIGITS = re.compile(r"\d+")
TRAINING_LEVEL = "7"


def clean_code(text: str) -> str:
    """A typed code without spaces and dashes, half-width, upper case."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[\s\-—–_.·'`]+", "", folded)


def uscc_check_digit(body: str) -> str:
    """The 18th character of GB 32100-2015 for the first 17; ValueError for other characters."""
    total = sum(USCC_ALPHABET.index(sign) * weight for sign, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def uscc_is_valid(code: str) -> bool:
    """Whether an already clean code is a social credit code by GB 32100-2015."""
    return bool(_USCC_SHAPE.match(code)) and uscc_check_digit(code[:17]) == code[17]


def validate_uscc(code: str) -> None:
    """Form and model validator; says what is wrong and what to do."""
    if problem := uscc_problem(code):
        raise ValidationError(problem, code="uscc")


def uscc_problem(code: str) -> str:
    """Why a clean code is not a social credit code; empty when it is one."""
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现为 {len(code)} 位。请对照营业执照或登记证书重新填写。"
    wrong = sorted(set(code) - set(USCC_ALPHABET))
    if wrong:
        return f"统一社会信用代码中不会出现“{'、'.join(wrong)}”（不用 I、O、S、V、Z）。请对照证照重新填写。"
    if uscc_check_digit(code[:17]) != code[17]:
        return "统一社会信用代码校验位不符，可能有一位填错。请对照营业执照或登记证书逐位核对。"
    return ""


@dataclass(frozen=True)
class LicenceNumber:
    """What can be read from a licence number; local forms differ, so nothing here refuses."""

    text: str
    region_code: str
    warnings: tuple[str, ...]


def read_licence_number(text: str, county_code: str = "") -> LicenceNumber:
    """Read 教民+13 or 15 digits (教发厅〔2008〕2号); oddities become warnings, the text is kept as typed.

    `county_code` is the six-digit code of the bureau's own county.
    """
    raw = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    found = "".join(_LICENCE_DIGITS.findall(raw))
    if len(found) == 13:
        region, level = found[:6], found[6]
    elif len(found) == 15:
        region, level = found[1:7], found[7]
    else:
        warning = f"许可证编号一般为 13 位或 15 位数字，现为 {len(found)} 位，请核对证书。"
        return LicenceNumber(raw, "", (warning,) if raw else ())
    warnings = []
    if county_code and not region.startswith(county_code[:4]) and region != county_code:
        warnings.append(f"许可证编号中的区划代码 {region} 不是本地代码，请核对是否外地发证。")
    if level != TRAINING_LEVEL:
        warnings.append(f"许可证编号的学校类别位是 {level}，培训机构一般为 7，请核对。")
    return LicenceNumber(raw, region, tuple(warnings))
