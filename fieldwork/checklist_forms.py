"""Forms of checklist drafts."""

from __future__ import annotations

from typing import Any

from django import forms

from casework.data import DEPARTMENTS
from fieldwork.models import AnswerKind, ChecklistItem

NEW_ASPECT = "+"
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class HeadForm(forms.Form):
    """What stands at the head of a version."""

    name = forms.CharField(label="名称", max_length=100)
    effective_on = forms.DateField(label="施行日期", widget=DAY)
    source = forms.CharField(
        label="编制说明", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    change_note = forms.CharField(
        label="修改说明", max_length=300, widget=forms.Textarea(attrs={"rows": 2}), required=False
    )


class ItemForm(forms.Form):
    """One item of a draft."""

    aspect_code = forms.ChoiceField(label="方面")
    new_aspect_code = forms.CharField(label="新方面代码", max_length=10, required=False)
    new_aspect_name = forms.CharField(label="新方面名称", max_length=60, required=False)
    code = forms.CharField(label="项目代码", max_length=10)
    text = forms.CharField(label="检查内容", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    hint = forms.CharField(label="提示", max_length=300, required=False)
    basis = forms.CharField(
        label="依据",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行一个文件，写明名称或文号和条款。",
    )
    answer_kind = forms.ChoiceField(label="填写方式", choices=AnswerKind.choices)
    unit = forms.CharField(label="单位", max_length=10, required=False, help_text="计数、数值项目填写。")
    minimum = forms.DecimalField(label="最小值", max_digits=14, decimal_places=2, required=False)
    maximum = forms.DecimalField(label="最大值", max_digits=14, decimal_places=2, required=False)
    weight = forms.IntegerField(label="分值", min_value=1, max_value=100, initial=1)
    departments = forms.MultipleChoiceField(
        label="责任部门", choices=list(DEPARTMENTS.items()), widget=forms.CheckboxSelectMultiple
    )
    refer_to = forms.ChoiceField(
        label="不合格时移送",
        choices=[("", "责任部门的第一个"), *DEPARTMENTS.items()],
        required=False,
    )
    is_star = forms.BooleanField(label="否决项（不合格即整表不合格）", required=False)
    requires_photo_on_fail = forms.BooleanField(label="不合格须拍照", required=False)
    requires_photo = forms.BooleanField(label="填写即须拍照", required=False)
    requires_note_on_fail = forms.BooleanField(label="不合格须说明", required=False)
    is_optional = forms.BooleanField(label="可以不填（只用于非判断项目）", required=False)

    def __init__(
        self, data: Any, *, content: dict[str, Any], item: ChecklistItem | None, aspect: str = ""
    ) -> None:
        initial: dict[str, Any] = {"aspect_code": aspect, "departments": ["EDUCATION"]}
        if item is not None:
            initial = {name: getattr(item, name) for name in self.base_fields if hasattr(item, name)}
            initial["basis"] = "\n".join(item.basis)
        super().__init__(data, initial=initial)
        known = [(row["code"], f"{row['code']} {row['name']}") for row in content["aspects"]]
        self.fields["aspect_code"].choices = [*known, (NEW_ASPECT, "新的方面（请填写下面两栏）")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A new aspect has a code and a name."""
        given = super().clean() or {}
        if given.get("aspect_code") == NEW_ASPECT and not (
            given.get("new_aspect_code") and given.get("new_aspect_name")
        ):
            self.add_error("new_aspect_name", "请填写新方面的代码和名称。")
        return given

    def aspect(self) -> tuple[str, str]:
        """Code and name of the aspect; the name is empty for one that exists."""
        given = self.cleaned_data
        if given["aspect_code"] == NEW_ASPECT:
            return given["new_aspect_code"], given["new_aspect_name"]
        return given["aspect_code"], ""

    def values(self) -> dict[str, Any]:
        """The item in the JSON form of a checklist."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"aspect_code", "new_aspect_code", "new_aspect_name"}
        }
        given["basis"] = [line.strip() for line in given["basis"].splitlines() if line.strip()]
        for name in ("minimum", "maximum"):
            given[name] = None if given[name] is None else f"{given[name].normalize():f}"
        return given


class PublishForm(forms.Form):
    """From which day a draft is in force."""

    effective_on = forms.DateField(label="施行日期", widget=DAY)


class RetireForm(forms.Form):
    """Why a version is withdrawn."""

    reason = forms.CharField(label="停用理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
