"""Forms of this room; nothing is saved here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from burden import selectors
from burden.models import PlanItem, PlanMethod
from casework.web import give_rows
from inspections.models import CAP_EXEMPT_KINDS, Deployment, InspectionKind, Visit

MONTHS = [(month, f"{month} 月") for month in range(1, 13)]
SCORES = [(5, "5 很好"), (4, "4 好"), (3, "3 一般"), (2, "2 差"), (1, "1 很差")]
PLANNED_KINDS = [choice for choice in InspectionKind.choices if choice[0] not in CAP_EXEMPT_KINDS]


class PlanForm(forms.Form):
    """A new yearly plan."""

    organ: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="检查机关", queryset=None, empty_label=None
    )
    year = forms.IntegerField(label="年度", min_value=2020, max_value=2100)
    basis = forms.CharField(
        label="编制依据",
        max_length=300,
        initial="《关于严格规范涉企行政检查的意见》（国办发〔2024〕54号）",
        help_text="文件名称和文号，写入公布的计划。",
    )
    note = forms.CharField(
        label="说明", required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, organ=selectors.organ_choices(actor))
        self.initial.setdefault("organ", actor.organisation_id)
        self.initial.setdefault("year", timezone.localdate().year)


class PlanEditForm(forms.Form):
    """Words of a draft."""

    basis = forms.CharField(label="编制依据", max_length=300)
    note = forms.CharField(
        label="说明", required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
    )


class ItemForm(forms.ModelForm):
    """One line of a plan."""

    kind = forms.ChoiceField(label="检查类别", choices=PLANNED_KINDS)
    method = forms.ChoiceField(label="检查方式", choices=PlanMethod.choices)
    month_from = forms.TypedChoiceField(label="开始月份", choices=MONTHS, coerce=int)
    month_to = forms.TypedChoiceField(label="结束月份", choices=MONTHS, coerce=int, initial=12)

    class Meta:
        model = PlanItem
        fields = (
            "subject",
            "targets",
            "kind",
            "method",
            "month_from",
            "month_to",
            "planned_n",
            "basis",
            "partners",
        )
        widgets = {"partners": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, partners=selectors.partner_choices(actor))
        self.fields["partners"].required = False
        self.fields["planned_n"].help_text = "一家检查一次计一家次。"
        self.fields["subject"].help_text = "一项一行；超出事项的不得检查。"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("month_from", 1) > data.get("month_to", 12):
            self.add_error("month_to", "结束月份不能早于开始月份。")
        return data


class LinkForm(forms.Form):
    """Under which item an outing runs, or why outside the plan."""

    item: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="计划事项", queryset=None, required=False, empty_label="计划外检查"
    )
    outside_reason = forms.CharField(
        label="计划外理由",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="没有选择计划事项的须填写，理由会在“涉企检查公开”中公布。",
    )

    def __init__(self, *args: Any, deployment: Deployment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, item=selectors.item_choices(deployment))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("item") is None and not (data.get("outside_reason") or "").strip():
            self.add_error("outside_reason", "请选择计划事项，或写明计划外检查的理由。")
        return data


class VisitChoice(forms.ModelChoiceField):
    """Which of the planned visits stays."""

    def label_from_instance(self, obj: Any) -> str:
        return (
            f"{obj.planned_on:%Y-%m-%d} {obj.deployment.name}（{obj.deployment.lead_organ.short_name}牵头）"
        )


class MergeForm(forms.Form):
    """Merge all planned visits to one place into the chosen one."""

    keep = VisitChoice(label="保留哪一次", queryset=None, empty_label=None, widget=forms.RadioSelect)

    def __init__(self, *args: Any, visits: tuple[Visit, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, keep=selectors.visits_among(visits))


class RatingForm(forms.Form):
    """Three questions, one to five."""

    lawful = forms.TypedChoiceField(
        label="依法规范：亮证、告知、按事项检查", choices=SCORES, coerce=int, widget=forms.RadioSelect
    )
    civil = forms.TypedChoiceField(label="文明态度", choices=SCORES, coerce=int, widget=forms.RadioSelect)
    light = forms.TypedChoiceField(
        label="不妨碍正常教学", choices=SCORES, coerce=int, widget=forms.RadioSelect
    )
