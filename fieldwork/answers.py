"""What may be written at an item, by its kind: a judgement, a count, a number, a date, a text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from casework.errors import Unlawful
from fieldwork.models import AnswerKind, ChecklistItem, ChecklistVersion

TEXT_MAX = 300
COUNT_MAX = 1_000_000


def read_answer(item: ChecklistItem, version: ChecklistVersion, raw: str) -> str:
    """The answer as it is kept, in one spelling; raises Unlawful with what to write instead."""
    text = raw.strip()
    if item.answer_kind == AnswerKind.CHOICE:
        if text not in version.answer_values:
            raise Unlawful(f"{item.code} 的结果须为：{'、'.join(version.answer_labels.values())}。")
        return text
    if not text:
        raise Unlawful(f"{item.code} 没有填写，请填写{item.get_answer_kind_display()}。")
    if item.answer_kind == AnswerKind.DATE:
        return _day(item, text)
    if item.answer_kind == AnswerKind.TEXT:
        if len(text) > TEXT_MAX:
            raise Unlawful(f"{item.code} 最多填写 {TEXT_MAX} 字，请精简。")
        return text
    return _number(item, text)


def _day(item: ChecklistItem, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Unlawful(f"{item.code} 的日期“{text}”无法识别，请按“2026-11-22”填写。") from error


def _number(item: ChecklistItem, text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise Unlawful(f"{item.code} 须填数字，“{text}”不是数字。") from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise Unlawful(f"{item.code} 的数值过大，请核对。")
    if item.answer_kind == AnswerKind.COUNT and (
        number != number.to_integral_value() or not 0 <= number <= COUNT_MAX
    ):
        raise Unlawful(f"{item.code} 须填 0 或正整数（{item.unit or '个'}）。")
    if item.minimum is not None and number < item.minimum:
        raise Unlawful(f"{item.code} 不能小于 {item.minimum.normalize():f}{item.unit}，请核对。")
    if item.maximum is not None and number > item.maximum:
        raise Unlawful(f"{item.code} 不能大于 {item.maximum.normalize():f}{item.unit}，请核对。")
    plain = number.quantize(Decimal("0.01")).normalize()
    return f"{plain:f}"


def said(item: ChecklistItem, version: ChecklistVersion, value: str) -> str:
    """An answer in words: the label of a judgement, a fact with its unit."""
    if item.answer_kind == AnswerKind.CHOICE:
        return version.answer_labels.get(value, value)
    return f"{value} {item.unit}".strip() if value else ""
