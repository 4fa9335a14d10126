"""Forms of the office registers: calendar, policy values, voiding a number."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django import forms

from accounts.models import Organisation, Region, User
from casework.deadlines import TermUnit
from casework.numbering import pattern_problem
from casework.web import give_rows

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ReasonForm(forms.Form):
    """A step that needs nothing but a reason."""

    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class PostingForm(forms.Form):
    """A photo of a posted document."""

    photo = forms.ImageField(
        label="照片",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"}),
        help_text="JPG 或 PNG，拍到整张文书。",
    )
    captured_at = forms.DateTimeField(
        label="张贴时间",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="不填的，以照片自带的拍摄时间为准。",
    )


class NumberWordForm(forms.Form):
    """The middle word of one organ's numbers of one kind."""

    organ: forms.ModelChoiceField[Organisation] = forms.ModelChoiceField(
        label="制发机关", queryset=Organisation.objects.none(), empty_label=None
    )
    word = forms.CharField(label="中间字", max_length=8, help_text="机关代字和年份之间的字，例如“整改”。")
    has_ordinal = forms.BooleanField(label="序号前加“第”字", required=False)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organisation.objects.filter(bureau=actor.bureau_id, is_active=True).exclude(number_word="")
        give_rows(self, organ=own.order_by("pk"))


class NumberPatternForm(forms.Form):
    """How one organ, or every organ without a pattern of its own, writes numbers of one kind."""

    organ: forms.ModelChoiceField[Organisation] = forms.ModelChoiceField(
        label="用于", queryset=Organisation.objects.none(), required=False, empty_label="没有另设格式的各机关"
    )
    pattern = forms.CharField(
        label="文号格式",
        max_length=60,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text="{organ} 是机关代字，{year} 是年份，{n} 是序号，各写一次，例如 {organ}整改〔{year}〕{n}号",
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organisation.objects.filter(bureau=actor.bureau_id, is_active=True).exclude(number_word="")
        give_rows(self, organ=own.order_by("pk"))

    def clean_pattern(self) -> str:
        """Every place-holder once, nothing that a number does not bear."""
        pattern: str = self.cleaned_data["pattern"]
        if problem := pattern_problem(pattern):
            raise forms.ValidationError(problem)
        return pattern


class CalendarDaysForm(forms.Form):
    """One line of the State Council's notice: a holiday, or make-up workdays."""

    kind = forms.ChoiceField(
        label="类别", choices=[("off", "放假"), ("work", "调休上班")], widget=forms.RadioSelect
    )
    first = forms.DateField(label="开始日期", widget=DAY)
    last = forms.DateField(label="结束日期", widget=DAY, required=False, help_text="只有一天的可以不填。")
    name = forms.CharField(label="名称", max_length=30, help_text="例如“国庆节”“国庆节调休上班”。")

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        first: date = self.cleaned_data["first"]
        return {
            "first": first,
            "last": self.cleaned_data["last"] or first,
            "is_workday": self.cleaned_data["kind"] == "work",
            "name": self.cleaned_data["name"],
        }


class CalendarYearForm(forms.Form):
    """The notice that makes a year complete."""

    source = forms.CharField(
        label="依据文件", max_length=120, help_text="国务院办公厅关于当年部分节假日安排的通知，写明文号。"
    )


class PolicyForm(forms.Form):
    """A new value of one rule; its fields follow the shape of the present value."""

    region = forms.ModelChoiceField(
        queryset=Region.objects.none(),
        label="适用区域",
        help_text="取值只在所选区域生效，优先于上级统一的取值。",
    )
    since = forms.DateField(
        label="起始日期", widget=DAY, help_text="从这一天起按新取值办理，已办结的事项不受影响。"
    )
    basis = forms.CharField(label="依据", max_length=200, help_text="文件名称和文号。")

    def __init__(self, *args: Any, actor: User, current: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = current
        own = Region.objects.none()
        if actor.bureau is not None:
            own = Region.objects.filter(
                path__startswith=actor.bureau.region.path, valid_to__isnull=True
            ).order_by("path")
            self.fields["region"].initial = actor.bureau.region
        give_rows(self, region=own)
        self.fields.update(value_fields(current, unit))
        self.order_fields([*value_fields(current, unit), "region", "since", "basis"])

    def new_value(self) -> Any:
        """The entered value in the shape in which the rule is read."""
        data = self.cleaned_data
        if isinstance(self.current, dict) and {"amount", "unit"} <= self.current.keys():
            return {"amount": data["amount"], "unit": data["term_unit"]}
        if isinstance(self.current, bool | int | str):
            return data["value"]
        return data["structure"]


def value_fields(current: Any, unit: str) -> dict[str, forms.Field]:
    """Form fields for a value like `current`."""
    note = f"单位：{unit}。" if unit and unit not in {"期限", "期限范围"} else ""
    if isinstance(current, dict) and {"amount", "unit"} <= current.keys():
        return {
            "amount": forms.IntegerField(
                label="期限", min_value=1, max_value=3660, initial=current["amount"]
            ),
            "term_unit": forms.ChoiceField(
                label="计算方式", choices=TermUnit.choices, initial=current["unit"]
            ),
        }
    if isinstance(current, bool):
        return {"value": forms.BooleanField(label="取值", required=False, initial=current)}
    if isinstance(current, int):
        money = "按分填写，例如 200 元填 20000。" if unit == "分" else ""
        return {
            "value": forms.IntegerField(label="取值", min_value=0, initial=current, help_text=note + money)
        }
    if isinstance(current, str):
        return {"value": forms.CharField(label="取值", max_length=40, initial=current, help_text=note)}
    text = json.dumps(current, ensure_ascii=False)
    return {
        "structure": StructureField(
            like=current, label="取值", initial=text, help_text=note + "照现有写法修改数字。"
        )
    }


class StructureField(forms.CharField):
    """A list or a from–to value, written like the present one."""

    def __init__(self, *, like: Any, **kwargs: Any) -> None:
        super().__init__(max_length=400, **kwargs)
        self.like = like

    def clean(self, value: Any) -> Any:
        """The value, with the same shape as the present one."""
        text = super().clean(value)
        try:
            found = json.loads(text)
        except ValueError as error:
            raise forms.ValidationError("写法不对，请照原来的格式，只改其中的数字。") from error
        if not _same_shape(found, self.like):
            raise forms.ValidationError("写法与现有取值不一致，请照原来的格式，只改其中的数字。")
        return found


def _same_shape(value: Any, like: Any) -> bool:
    if isinstance(like, dict):
        return (
            isinstance(value, dict)
            and value.keys() == like.keys()
            and all(_same_shape(value[key], like[key]) for key in like)
        )
    if isinstance(like, list):
        return isinstance(value, list) and bool(value) and all(_same_shape(item, like[0]) for item in value)
    if isinstance(like, str):
        return isinstance(value, str) and (like not in TermUnit.values or value in TermUnit.values)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
