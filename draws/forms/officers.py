"""Standing recusals and skills of officers."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from draws import selectors
from draws.models import Skill
from inspections.selectors import institution_choices


class PersonChoice(forms.ModelChoiceField):
    """People with their organisation."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.organisation.short_name}）" if obj.organisation else str(obj.name)


class RecusalForm(forms.Form):
    """A standing recusal."""

    user = PersonChoice(label="执法人员", queryset=None)
    institution: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="回避的机构", queryset=None)
    ground = forms.CharField(
        label="回避事由", max_length=300, help_text="例如：本人或近亲属在该机构任职、持股，曾在该机构工作。"
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        fields["user"].queryset = selectors.officers_of(actor)
        fields["institution"].queryset = institution_choices(actor)
        self.initial.setdefault("user", actor.pk)


class SkillForm(forms.Form):
    """A skill of an officer."""

    user = PersonChoice(label="执法人员", queryset=None)
    skill = forms.ChoiceField(label="专业", choices=Skill.choices)
    proof = forms.CharField(label="依据", max_length=200, help_text="培训证书、从业经历等。")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        fields["user"].queryset = selectors.officers_of(actor)
