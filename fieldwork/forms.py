"""Forms of campaigns, phones and pads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Organisation, User
from accounts.models.organisations import COUNTERPARTS
from casework.web import give_rows
from fieldwork.models import Campaign, Checklist
from fieldwork.services import Stage

STAGE_ROWS = 6

if TYPE_CHECKING:
    CampaignModelForm = forms.ModelForm[Campaign]
    StageForms = forms.BaseFormSet["StageForm"]
else:
    CampaignModelForm = forms.ModelForm
    StageForms = forms.BaseFormSet


class CampaignForm(CampaignModelForm):
    """A campaign's own facts and the departments that take part."""

    class Meta:
        model = Campaign
        fields = [
            "code",
            "name",
            "kind",
            "issuer",
            "basis_no",
            "starts_on",
            "ends_on",
            "checklist",
            "purpose",
            "departments",
        ]
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "purpose": forms.Textarea(attrs={"rows": 4}),
            "departments": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "code": "本单位内不重复，例如 2026-HTK。",
            "basis_no": "上级通知或本单位方案的文号。",
            "ends_on": "长期开展的可以不填。",
            "departments": "参加的部门可以看到本专项行动。",
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partners = Organisation.objects.filter(bureau=actor.bureau_id, is_active=True).exclude(
            kind__in=COUNTERPARTS
        )
        give_rows(
            self,
            departments=partners.order_by("kind", "name"),
            checklist=Checklist.objects.visible_to(actor),
        )
        self.fields["checklist"].empty_label = "不指定"  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service takes: everything but the departments."""
        return {name: value for name, value in self.cleaned_data.items() if name != "departments"}


class StageForm(forms.Form):
    """One stage; an empty row is left out."""

    name = forms.CharField(label="阶段", max_length=60, required=False)
    starts_on = forms.DateField(
        label="开始日期", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    ends_on = forms.DateField(
        label="结束日期", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    task = forms.CharField(label="工作内容", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """A row that was begun needs a name and both days."""
        data = super().clean() or {}
        filled = [name for name in ("name", "starts_on", "ends_on", "task") if data.get(name)]
        if filled and not all(data.get(name) for name in ("name", "starts_on", "ends_on")):
            raise forms.ValidationError("请填写阶段名称和起止日期，或清空这一行。")
        return data


StageFormSet = forms.formset_factory(StageForm, extra=STAGE_ROWS, max_num=20)


def stages_of(timetable: StageForms) -> tuple[Stage, ...]:
    """The filled rows of a valid timetable, in order."""
    rows = [form.cleaned_data for form in timetable.forms if form.cleaned_data.get("name")]
    return tuple(Stage(row["name"], row["starts_on"], row["ends_on"], row["task"]) for row in rows)


def stage_initial(campaign: Campaign | None) -> list[dict[str, str | date]]:
    """Rows of the timetable as it stands."""
    if campaign is None:
        return []
    return [
        {"name": stage.name, "starts_on": stage.starts_on, "ends_on": stage.ends_on, "task": stage.task}
        for stage in campaign.stages.all()
    ]


class FinishForm(forms.Form):
    """The summary with which a campaign ends."""

    result = forms.CharField(
        label="总结", widget=forms.Textarea(attrs={"rows": 5}), help_text="写明检查、整改、查处的总体情况。"
    )


class CancelForm(forms.Form):
    """Why a campaign is given up."""

    reason = forms.CharField(label="取消理由", widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(forms.Form):
    """A reason in words."""

    reason = forms.CharField(label="原因", max_length=200)


class NoteForm(forms.Form):
    """A remark that may stay empty."""

    note = forms.CharField(label="说明", max_length=200, required=False)


class PadForm(forms.Form):
    """Who gets a pad of how many pages."""

    holder = forms.ModelChoiceField(queryset=User.objects.none(), label="领用人", empty_label="请选择")
    size = forms.IntegerField(label="页数", min_value=1, max_value=100, initial=20)

    def __init__(self, *args: Any, holders: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, holder=holders)


class SheetForm(forms.Form):
    """The file that a phone exported."""

    sheet = forms.FileField(label="导出文件", help_text="手机“发送”页“导出文件”得到的 .json 文件")
