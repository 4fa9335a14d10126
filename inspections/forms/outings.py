"""Forms of an outing and its team."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import MomentField, area, place_picker
from inspections import selectors
from inspections.forms.base import PersonChoice, PlaceChoice
from inspections.models import (
    Deployment,
    MemberRole,
    RecusalOrigin,
)


class DeploymentForm(forms.ModelForm):
    """An outing's plan."""

    starts_at = MomentField(label="计划开始")
    ends_at = MomentField(label="计划结束")

    class Meta:
        model = Deployment
        fields = (
            "name",
            "kind",
            "lead_organ",
            "campaign",
            "task_source",
            "basis",
            "item",
            "checklist_version",
            "starts_at",
            "ends_at",
        )
        widgets = {"item": area()}

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        give_rows(
            self,
            lead_organ=selectors.organ_choices(actor),
            campaign=selectors.campaign_choices(actor, today),
            checklist_version=selectors.checklist_choices(actor, today),
        )
        self.fields["campaign"].help_text = "不属于专项行动的可以不选。"
        self.fields["basis"].help_text = "文件名称和文号，写入检查通知书。"
        self.fields["item"].help_text = "检查通知书中的事项清单，超出事项的不得检查。"
        if not self.initial.get("lead_organ") and actor.organisation_id:
            self.initial["lead_organ"] = actor.organisation_id


class DeploymentCreateForm(DeploymentForm):
    """A new plan with its places."""

    institutions = PlaceChoice(
        label="检查对象",
        queryset=None,
        required=False,
        help_text="可多选，包括已注销、无证的场所；也可以保存后再添加。",
        widget=place_picker(),
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        places = selectors.institution_choices(actor)
        give_rows(self, institutions=places)


class StopsForm(forms.Form):
    """More places for a draft."""

    institutions = PlaceChoice(label="检查对象", queryset=None, widget=place_picker(), help_text="可多选。")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, institutions=selectors.institution_choices(actor))


class MemberForm(forms.Form):
    """One person for the team."""

    role = forms.ChoiceField(
        label="身份", choices=MemberRole.choices, widget=forms.RadioSelect, initial="OFFICER"
    )
    user = PersonChoice(
        label="人员", queryset=None, required=False, help_text="执法人员须选择，系统核验当日执法证。"
    )
    person_name = forms.CharField(label="没有账号的人员姓名", max_length=40, required=False)
    organisation: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="没有账号的人员单位", queryset=None, required=False, help_text="选择了人员的，按其单位登记。"
    )
    is_counted = forms.BooleanField(label="计入出动人次", required=False, initial=True)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(
            self,
            user=selectors.colleague_choices(actor),
            organisation=selectors.authority_choices(actor),
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        user = data.get("user")
        if user is None and not (data.get("person_name") and data.get("organisation")):
            self.add_error("user", "请选择人员，或者填写姓名和单位。")
        if user is not None:
            data["organisation"] = user.organisation
        return data


class RecusalForm(forms.Form):
    """A ground for 回避."""

    origin = forms.ChoiceField(label="提出方", choices=RecusalOrigin.choices, widget=forms.RadioSelect)
    ground = forms.CharField(label="回避事由", max_length=300, widget=area())
