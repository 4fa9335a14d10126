"""Forms of the year's plan of random inspections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, area
from draws import selectors
from draws.forms.draws import BASIS, OrgansChoice
from draws.models import DrawPlan, DrawPlanRow
from draws.pools import CHOICE_FILTERS
from draws.strata import UNRATED
from inspections.selectors import organ_choices


class PlanForm(forms.Form):
    """A new plan of a year."""

    organ: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="编制机关", queryset=None, empty_label=None
    )
    year = forms.IntegerField(label="年度", min_value=2020, max_value=2100)
    basis = forms.CharField(
        label="编制依据", max_length=300, initial=BASIS, help_text="文件名称和文号，写入公布的计划。"
    )
    note = forms.CharField(label="说明", required=False, widget=area(2), max_length=1000)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, organ=organ_choices(actor))
        self.initial.setdefault("organ", actor.organisation_id)
        self.initial.setdefault("year", timezone.localdate().year)


class PlanEditForm(forms.Form):
    """Words of a draft."""

    basis = forms.CharField(label="编制依据", max_length=300)
    note = forms.CharField(label="说明", required=False, widget=area(2), max_length=1000)


class PlanRowForm(forms.ModelForm):
    """One row of a plan."""

    window_from = DayField(label="开始日期")
    window_until = DayField(label="结束日期")
    percent = forms.DecimalField(
        label="抽查比例（%）", min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    partners = OrgansChoice(
        label="联合部门",
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="跨部门联合抽查的选择参加的部门。",
    )
    regions = forms.TypedMultipleChoiceField(
        label="限定乡镇（街道）",
        coerce=int,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text="不选为全部；按住 Ctrl 可多选。",
    )

    class Meta:
        model = DrawPlanRow
        fields = ("item", "checklist", "pool", "window_from", "window_until", "lead_organ")

    field_order = (
        "item",
        "checklist",
        "pool",
        "percent",
        "window_from",
        "window_until",
        "lead_organ",
        "partners",
    )

    def __init__(self, *args: Any, actor: User, plan: DrawPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organs = organ_choices(actor)
        give_rows(self, lead_organ=organs, partners=organs, checklist=selectors.checklists_of(actor))
        fields: dict[str, Any] = dict(self.fields)
        fields["regions"].choices = [(town.pk, town.name) for town in selectors.towns_of(actor)]
        fields["item"].help_text = "一项一行，例如：收费和预收费监管。"
        fields["pool"].help_text = "写给公众看的抽查对象范围，例如：全县持证非学科类机构。"
        for name, (_, label, choices) in CHOICE_FILTERS.items():
            pairs = [*choices.choices, *([(UNRATED, "未评定")] if name == "risk_levels" else [])]
            self.fields[name] = forms.MultipleChoiceField(
                label=f"限定{label}", choices=pairs, required=False, widget=forms.CheckboxSelectMultiple
            )
        row = self.instance
        if row.pk:
            self.initial.update(row.filters)
            self.initial["percent"] = row.percent
            self.initial["partners"] = list(row.partners.all())
        else:
            self.initial.setdefault("lead_organ", actor.organisation_id)

    def clean_percent(self) -> Any:
        percent = self.cleaned_data["percent"]
        if percent <= 0:
            raise forms.ValidationError("抽查比例须大于零。")
        return percent

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("window_from"), data.get("window_until")
        if first and last and last < first:
            self.add_error("window_until", "结束日期不能早于开始日期。")
        return data

    def values(self) -> dict[str, Any]:
        """What the service takes, besides the departments that join."""
        data = self.cleaned_data
        names = ("regions", *CHOICE_FILTERS)
        return {
            **{name: data[name] for name in self._meta.fields or ()},
            "per_10000": int(data["percent"] * 100),
            "filters": {name: data[name] for name in names if data.get(name)},
        }
