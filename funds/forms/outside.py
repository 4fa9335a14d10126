"""Forms of sheets from outside."""

from __future__ import annotations

from typing import Any

from django import forms

from casework.web.fields import DayField, area
from funds.models import PLATFORM, DifferenceCause, OutsideKind, SignalKind, SignalSource
from funds.outside_sheets import fields_of

UPLOAD = ".xlsx 或 .csv，前十行里有表头；列名不同的，下一步可以逐列指定。"


class SignalSheetForm(forms.Form):
    """A sheet of signals; what the sheet does not say is chosen here."""

    upload = forms.FileField(label="表格", help_text=UPLOAD)
    source = forms.ChoiceField(
        label="来源（表里没有时）", choices=[("", "表里有"), *SignalSource.choices], required=False
    )
    kind = forms.ChoiceField(
        label="信号（表里没有时）", choices=[("", "表里有"), *SignalKind.choices], required=False
    )


class PlatformSheetForm(forms.Form):
    """A sheet of the national platform with the days that it speaks of."""

    kind = forms.ChoiceField(
        label="内容", choices=[(code, label) for code, label in OutsideKind.choices if code in PLATFORM]
    )
    upload = forms.FileField(label="表格", help_text=UPLOAD)
    covers_from = DayField(label="数据起日")
    covers_to = DayField(label="数据止日")


class ColumnsForm(forms.Form):
    """Which column holds what."""

    def __init__(
        self, *args: Any, kind: str, labels: list[str], columns: dict[str, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "没有这一列")]
        choices += [(str(at), f"第 {at + 1} 列：{label}") for at, label in enumerate(labels) if label]
        for name, label in fields_of(kind):
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=str(columns.get(name, ""))
            )

    def clean(self) -> dict[str, Any]:
        """Field to column number."""
        given = super().clean() or {}
        return {name: int(value) for name, value in given.items() if value}


class DifferenceForm(forms.Form):
    """What was found about a difference."""

    cause = forms.ChoiceField(label="原因", choices=DifferenceCause.choices)
    note = forms.CharField(label="核对情况", max_length=300, widget=area(4))
