"""Forms of the register. They check input; services write."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from accounts.models import Organisation, Region, User
from casework.web import give_rows
from institutions.codes import clean_code, uscc_problem
from institutions.models import AgeGroup, EndKind, Institution, Standing, SubjectKind, Track
from institutions.selectors import departments_of, townships_of

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("基本情况", ("name", "aliases", "region", "standing", "address", "established_on")),
    (
        "证照",
        ("uscc", "licence_no", "licence_from", "licence_to", "licence_organ", "licence_scope"),
    ),
    ("培训属性", ("subject_kind", "track", "profit_kind", "age_groups", "is_online", "competent_department")),
    ("场所", ("place_kind", "floors", "floor_area_m2", "capacity", "longitude", "latitude")),
    ("联系人", ("head_name", "contact_name", "phone", "note")),
    ("本次修改", ("effective_on", "is_correction", "reason")),
)


class DayInput(forms.DateInput):
    """A native date picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class InstitutionForm(forms.ModelForm[Institution]):
    """Everything a person may enter about a place."""

    aliases = forms.CharField(
        label="别名、门牌名称", required=False, max_length=600, help_text="多个名称用顿号或逗号分开"
    )
    uscc = forms.CharField(
        label="统一社会信用代码", required=False, max_length=40, help_text="18 位，空格和全角字符会自动整理"
    )
    age_groups = forms.MultipleChoiceField(
        label="招生对象", required=False, choices=AgeGroup.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Institution
        fields: ClassVar[list[str]] = [
            "name",
            "region",
            "standing",
            "address",
            "established_on",
            "uscc",
            "licence_no",
            "licence_from",
            "licence_to",
            "licence_organ",
            "licence_scope",
            "subject_kind",
            "track",
            "profit_kind",
            "is_online",
            "competent_department",
            "place_kind",
            "floors",
            "floor_area_m2",
            "capacity",
            "longitude",
            "latitude",
            "head_name",
            "contact_name",
            "phone",
            "note",
        ]
        widgets: ClassVar[dict[str, Any]] = {
            "established_on": DayInput(),
            "licence_from": DayInput(),
            "licence_to": DayInput(),
            "note": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts: ClassVar[dict[str, str]] = {
            "name": "按证照上的全称填写；无证场所写门牌或群众常用的叫法",
            "established_on": "不清楚可不填，办学状态从登记之日起算",
            "licence_no": "按证书原样填写，如 教民150023770000012号",
            "floors": "如 3 层、1—2 层",
            "longitude": "如 109.8790",
            "latitude": "如 31.0746",
            "capacity": "同一时段最多在场的学员人数",
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        places = townships_of(actor)
        self._limit("region", Region, [place.pk for place in places])
        bureau = actor.bureau
        departments = departments_of(bureau) if bureau else []
        self._limit("competent_department", Organisation, [item.pk for item in departments])
        if len(places) == 1:
            self.fields["region"].initial = places[0].pk
        standing = self.fields["standing"]
        standing.choices = [("", "请选择"), *Standing.choices]  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["aliases"] = "、".join(self.instance.aliases)
            self.initial["age_groups"] = self.instance.age_groups

    def _limit(self, name: str, model: Any, keys: list[int]) -> None:
        give_rows(self, **{name: model._base_manager.filter(pk__in=keys).order_by("pk")})
        self.fields[name].empty_label = "请选择"  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """Rules of the record are the service's business; the instance stays untouched."""

    def clean_uscc(self) -> str:
        """Half-width, no spaces, upper case; checked by GB 32100-2015."""
        code = clean_code(self.cleaned_data["uscc"])
        if code and (problem := uscc_problem(code)):
            raise forms.ValidationError(problem)
        return code

    def clean_aliases(self) -> list[str]:
        """Names without repetition."""
        parts = re.split(r"[、，,;；\n]+", self.cleaned_data["aliases"])
        return list(dict.fromkeys(filter(None, (part.strip() for part in parts))))

    def clean_licence_to(self) -> Any:
        """Not before the first day."""
        first, last = self.cleaned_data.get("licence_from"), self.cleaned_data["licence_to"]
        if first and last and last < first:
            raise forms.ValidationError("有效期止不能早于有效期起，请对照证书核对。")
        return last

    def clean(self) -> dict[str, Any]:
        """Axes that depend on each other."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("subject_kind") == SubjectKind.SUBJECT and data.get("track") == Track.UNKNOWN:
            data["track"] = Track.SUBJECT
        is_subject = data.get("subject_kind") == SubjectKind.SUBJECT
        if data.get("track") and is_subject != (data["track"] == Track.SUBJECT):
            self.add_error("track", "学科类机构的培训类别应为“学科”，其他机构不能选“学科”。")
        if (data.get("longitude") is None) != (data.get("latitude") is None):
            self.add_error("latitude", "经度和纬度须同时填写，或都不填。")
        return data

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        names = [*self.Meta.fields, "aliases", "age_groups"]
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Groups of fields as the page shows them."""
        shown = [(title, [self[name] for name in names if name in self.fields]) for title, names in SECTIONS]
        return [(title, fields) for title, fields in shown if fields]


class InstitutionEditForm(InstitutionForm):
    """Editing adds since when a change holds, or that it only corrects a slip."""

    effective_on = forms.DateField(
        label="变化自何日起",
        required=False,
        widget=DayInput(),
        help_text="不填为今天；只影响证照、类别、营利性质",
    )
    is_correction = forms.BooleanField(
        label="只是更正登记错误", required=False, help_text="勾选后，原来的内容不计入历史变化"
    )
    reason = forms.CharField(label="修改说明", required=False, max_length=200)

    def clean_effective_on(self) -> Any:
        """Not in the future."""
        day = self.cleaned_data["effective_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("日期不能晚于今天，请重新填写。")
        return day


class StepForm(forms.Form):
    """Day, reason and paper of a change of the operating state."""

    on = forms.DateField(label="日期", widget=DayInput(), initial=timezone.localdate)
    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明事实和依据，将记入档案",
    )
    source_no = forms.CharField(label="依据文号", required=False, max_length=60)


class CloseForm(StepForm):
    """Closing also says how the place ended."""

    end_kind = forms.ChoiceField(
        label="终止方式", choices=[choice for choice in EndKind.choices if choice[0] != EndKind.BANNED]
    )
    field_order = ["end_kind", "on", "reason", "source_no"]


class EvidenceForm(forms.Form):
    """One file for the institution's file."""

    upload = forms.FileField(label="照片或文件", help_text="JPG、PNG、PDF、DOCX、XLSX，20 MB 以内")
    caption = forms.CharField(label="说明", required=False, max_length=120)


class ImportUploadForm(forms.Form):
    """The sheet to import."""

    upload = forms.FileField(
        label="机构表格",
        help_text="Excel 工作簿（.xlsx）或 CSV，50 MB 以内；表头可以有两行，列的名称和顺序不限",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv", "data-max-mb": "50"}),
    )
