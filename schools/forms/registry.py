"""Forms of the register."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from accounts.models import Region, User
from casework.web import give_rows
from casework.web.fields import DayField, area
from institutions.selectors import townships_of
from schools.models import School


class SchoolForm(forms.ModelForm[School]):
    """Facts of a school."""

    class Meta:
        model = School
        fields: ClassVar[list[str]] = [
            "name",
            "code",
            "region",
            "stage",
            "kind",
            "class_count",
            "pupil_count",
            "contact_desk",
            "phone",
            "address",
        ]
        help_texts: ClassVar[dict[str, str]] = {
            "code": "国家统一的学校（机构）标识码，例如 3150000123。",
            "contact_desk": "承办工作提示和报表的部门，例如“德育处”。不写个人姓名。",
            "pupil_count": "学籍人数。只填人数，不填学生信息。",
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        towns = Region.objects.filter(pk__in=[town.pk for town in townships_of(actor)])
        give_rows(self, region=towns.order_by("code"))


class CloseForm(forms.Form):
    """The end of a school."""

    on = DayField(label="停办或撤并日期")
    reason = forms.CharField(
        label="原因", max_length=200, widget=area(2), help_text="例如“并入高唐小学”，写明文件名称。"
    )


class AccountForm(forms.Form):
    """Who will act for the school."""

    username = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{2,39}$",
        label="账号",
        help_text="3 至 40 位字母、数字、点或横线，建立后不能改。",
        error_messages={"invalid": "账号只能用字母、数字、点、下划线和横线，至少 3 位。"},
    )
    name = forms.CharField(label="使用人姓名", max_length=40)
