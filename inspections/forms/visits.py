"""Forms of a visit and its findings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import FilesField, MomentField, area
from inspections import selectors
from inspections.models import (
    FindingMode,
    PremisesState,
    Severity,
    SignatureState,
    Visit,
)


class VisitStartForm(forms.Form):
    """Entering a place."""

    place_note = forms.CharField(
        label="实际地点", max_length=200, required=False, help_text="与登记地址不同的须填写。"
    )


class VisitRecordForm(forms.ModelForm):
    """The record of a visit."""

    premises = forms.ChoiceField(label="现场状态", choices=PremisesState.choices, widget=forms.RadioSelect)
    signature = forms.ChoiceField(
        label="签字情况", choices=SignatureState.choices[1:], widget=forms.RadioSelect
    )
    ended_at = MomentField(label="离场时间", required=False, help_text="不填则为提交的时间。")

    class Meta:
        model = Visit
        fields = (
            "premises",
            "summary",
            "students_present",
            "place_note",
            "representative",
            "representative_title",
            "party_opinion",
            "signature",
            "witness",
            "camera_note",
            "ended_at",
        )
        widgets = {"summary": area(4), "party_opinion": area(2)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["summary"].required = True
        self.fields["witness"].help_text = "拒绝签字的须填写见证人或执法记录仪文件。"

    def _post_clean(self) -> None:
        """Values go to the service; the instance stays as it is in the database."""


class ChecklistChoiceForm(forms.Form):
    """Which checklist to fill."""

    version: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="检查清单", queryset=None, empty_label=None
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = selectors.checklist_choices(actor, timezone.localdate())
        give_rows(self, version=choices)


class FindingForm(forms.Form):
    """A problem found."""

    violation: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="问题类型", queryset=None)
    text = forms.CharField(label="问题事实", widget=area(), help_text="写清时间、地点、数量、涉及人员。")
    quantity = forms.IntegerField(label="数量（处、块）", min_value=1, initial=1)
    mode = forms.ChoiceField(
        label="处理方式", choices=FindingMode.choices, widget=forms.RadioSelect, initial="IN_TERM"
    )
    organ: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="责任部门", queryset=None, help_text="由哪个部门制发整改通知书。"
    )
    severity = forms.ChoiceField(
        label="程度", choices=[("", "按问题类型"), *Severity.choices], required=False
    )
    rule_broken = forms.CharField(
        label="违反的规定", max_length=300, required=False, help_text="不填则按问题类型的依据。"
    )
    correction = forms.CharField(
        label="整改要求", required=False, widget=area(2), help_text="不填则按问题类型的通常要求。"
    )
    refer_to = forms.CharField(label="移送单位或立案机关", max_length=100, required=False)
    photos = FilesField(label="问题照片")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(
            self,
            violation=selectors.violation_choices(),
            organ=selectors.organ_choices(actor),
        )
        if actor.organisation_id:
            self.initial.setdefault("organ", actor.organisation_id)


class FixForm(forms.Form):
    """Put right on the spot."""

    fixed_at = MomentField(label="改正时间", required=False, help_text="不填则为现在。")
    photos = FilesField(label="改正后照片")
    no_photo_reason = forms.CharField(label="未拍照原因", max_length=100, required=False)


class ReferForm(forms.Form):
    """Handed on."""

    refer_to = forms.CharField(label="移送单位或立案机关", max_length=100)
