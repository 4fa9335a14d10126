"""Choices and small forms that several pages use."""

from __future__ import annotations

from typing import Any

from django import forms

from casework.web.fields import FilesField, area
from inspections.models import (
    PhotoPhase,
)


class PersonChoice(forms.ModelChoiceField):
    """People with their organisation."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.organisation.short_name}）" if obj.organisation else obj.name


class PeopleChoice(forms.ModelMultipleChoiceField):
    """Several people."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class PlaceChoice(forms.ModelMultipleChoiceField):
    """Institutions with what matters for a visit."""

    def label_from_instance(self, obj: Any) -> str:
        state = "" if obj.operating_state == "OPERATING" else f"，{obj.get_operating_state_display()}"
        return f"{obj.name}（{obj.region.name}，{obj.get_standing_display()}{state}）"


class ReasonForm(forms.Form):
    """A step that needs words."""

    reason = forms.CharField(label="理由", max_length=300, widget=area())

    def __init__(self, *args: Any, label: str = "理由", required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].required = required


class DecisionForm(forms.Form):
    """Yes or no, with the reason."""

    is_granted = forms.TypedChoiceField(
        label="决定",
        choices=[("1", "同意"), ("0", "不同意")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="决定理由", max_length=300, widget=area())


class PhotoForm(forms.Form):
    """Photos of a finding."""

    phase = forms.ChoiceField(
        label="阶段", choices=PhotoPhase.choices, widget=forms.RadioSelect, initial="BEFORE"
    )
    photos = FilesField(label="照片", required=True)
