"""Reading what a phone wrote: nothing here trusts its shape, and every refusal is a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from casework.errors import Unlawful
from fieldwork.models import FieldOperation
from fieldwork.positions import position_in

TEXT_MAX = 2000
TRUSTED_SKEW = timedelta(minutes=2)
FARTHEST = timedelta(days=400)
MOMENT = "%Y-%m-%dT%H:%M"


def uid_of(raw: Any) -> UUID | None:
    """A uid, None for anything else."""
    try:
        return UUID(str(raw))
    except ValueError:
        return None


def text_of(value: Mapping[str, Any]) -> str:
    """The text of a word; numbers count as text, everything else as nothing."""
    raw = value.get("text")
    return str(raw)[:TEXT_MAX].strip() if isinstance(raw, str | int | float | bool) else ""


def position_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the place where the phone stood, empty when it makes no sense."""
    found = position_in(value)
    return dict(zip(("longitude", "latitude", "accuracy_m"), found, strict=True)) if found else {}


def moment_of(word: FieldOperation) -> str:
    """A time typed on the phone, set right by the skew of its clock, as a form takes it. Raises Unlawful."""
    text = text_of(word.value)
    try:
        typed = datetime.strptime(text[:16], MOMENT)
    except ValueError as error:
        raise Unlawful("时间无法识别，请在手机上重新选择后再保存。") from error
    if word.happened_at is None or word.made_at is None:
        raise Unlawful("手机时间不可信。请在系统设置里打开自动时间，核对填写的时间后重新保存。")
    if abs(timezone.make_aware(typed) - word.made_at) > FARTHEST:
        raise Unlawful("填写的时间离现在太远，请在手机上重新选择后再保存。")
    skew = word.made_at - word.happened_at
    if abs(skew) > TRUSTED_SKEW:
        typed = timezone.localtime(timezone.make_aware(typed) - skew)
    # Written anew: what was read may have been typed without zeros or in wide digits.
    return f"{typed:{MOMENT}}"


def faults_of(form: forms.Form) -> str:
    """What a form refuses, in one sentence; empty when it is in order."""
    if form.is_valid():
        return ""
    found = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        found.append("".join([f"{label}：" if label else "", *[str(one) for one in errors]]))
    return "；".join(found)[:500]
