"""Stored values as Chinese text: policy values, changed fields, file sizes of registers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from casework.deadlines import TermUnit
from casework.models.policy import UNVERIFIED, VERIFIED
from casework.money import yuan

MONEY_UNIT = "分"
WORDS = {
    "state": "状态",
    "status": "状态",
    "due_on": "到期日",
    "finished_on": "办结日",
    "paused_on": "中止日",
    "is_active": "启用",
    "is_confirmed": "已确认",
    "roles": "角色",
    "certificate": "执法证",
    "since": "起始日期",
    "sha256": "文件摘要（SHA-256）",
    "content_hash": "内容摘要（SHA-256）",
}


def policy_text(value: Any, unit: str) -> str:
    """A policy value as people say it: `7 个工作日`, `¥ 200.00`, `1 至 5 倍违法所得`."""
    if isinstance(value, dict) and {"amount", "unit"} <= value.keys():
        return f"{value['amount']} {TermUnit(value['unit']).label}"
    if isinstance(value, dict) and {"min", "max"} <= value.keys():
        return f"{_plain(value['min'], unit)} 至 {_plain(value['max'], unit)}{_tail(unit)}"
    if isinstance(value, list):
        return "、".join(_plain(item, unit) for item in value) + _tail(unit)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return f"{_plain(value, unit)}{_tail(unit)}"


def _plain(value: Any, unit: str) -> str:
    if isinstance(value, dict):
        return policy_text(value, unit)
    if unit == MONEY_UNIT and isinstance(value, int):
        return yuan(value)
    return str(value)


def _tail(unit: str) -> str:
    return "" if unit in {MONEY_UNIT, "期限", "期限范围", "时刻", ""} else f" {unit}"


def is_verified(confidence: str) -> bool:
    """Whether a value was read in the document itself or set by the bureau."""
    return confidence in VERIFIED


def needs_check(item: object) -> bool:
    """Whether a value, rule, kind of document or computed term rests on something nobody checked against its text.

    `item`: anything with `is_verified` or `confidence` (an attribute or a key), the sentences of a computed term,
    or several such things. Nothing given: no.
    """
    if item is None or item == "":
        return False
    if isinstance(item, str):
        return UNVERIFIED in item
    if isinstance(item, Mapping):
        return not item.get("is_verified", is_verified(str(item.get("confidence", "seen"))))
    if isinstance(item, Iterable):
        return any(needs_check(part) for part in item)
    known = getattr(item, "is_verified", None)
    if known is not None:
        return not known
    return not is_verified(str(getattr(item, "confidence", "seen")))


def changed_text(value: Any) -> str:
    """A changed value as one line of text."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(changed_text(item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def field_label(object_type: str, name: str) -> str:
    """Chinese label of a changed field, or the name itself where the event names no column."""
    if name in WORDS:
        return WORDS[name]
    try:
        return str(apps.get_model(object_type)._meta.get_field(name).verbose_name)
    except (LookupError, ValueError, FieldDoesNotExist, AttributeError):
        return name


def choice_label(object_type: str, name: str, value: Any) -> str:
    """Chinese label of a stored code of a field with choices, else the value as text."""
    try:
        choices = dict(apps.get_model(object_type)._meta.get_field(name).flatchoices)
    except (LookupError, ValueError, FieldDoesNotExist, AttributeError):
        choices = {}
    label = choices.get(value) if isinstance(value, str) else None
    return str(label) if label else changed_text(value)


def object_kind(object_type: str) -> str:
    """Chinese name of an object's type."""
    try:
        return str(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return object_type
